package dev.stampede.nn;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The parameters θ that all actor-learners share: one flat vector in native memory.
 *
 * <p>This is the one object that many threads read and write at once, without a lock and on purpose
 * (Hogwild!, Recht et al. 2011; Mnih et al. 2016, section 4). A reader may see some elements before
 * and others after a concurrent update. Only Java code writes here: an in-place operation of the
 * tensor library would make another thread's backward pass throw.
 */
public final class Parameters implements Saveable, Weights {
  /** Arrays of this length stay in the first-level cache. */
  private static final int CHUNK = 1024;

  private final ByteBuffer memory;
  private final FloatBuffer floats;

  /** All zero. */
  public Parameters(int size) {
    memory = NativeMemory.allocate(Math.multiplyExact(size, Float.BYTES));
    floats = memory.asFloatBuffer();
  }

  /** How many numbers θ has. */
  public int size() {
    return floats.capacity();
  }

  /** A copy of all values as they are seen now. */
  public float[] toArray() {
    float[] copy = new float[size()];
    floats.get(0, copy);
    return copy;
  }

  /**
   * Replaces all values.
   *
   * @throws IllegalArgumentException if there are not {@link #size()} of them
   */
  public void set(float[] values) {
    if (values.length != size()) {
      throw new IllegalArgumentException(
          "expected " + size() + " parameters but got " + values.length);
    }
    floats.put(0, values);
  }

  /** Replaces all values by another vector's. */
  public void set(Parameters other) {
    floats.put(0, other.floats, 0, size());
  }

  /** Replaces the values {@code from} to {@code end} by those of another vector. */
  public void set(Parameters other, int from, int end) {
    floats.put(from, other.floats, from, end - from);
  }

  /**
   * Moves all values towards another vector's: θ⁻ ← τθ + (1 − τ)θ⁻, as soft targets do. Many
   * threads may do it at once, as everything here; one of two moves may be lost.
   */
  public void approach(Parameters other, double tau) {
    float[] own = new float[CHUNK];
    float[] others = new float[CHUNK];
    float share = (float) tau;
    for (int from = 0; from < size(); from += CHUNK) {
      int count = Math.min(CHUNK, size() - from);
      read(from, own, count);
      other.read(from, others, count);
      for (int i = 0; i < count; i++) {
        own[i] += share * (others[i] - own[i]);
      }
      write(from, own, count);
    }
  }

  @Override
  public double get(int i) {
    return floats.get(i);
  }

  @Override
  public void add(int i, double change) {
    floats.put(i, (float) (floats.get(i) + change));
  }

  @Override
  public void save(DataOutput out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size() * Float.BYTES);
    bytes.asFloatBuffer().put(toArray());
    out.writeInt(size());
    out.write(bytes.array());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IOException if it was another number of parameters
   */
  @Override
  public void restore(DataInput in) throws IOException {
    int saved = in.readInt();
    if (saved != size()) {
      throw new IOException("expected " + size() + " parameters but " + saved + " were saved");
    }
    byte[] bytes = new byte[saved * Float.BYTES];
    in.readFully(bytes);
    floats.put(0, ByteBuffer.wrap(bytes).asFloatBuffer(), 0, saved);
  }

  void read(int from, float[] into, int count) {
    floats.get(from, into, 0, count);
  }

  void write(int from, float[] values, int count) {
    floats.put(from, values, 0, count);
  }

  /** The bytes of elements {@code from} to {@code from + count}, shared, in native order. */
  ByteBuffer slice(int from, int count) {
    return memory.slice(from * Float.BYTES, count * Float.BYTES).order(ByteOrder.nativeOrder());
  }
}
