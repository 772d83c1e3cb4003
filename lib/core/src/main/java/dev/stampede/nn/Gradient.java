package dev.stampede.nn;

import java.nio.FloatBuffer;

/** dθ of one backward pass. Belongs to the thread that made it, and is valid until its next one. */
public abstract class Gradient {
  Gradient() {}

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

  /** Contiguous pieces that together are all of dθ. */
  abstract int partCount();

  /** Where in θ a piece begins. */
  abstract int from(int part);

  abstract FloatBuffer part(int part);
}
