package dev.stampede.nn;

import java.nio.FloatBuffer;

/**
 * RMSProp whose statistics g are shared by all threads, updated without a lock.
 *
 * <p>g ← αg + (1 − α)Δθ²; θ ← θ − ηΔθ/√(g + ε). Non-centred, no momentum, ε inside the root. Mnih
 * et al. (2016), section 4 and supplement 1; ε inside and one g for both losses by the authors'
 * e-mail (wiki of muupan/async-rl).
 */
public final class SharedRmsProp {
  /** Three scratch arrays of this length stay in the first-level cache. */
  private static final int CHUNK = 1024;

  private final Parameters g;
  private final float alpha;
  private final float epsilon;
  private final double clip;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    final float[] theta = new float[CHUNK];
    final float[] g = new float[CHUNK];
    final float[] delta = new float[CHUNK];
  }

  /**
   * @param size how many parameters θ has
   * @param alpha decay of the squared gradients
   * @param epsilon added inside the root
   * @param clip gradients of a larger Euclidean norm are scaled down to this one; infinity leaves
   *     them
   */
  public SharedRmsProp(int size, double alpha, double epsilon, double clip) {
    this.g = new Parameters(size);
    this.alpha = (float) alpha;
    this.epsilon = (float) epsilon;
    this.clip = clip;
  }

  /**
   * Updates θ by one gradient. Any thread, at any time.
   *
   * @param learningRate η of this update
   * @return the gradient's norm before clipping
   */
  public double update(Parameters theta, Gradient dTheta, double learningRate) {
    double norm = dTheta.norm();
    if (!Double.isFinite(norm)) {
      throw new IllegalStateException(
          "the gradient's norm is "
              + norm
              + "; θ was left as it was. A learning rate that is too high does this");
    }
    float scale = norm > clip ? (float) (clip / norm) : 1;
    Scratch s = scratch.get();
    for (int part = 0; part < dTheta.partCount(); part++) {
      FloatBuffer delta = dTheta.part(part);
      for (int done = 0; done < delta.capacity(); done += CHUNK) {
        int count = Math.min(CHUNK, delta.capacity() - done);
        int at = dTheta.from(part) + done;
        delta.get(done, s.delta, 0, count);
        theta.read(at, s.theta, count);
        g.read(at, s.g, count);
        update(s.theta, s.g, s.delta, count, scale, (float) learningRate, alpha, epsilon);
        theta.write(at, s.theta, count);
        g.write(at, s.g, count);
      }
    }
    return norm;
  }

  // One plain loop with equal indices: the just-in-time compiler turns it into vector instructions.
  static void update(
      float[] theta,
      float[] g,
      float[] delta,
      int count,
      float scale,
      float eta,
      float alpha,
      float epsilon) {
    for (int i = 0; i < count; i++) {
      float d = delta[i] * scale;
      float gNew = alpha * g[i] + (1 - alpha) * d * d;
      g[i] = gNew;
      theta[i] -= eta * d / (float) Math.sqrt(gNew + epsilon);
    }
  }
}
