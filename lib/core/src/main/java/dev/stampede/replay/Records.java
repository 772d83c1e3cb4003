package dev.stampede.replay;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records of one size outside the heap, in blocks that are taken as they are needed. One thread at
 * a time reserves; records that were reserved before may be read and written meanwhile.
 */
final class Records {
  private static final int SMALLEST_BLOCK = 1 << 16;
  private static final int LARGEST_BLOCK = 1 << 26;

  private final Blocks memory;
  private final int bytes;
  private final int shift;
  private volatile ByteBuffer[] blocks = {};

  /**
   * @param bytes of a record
   * @param expected how many records there will be, roughly: a block is less than a hundredth
   */
  Records(Blocks memory, int bytes, long expected) {
    this.memory = memory;
    this.bytes = bytes;
    this.shift = 31 - Integer.numberOfLeadingZeros(perBlock(bytes, expected));
  }

  private static int perBlock(int bytes, long expected) {
    long wanted = Math.max(expected / 128, SMALLEST_BLOCK / bytes);
    return (int) Math.max(1, Math.min(wanted, LARGEST_BLOCK / bytes));
  }

  /** Makes records 0…count − 1 exist. */
  void reserve(long count) {
    while ((long) blocks.length << shift < count) {
      ByteBuffer[] more = Arrays.copyOf(blocks, blocks.length + 1);
      more[blocks.length] = memory.allocate(bytes << shift);
      blocks = more;
    }
  }

  /** The block that holds record {@code i}, at {@link #offset}. Its position is not to be moved. */
  ByteBuffer block(int i) {
    return blocks[i >>> shift];
  }

  int offset(int i) {
    return (i & ((1 << shift) - 1)) * bytes;
  }
}
