package dev.stampede.replay;

import dev.stampede.env.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The last frames of one actor, each once, under running numbers. */
final class FrameWindow {
  /** Frames older than so many observations are not shared, so that the window stays small. */
  private static final int YOUNG = 4;

  private final Planes planes;
  private final byte[] scratch;
  private byte[] bytes;
  private long first;
  private int count;

  FrameWindow(Planes planes) {
    this.planes = planes;
    this.scratch = new byte[planes.observationBytes()];
    this.bytes = new byte[64 * planes.bytes()];
  }

  /** Adds what is new in an observation; gives the numbers of all its frames. */
  long[] add(Observation observation, long[] before) {
    planes.check(observation);
    observation.copyTo(ByteBuffer.wrap(scratch).order(ByteOrder.nativeOrder()));
    long[] numbers = new long[planes.count()];
    for (int i = 0; i < numbers.length; i++) {
      long known = known(i, numbers, before);
      numbers[i] = known >= 0 ? known : append(i);
    }
    return numbers;
  }

  /**
   * Where the same frame is already: one place further in the observation before, just before in
   * this one, or in the same place before.
   */
  private long known(int i, long[] numbers, long[] before) {
    if (i + 1 < before.length && same(i, before[i + 1])) {
      return before[i + 1];
    }
    if (i > 0 && same(i, numbers[i - 1])) {
      return numbers[i - 1];
    }
    return i < before.length && same(i, before[i]) ? before[i] : -1;
  }

  private boolean same(int i, long number) {
    long oldest = first + count - YOUNG * (long) planes.count();
    if (number < Math.max(first, oldest)) {
      return false;
    }
    int size = planes.bytes();
    int at = offset(number);
    return Arrays.mismatch(scratch, i * size, (i + 1) * size, bytes, at, at + size) < 0;
  }

  private long append(int i) {
    int size = planes.bytes();
    if ((count + 1L) * size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
    }
    System.arraycopy(scratch, i * size, bytes, count * size, size);
    return first + count++;
  }

  long end() {
    return first + count;
  }

  /** The frames with these numbers, one after another. */
  byte[] copy(long from, long to) {
    return Arrays.copyOfRange(bytes, offset(from), offset(to));
  }

  /** Forgets the frames before this number. */
  void forget(long before) {
    int gone = offset(before);
    System.arraycopy(bytes, gone, bytes, 0, count * planes.bytes() - gone);
    count -= (int) (before - first);
    first = before;
  }

  void save(DataOutput out) throws IOException {
    out.writeLong(first);
    out.writeInt(count);
    out.write(bytes, 0, count * planes.bytes());
  }

  void restore(DataInput in) throws IOException {
    first = in.readLong();
    count = in.readInt();
    int length = Math.multiplyExact(count, planes.bytes());
    bytes = new byte[Math.max(length, 64 * planes.bytes())];
    in.readFully(bytes, 0, length);
  }

  private int offset(long number) {
    return Math.toIntExact((number - first) * planes.bytes());
  }
}
