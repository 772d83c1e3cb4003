package dev.stampede.env;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the agent sees of one state, as a flat array in C order.
 *
 * <p>An observation may show memory that its environment writes again: it is valid until that
 * environment's next {@code step}, {@code reset} or {@code close}. Who wants to keep it copies it.
 */
public interface Observation {

  /** Bytes that {@link #copyTo} writes. */
  int bytes();

  /**
   * Writes this observation at the target's position, in native byte order, and advances the
   * position.
   */
  void copyTo(ByteBuffer target);

  /** Real numbers; the array is not copied. */
  static Observation of(float... values) {
    return new Observation() {
      @Override
      public int bytes() {
        return values.length * Float.BYTES;
      }

      @Override
      public void copyTo(ByteBuffer target) {
        target.order(ByteOrder.nativeOrder());
        for (float value : values) {
          target.putFloat(value);
        }
      }
    };
  }

  /** Pixels; the array is not copied. */
  static Observation of(byte[] pixels) {
    return new Observation() {
      @Override
      public int bytes() {
        return pixels.length;
      }

      @Override
      public void copyTo(ByteBuffer target) {
        target.put(pixels);
      }
    };
  }

  /** The bytes between the buffer's position and limit, as they are; neither is moved. */
  static Observation of(ByteBuffer memory) {
    return new Observation() {
      @Override
      public int bytes() {
        return memory.remaining();
      }

      @Override
      public void copyTo(ByteBuffer target) {
        int at = target.position();
        target.put(at, memory, memory.position(), memory.remaining());
        target.position(at + memory.remaining());
      }
    };
  }
}
