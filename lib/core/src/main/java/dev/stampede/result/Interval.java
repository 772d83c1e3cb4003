package dev.stampede.result;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A 95 % confidence interval. */
public record Interval(double low, double high) {
  private static final int RESAMPLES = 2_000;

  /** Whether it holds the value, its ends included. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /**
   * From the 2.5th to the 97.5th percentile of a resampled statistic, in between two of its values
   * by linear interpolation, as {@code numpy.percentile} has it.
   *
   * @param resampled one value for each resample, at least one, in any order
   */
  static Interval ofPercentiles(double[] resampled) {
    double[] sorted = resampled.clone();
    Arrays.sort(sorted);
    return new Interval(quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  private static double quantile(double[] sorted, double q) {
    double position = q * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

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
