package dev.stampede.replay;

import java.nio.ByteBuffer;

/**
 * Frames, each with the number of transitions that show it; one that nobody shows any more is used
 * again. One thread at a time, except for {@link #write} and {@link #read}.
 */
final class Frames {
  private static final int NONE = -1;

  private final Planes planes;
  private final Records bytes;
  private final Records counts;
  private int used;
  private int free = NONE;
  private int freeCount;

  Frames(Blocks memory, Planes planes, long expected) {
    this.planes = planes;
    this.bytes = new Records(memory, planes.bytes(), expected);
    this.counts = new Records(memory, Integer.BYTES, expected);
  }

  /** Makes sure that so many can be taken. */
  void reserve(int count) {
    long needed = used + (long) Math.max(0, count - freeCount);
    bytes.reserve(needed);
    counts.reserve(needed);
  }

  /** A frame that nobody shows yet. */
  int take() {
    if (free == NONE) {
      count(used, 0);
      return used++;
    }
    int frame = free;
    free = -2 - count(frame); // A free frame's count names the next free one.
    freeCount--;
    count(frame, 0);
    return frame;
  }

  void retain(int frame) {
    count(frame, count(frame) + 1);
  }

  void release(int frame) {
    int left = count(frame) - 1;
    if (left > 0) {
      count(frame, left);
    } else {
      count(frame, -2 - free);
      free = frame;
      freeCount++;
    }
  }

  /** Numbers below this one were taken at some time. */
  int used() {
    return used;
  }

  /** Forgets all, so that the next ones taken are 0, 1, … */
  void clear() {
    used = 0;
    free = NONE;
    freeCount = 0;
  }

  void write(int frame, byte[] source, int from) {
    bytes.block(frame).put(bytes.offset(frame), source, from, planes.bytes());
  }

  void read(int frame, byte[] target, int to) {
    bytes.block(frame).get(bytes.offset(frame), target, to, planes.bytes());
  }

  private int count(int frame) {
    return counts.block(frame).getInt(counts.offset(frame));
  }

  private void count(int frame, int count) {
    ByteBuffer block = counts.block(frame);
    block.putInt(counts.offset(frame), count);
  }
}
