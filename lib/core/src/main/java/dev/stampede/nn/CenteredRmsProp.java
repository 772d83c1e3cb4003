package dev.stampede.nn;

/**
 * Centred RMSProp: m ← αm + (1 − α)Δθ; g ← αg + (1 − α)Δθ²; θ ← θ − ηΔθ/√(g − m² + ε). No momentum,
 * ε inside the root. Graves (2013), arXiv:1308.0850, section 4.2; the optimizer of DQN and Ape-X.
 */
public final class CenteredRmsProp extends Optimizer {
  private final float alpha;
  private final float epsilon;

  /**
   * @param size how many parameters θ has
   * @param alpha decay of the gradients and of the squared gradients
   * @param epsilon added inside the root
   * @param clip gradients of a larger Euclidean norm are scaled down to this one; infinity leaves
   *     them
   */
  public CenteredRmsProp(int size, double alpha, double epsilon, double clip) {
    super(size, 2, clip);
    this.alpha = (float) alpha;
    this.epsilon = (float) epsilon;
  }

  @Override
  void step(Scratch s, int count, float scale, float eta) {
    update(s.theta, s.statistics[0], s.statistics[1], s.delta, count, scale, eta, alpha, epsilon);
  }

  // One plain loop with equal indices: the just-in-time compiler turns it into vector instructions.
  private static void update(
      float[] theta,
      float[] m,
      float[] g,
      float[] delta,
      int count,
      float scale,
      float eta,
      float alpha,
      float epsilon) {
    for (int i = 0; i < count; i++) {
      float d = delta[i] * scale;
      float mNew = alpha * m[i] + (1 - alpha) * d;
      float gNew = alpha * g[i] + (1 - alpha) * d * d;
      m[i] = mNew;
      g[i] = gNew;
      float variance =
          Math.max(gNew - mNew * mNew, 0); // Below 0 by rounding, or by another thread.
      theta[i] -= eta * d / (float) Math.sqrt(variance + epsilon);
    }
  }
}
