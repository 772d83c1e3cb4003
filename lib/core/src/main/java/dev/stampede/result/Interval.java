package dev.stampede.result;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A 95 % confidence interval. */
public record Interval(double low, double high) {
  private static final int RESAMPLES = 2_000;

  /**
   * Percentile bootstrap of the mean (Efron 1979), 2 000 resamples.
   *
   * @param values independent measurements, at least one
   * @param seed of the resampling
   */
  public static Interval ofMean(double[] values, long seed) {
    if (values.length == 0) {
      throw new IllegalArgumentException("an interval needs at least 1 value but got none");
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] means = new double[RESAMPLES];
    for (int k = 0; k < means.length; k++) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += values[random.nextInt(values.length)];
      }
      means[k] = sum / values.length;
    }
    Arrays.sort(means);
    return new Interval(means[(int) (0.025 * RESAMPLES)], means[(int) (0.975 * RESAMPLES) - 1]);
  }
}
