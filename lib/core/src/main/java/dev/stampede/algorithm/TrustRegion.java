package dev.stampede.algorithm;

/** Keeps a policy near another one: Wang et al. (2017), arXiv:1611.01224, section 3.3. */
final class TrustRegion {
  private TrustRegion() {}

  /**
   * Makes {@code g} the nearest z to it with kᵀz ≤ δ: g − max(0, (kᵀg − δ) / ‖k‖²) k.
   *
   * @param k gradient of the divergence from the other policy
   * @param delta δ; infinite leaves {@code g} as it is
   */
  static void project(double[] g, double[] k, double delta) {
    double kg = 0;
    double kk = 0;
    for (int b = 0; b < g.length; b++) {
      kg += k[b] * g[b];
      kk += k[b] * k[b];
    }
    if (kg > delta && kk > 0) {
      for (int b = 0; b < g.length; b++) {
        g[b] -= (kg - delta) / kk * k[b];
      }
    }
  }
}
