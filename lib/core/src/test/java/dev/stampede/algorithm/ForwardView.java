package dev.stampede.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * The online λ-return algorithm, as it is defined: after each step all updates of the episode are
 * done anew, towards the interim λ-returns of what was seen until then. Van Seijen et al. (2016).
 * Dense, slow and without traces.
 */
final class ForwardView {
  private final double gamma;
  private final double lambda;
  private final double alpha;
  private final List<double[]> phis = new ArrayList<>();
  private final List<Double> rewards = new ArrayList<>();

  /** θ_kᵀφ_{k+1}: what the n-step returns that end there bootstrap from. */
  private final List<Double> values = new ArrayList<>();

  private double[] atStart;
  private double[] theta;

  ForwardView(double[] theta, double gamma, double lambda, double alpha) {
    this.atStart = theta.clone();
    this.theta = theta.clone();
    this.gamma = gamma;
    this.lambda = lambda;
    this.alpha = alpha;
  }

  double[] theta() {
    return theta;
  }

  void learn(double[] phi, double R, double[] phiPrime) {
    phis.add(phi);
    rewards.add(R);
    values.add(dot(theta, phiPrime));
    int h = phis.size();
    double[] w = atStart.clone();
    for (int t = 0; t < h; t++) {
      double error = lambdaReturn(t, h) - dot(w, phis.get(t));
      for (int i = 0; i < w.length; i++) {
        w[i] += alpha * error * phis.get(t)[i];
      }
    }
    theta = w;
  }

  void endEpisode() {
    phis.clear();
    rewards.clear();
    values.clear();
    atStart = theta;
  }

  /** G_t^{λ|h} = (1 − λ) Σ_{n=1}^{h−t−1} λ^{n−1} G_t^{(n)} + λ^{h−t−1} G_t^{(h−t)}. */
  private double lambdaReturn(int t, int h) {
    double sum = 0;
    for (int n = 1; n < h - t; n++) {
      sum += (1 - lambda) * Math.pow(lambda, n - 1) * nStepReturn(t, n);
    }
    return sum + Math.pow(lambda, h - t - 1) * nStepReturn(t, h - t);
  }

  private double nStepReturn(int t, int n) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      sum += Math.pow(gamma, k) * rewards.get(t + k);
    }
    return sum + Math.pow(gamma, n) * values.get(t + n - 1);
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
