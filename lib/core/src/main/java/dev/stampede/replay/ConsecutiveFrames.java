package dev.stampede.replay;

import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The frames of observations that follow each other, outside the heap, each once.
 *
 * <p>An observation of k planes of bytes, shape (k, height, width) with k smaller than both, is k
 * frames; any other is one frame. Where the first k − 1 planes are the last ones of the observation
 * before, only the new one is kept. Frames are numbered in their order, and those of an observation
 * never stand before those of an earlier one. Memory is taken as it is needed, and that of old
 * frames is used again. Belongs to one thread.
 */
final class ConsecutiveFrames implements Saveable {
  private static final int SEGMENT_BYTES = 1 << 20;

  private final int perObservation;
  private final int frameBytes;
  private final int perSegment;
  private final ByteBuffer observed;
  private final List<ByteBuffer> segments = new ArrayList<>();
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();
  private final long[] last;
  private boolean any;
  private long segmentsGone;
  private long first;
  private long next;

  ConsecutiveFrames(Space.Box observations) {
    this.perObservation = perObservation(observations);
    this.frameBytes = observations.bytes() / perObservation;
    this.perSegment = Math.max(1, SEGMENT_BYTES / frameBytes);
    this.observed = allocate(observations.bytes());
    this.last = new long[perObservation];
  }

  /** Frames of one observation. */
  static int perObservation(Space.Box observations) {
    int[] shape = observations.shape();
    boolean planes =
        observations.element() == Space.Element.UINT8
            && shape.length == 3
            && shape[0] < Math.min(shape[1], shape[2]); // Otherwise channels come last.
    return planes ? shape[0] : 1;
  }

  int perObservation() {
    return perObservation;
  }

  /**
   * Keeps the frames of an observation that are not those of the one before.
   *
   * @param ids takes the numbers of all its frames, from {@code at} on
   */
  void append(Observation observation, long[] ids, int at) {
    observation.copyTo(observed.clear());
    int shift = any ? shift() : perObservation;
    if (shift < perObservation) {
      System.arraycopy(last, shift, last, 0, perObservation - shift);
    }
    for (int p = perObservation - shift; p < perObservation; p++) {
      boolean repeated = p > 0 && shift == perObservation && isAt(p, last[p - 1]);
      last[p] = repeated ? last[p - 1] : add(p);
    }
    any = true;
    System.arraycopy(last, 0, ids, at, perObservation);
  }

  /** 0 if it is the observation before, 1 if it has one new plane, otherwise all planes. */
  private int shift() {
    for (int shift = 0; shift <= 1 && shift < perObservation; shift++) {
      boolean same = true;
      for (int p = 0; same && p < perObservation - shift; p++) {
        same = isAt(p, last[p + shift]);
      }
      if (same) {
        return shift;
      }
    }
    return perObservation;
  }

  private boolean isAt(int plane, long id) {
    return id >= first && plane(plane).mismatch(frame(id)) < 0;
  }

  private ByteBuffer plane(int p) {
    return observed.slice(p * frameBytes, frameBytes);
  }

  private long add(int plane) {
    frame(make()).put(plane(plane));
    return next - 1;
  }

  private long make() {
    if (next / perSegment - segmentsGone == segments.size()) {
      segments.add(spare.isEmpty() ? allocate(perSegment * frameBytes) : spare.pop());
    }
    return next++;
  }

  private ByteBuffer allocate(int bytes) {
    try {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "the memory of rollouts: no room for more than "
              + bytes()
              + " bytes outside the heap; set a smaller replay-capacity, or start Java with a"
              + " larger -XX:MaxDirectMemorySize",
          e);
    }
  }

  private ByteBuffer frame(long id) {
    int segment = Math.toIntExact(id / perSegment - segmentsGone);
    int at = (int) (id % perSegment) * frameBytes;
    return segments.get(segment).slice(at, frameBytes);
  }

  /** The observation whose frames have these numbers; valid until they are forgotten. */
  Observation observation(long[] ids, int at) {
    return new Observation() {
      @Override
      public int bytes() {
        return perObservation * frameBytes;
      }

      @Override
      public void copyTo(ByteBuffer target) {
        for (int p = 0; p < perObservation; p++) {
          target.put(frame(ids[at + p]));
        }
      }
    };
  }

  /** Frames before this number are not needed any more. */
  void forgetBefore(long id) {
    first = Math.max(first, id);
    while (!segments.isEmpty() && (segmentsGone + 1) * perSegment <= first) {
      spare.push(segments.remove(0));
      segmentsGone++;
    }
  }

  /** Bytes taken outside the heap. */
  long bytes() {
    return (long) (segments.size() + spare.size()) * perSegment * frameBytes;
  }

  /** The number of the oldest frame, from which a copy made by {@link #restore} counts. */
  long first() {
    return first;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeBoolean(any);
    for (long id : last) {
      out.writeLong(id - first);
    }
    out.writeLong(next - first);
    byte[] bytes = new byte[frameBytes];
    for (long id = first; id < next; id++) {
      frame(id).get(bytes);
      out.write(bytes);
    }
  }

  /** {@inheritDoc} To be called before anything else was kept. */
  @Override
  public void restore(DataInput in) throws IOException {
    any = in.readBoolean();
    for (int p = 0; p < last.length; p++) {
      last[p] = in.readLong();
    }
    byte[] bytes = new byte[frameBytes];
    for (long left = in.readLong(); left > 0; left--) {
      in.readFully(bytes);
      frame(make()).put(bytes);
    }
  }
}
