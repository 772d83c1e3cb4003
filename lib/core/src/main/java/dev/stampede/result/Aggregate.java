package dev.stampede.result;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One number for the scores of many runs and tasks.
 *
 * <p>Agarwal et al. (2021), section 4, arXiv:2108.13264; each method equals the one of the Python
 * package rliable that its Javadoc names.
 */
public final class Aggregate {
  private Aggregate() {}

  /**
   * The mean of the middle half of all scores, IQM: without the lowest and the highest quarter,
   * each rounded down to whole scores. {@code metrics.aggregate_iqm}.
   */
  public static double interquartileMean(Scores scores) {
    double[] sorted = scores.toArray();
    Arrays.sort(sorted);
    int cut = (int) (0.25 * sorted.length);
    return mean(Arrays.copyOfRange(sorted, cut, sorted.length - cut));
  }

  /** The mean of all scores. {@code metrics.aggregate_mean}. */
  public static double mean(Scores scores) {
    return mean(taskMeans(scores));
  }

  /** The median of the tasks' means. {@code metrics.aggregate_median}. */
  public static double median(Scores scores) {
    double[] sorted = taskMeans(scores);
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * By how much the scores miss the target on average, where what is above the target counts as the
   * target: less is better. {@code metrics.aggregate_optimality_gap}.
   *
   * @param target the score that is good enough, for instance 1 of human-normalised scores
   */
  public static double optimalityGap(Scores scores, double target) {
    return target - mean(Arrays.stream(scores.toArray()).map(s -> Math.min(s, target)).toArray());
  }

  /**
   * How probable it is that a run of x scores more than a run of y on the same task, ties counted
   * half, averaged over tasks: the Mann–Whitney U over the number of pairs. {@code
   * metrics.probability_of_improvement}.
   *
   * @param x scores of any number of runs
   * @param y scores on the same tasks
   */
  public static double probabilityOfImprovement(Scores x, Scores y) {
    requireSameTasks(x, y);
    return IntStream.range(0, x.tasks())
        .mapToDouble(task -> probabilityOfImprovement(x.ofTask(task), y.ofTask(task)))
        .average()
        .orElseThrow();
  }

  private static double probabilityOfImprovement(double[] x, double[] y) {
    double wins = 0;
    for (double a : x) {
      for (double b : y) {
        wins += a > b ? 1 : a == b ? 0.5 : 0;
      }
    }
    return wins / x.length / y.length;
  }

  /**
   * The score distribution: for each τ the fraction of all scores, of any run on any task, above τ.
   * {@code library.score_distributions}.
   */
  public static double[] performanceProfile(Scores scores, double... taus) {
    return fractionsAbove(scores.toArray(), taus);
  }

  /**
   * The average-score distribution: for each τ the fraction of tasks whose mean is above τ. More
   * biased than {@link #performanceProfile} when runs are few. {@code
   * library.average_score_distributions}.
   */
  public static double[] averageScoreProfile(Scores scores, double... taus) {
    return fractionsAbove(taskMeans(scores), taus);
  }

  static void requireSameTasks(Scores x, Scores y) {
    if (x.tasks() != y.tasks() || !x.formula().equals(y.formula())) {
      throw new IllegalArgumentException(
          "expected scores on the same tasks by the same formula but got " + x + " and " + y);
    }
  }

  private static double[] fractionsAbove(double[] values, double[] taus) {
    return Arrays.stream(taus)
        .map(tau -> Arrays.stream(values).filter(v -> v > tau).count() / (double) values.length)
        .toArray();
  }

  private static double[] taskMeans(Scores scores) {
    return IntStream.range(0, scores.tasks())
        .mapToDouble(task -> mean(scores.ofTask(task)))
        .toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
