package dev.stampede.algorithm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.stampede.env.Action;
import java.util.random.RandomGenerator;

/**
 * A normal distribution for each number of an action, independent of each other. Mnih et al.
 * (2016), supplement 9: the mean μ is linear, the variance σ² = SoftPlus of a linear output.
 *
 * <p>The outputs are all means, then all arguments ρ of the SoftPlus.
 */
record Gaussian(int dimensions) implements Policy {
  /** Keeps 1/σ² finite where the SoftPlus of a very negative number is 0. */
  private static final double SMALLEST_VARIANCE = 1e-6;

  private static final double LOG_2_PI = Math.log(2 * Math.PI);

  @Override
  public int outputs() {
    return 2 * dimensions;
  }

  @Override
  public Action sample(float[] out, int at, RandomGenerator random) {
    float[] a = new float[dimensions];
    for (int d = 0; d < dimensions; d++) {
      a[d] = (float) (out[at + d] + Math.sqrt(variance(out, at, d)) * random.nextGaussian());
    }
    return Action.of(a);
  }

  @Override
  public Action mode(float[] out, int at) {
    float[] a = new float[dimensions];
    System.arraycopy(out, at, a, 0, dimensions);
    return Action.of(a);
  }

  @Override
  public double logProbability(float[] out, int at, Action a) {
    double sum = 0;
    for (int d = 0; d < dimensions; d++) {
      double variance = variance(out, at, d);
      double away = a.numbers()[d] - out[at + d];
      sum -= (away * away / variance + Math.log(variance) + LOG_2_PI) / 2;
    }
    return sum;
  }

  @Override
  public NDArray logProbabilities(NDArray out, NDArray actions) {
    NDArray mu = out.get(new NDIndex(":, 0:" + dimensions));
    NDArray rho = out.get(new NDIndex(":, " + dimensions + ":" + 2 * dimensions));
    NDArray softPlus = rho.maximum(0).add(rho.abs().neg().exp().add(1).log());
    NDArray variance = softPlus.add(SMALLEST_VARIANCE);
    NDArray each = actions.sub(mu).square().div(variance).add(variance.log()).add(LOG_2_PI);
    return each.sum(new int[] {1}).div(-2);
  }

  @Override
  public double entropy(float[] out, int at) {
    double sum = 0;
    for (int d = 0; d < dimensions; d++) {
      sum += (LOG_2_PI + Math.log(variance(out, at, d)) + 1) / 2;
    }
    return sum;
  }

  @Override
  public void gradient(
      float[] out, int at, Action taken, double advantage, double beta, float[] dOut) {
    for (int d = 0; d < dimensions; d++) {
      double variance = variance(out, at, d);
      double away = taken.numbers()[d] - out[at + d];
      dOut[at + d] = (float) (-advantage * away / variance);
      double dLogPi = (away * away / variance - 1) / (2 * variance); // ∂log π/∂σ²
      double dEntropy = 1 / (2 * variance); // ∂H/∂σ²
      double dVariance = 1 / (1 + Math.exp(-out[at + dimensions + d])); // ∂σ²/∂ρ
      dOut[at + dimensions + d] = (float) ((-advantage * dLogPi - beta * dEntropy) * dVariance);
    }
  }

  @Override
  public double divergenceAt(float[] old, float[] out, int at) {
    double sum = 0;
    for (int d = 0; d < dimensions; d++) {
      double variance = variance(out, at, d);
      double share = variance(old, at, d) / variance;
      double away = old[at + d] - out[at + d];
      sum += (share - 1 - Math.log(share) + away * away / variance) / 2;
    }
    return sum;
  }

  @Override
  public void addDivergenceGradient(float[] old, float[] out, int at, double weight, float[] dOut) {
    for (int d = 0; d < dimensions; d++) {
      double variance = variance(out, at, d);
      double away = out[at + d] - old[at + d];
      dOut[at + d] += (float) (weight * away / variance);
      double spread = variance(old, at, d) + away * away;
      double dVariance = (1 - spread / variance) / (2 * variance); // ∂KL/∂σ²
      double dRho = dVariance / (1 + Math.exp(-out[at + dimensions + d]));
      dOut[at + dimensions + d] += (float) (weight * dRho);
    }
  }

  /** σ of dimension {@code d}. */
  double sigma(float[] out, int at, int d) {
    return Math.sqrt(variance(out, at, d));
  }

  /** σ² of dimension {@code d}. */
  private double variance(float[] out, int at, int d) {
    double rho = out[at + dimensions + d];
    return SMALLEST_VARIANCE + Math.max(rho, 0) + Math.log1p(Math.exp(-Math.abs(rho)));
  }
}
