package dev.stampede.nn;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** dθ of one backward pass. Belongs to the thread that made it, and is valid until its next one. */
public abstract class Gradient {
  private static final int CHUNK = 1024;

  Gradient() {}

  /**
   * One that was computed elsewhere.
   *
   * @param values in the order of θ; not copied
   */
  public static Gradient of(float[] values) {
    return new FlatGradient(values);
  }

  /** The Euclidean norm over all parameters. */
  public abstract double norm();

  /** All values, in the order of θ. */
  public final float[] toArray() {
    int size = 0;
    for (int part = 0; part < partCount(); part++) {
      size = Math.max(size, from(part) + part(part).capacity());
    }
    float[] all = new float[size];
    for (int part = 0; part < partCount(); part++) {
      part(part).get(0, all, from(part), part(part).capacity());
    }
    return all;
  }

  /**
   * The sum of several gradients of one network, added in their order.
   *
   * @param into takes the sum; as long as θ
   */
  public static Gradient sum(List<Gradient> gradients, float[] into) {
    Arrays.fill(into, 0);
    float[] piece = new float[CHUNK];
    for (Gradient each : gradients) {
      for (int part = 0; part < each.partCount(); part++) {
        FloatBuffer values = each.part(part);
        int from = each.from(part);
        for (int done = 0; done < values.capacity(); done += CHUNK) {
          int count = Math.min(CHUNK, values.capacity() - done);
          values.get(done, piece, 0, count);
          for (int i = 0; i < count; i++) {
            into[from + done + i] += piece[i];
          }
        }
      }
    }
    return new FlatGradient(into);
  }

  /** Contiguous pieces that together are all of dθ. */
  abstract int partCount();

  /** Where in θ a piece begins. */
  abstract int from(int part);

  abstract FloatBuffer part(int part);
}
