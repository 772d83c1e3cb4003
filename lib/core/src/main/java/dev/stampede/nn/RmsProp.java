package dev.stampede.nn;

/**
 * RMSProp: g ← αg + (1 − α)Δθ²; θ ← θ − ηΔθ/√(g + ε). Non-centred, no momentum, ε inside the root.
 *
 * <p>Shared RMSProp is one instance for all threads. Mnih et al. (2016), section 4 and supplement
 * 7; ε inside and one g for both losses by the authors' e-mail (wiki of muupan/async-rl).
 */
public final class RmsProp extends Optimizer {
  private final float alpha;
  private final float epsilon;

  /**
   * @param size how many parameters θ has
   * @param alpha decay of the squared gradients
   * @param epsilon added inside the root
   * @param clip gradients of a larger Euclidean norm are scaled down to this one; infinity leaves
   *     them
   */
  public RmsProp(int size, double alpha, double epsilon, double clip) {
    super(size, 1, clip);
    this.alpha = (float) alpha;
    this.epsilon = (float) epsilon;
  }

  @Override
  void step(Scratch s, int count, float scale, float eta) {
    update(s.theta, s.statistics[0], s.delta, count, scale, eta, alpha, epsilon);
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
