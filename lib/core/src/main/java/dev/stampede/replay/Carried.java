package dev.stampede.replay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The last frames of an actor's latest block, some of which its next block shows again. They are
 * known by their running number and a hash of their bytes, so that a block of another order, or of
 * an actor that started anew, finds nothing that is not its own.
 *
 * @param first running number of the first one
 * @param places where they are
 * @param users the last transition that shows each; while it is there, so is the frame
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Carried(long first, long[] hashes, int[] places, long[] users) {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MIXER = 0x9E3779B97F4A7C15L;

  static final Carried NOTHING = new Carried(0, new long[0], new int[0], new long[0]);

  /** Where the frame is, or −1. */
  int find(long number, long hash, long oldest) {
    long i = number - first;
    boolean known =
        i >= 0 && i < places.length && hashes[(int) i] == hash && users[(int) i] >= oldest;
    return known ? places[(int) i] : -1;
  }

  /** Hashes of frames {@code from}…{@code to} − 1 of a block. */
  static long[] hashes(Transitions block, int from, int to) {
    long[] hashes = new long[to - from];
    int size = block.planes().bytes();
    for (int i = from; i < to; i++) {
      hashes[i - from] = hash(block.frames(), i * size, size);
    }
    return hashes;
  }

  private static long hash(byte[] bytes, int from, int length) {
    long hash = length;
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      hash = mixed(hash ^ (long) EIGHT_BYTES.get(bytes, from + i));
    }
    for (; i < length; i++) {
      hash = mixed(hash ^ bytes[from + i]);
    }
    return hash;
  }

  private static long mixed(long value) {
    long product = value * MIXER;
    return product ^ (product >>> 32);
  }
}
