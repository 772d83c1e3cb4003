package dev.stampede.nn;

/**
 * Stochastic gradient descent with momentum: m ← αm + (1 − α)Δθ; θ ← θ − ηm. Mnih et al. (2016),
 * supplement 7, where each thread has its own m.
 */
public final class MomentumSgd extends Optimizer {
  private final float alpha;

  /**
   * @param size how many parameters θ has
   * @param alpha decay of m
   * @param clip gradients of a larger Euclidean norm are scaled down to this one
   */
  public MomentumSgd(int size, double alpha, double clip) {
    super(size, 1, clip);
    this.alpha = (float) alpha;
  }

  @Override
  void step(Scratch s, int count, float scale, float eta) {
    update(s.theta, s.statistics[0], s.delta, count, scale, eta, alpha);
  }

  private static void update(
      float[] theta, float[] m, float[] delta, int count, float scale, float eta, float alpha) {
    for (int i = 0; i < count; i++) {
      float mNew = alpha * m[i] + (1 - alpha) * scale * delta[i];
      m[i] = mNew;
      theta[i] -= eta * mNew;
    }
  }
}
