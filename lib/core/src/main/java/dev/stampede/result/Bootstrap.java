package dev.stampede.result;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * 95 % percentile intervals by stratified bootstrap: runs are drawn anew, with replacement, within
 * each task.
 *
 * <p>They say how much a number would move if the same experiment were done again with other seeds
 * on the same tasks. Agarwal et al. (2021), section 4.1; equal to rliable's {@code
 * StratifiedBootstrap} and, for two algorithms, {@code StratifiedIndependentBootstrap} when the
 * drawn runs are the same. For several threads.
 */
public final class Bootstrap {
  /** As many as rliable draws. */
  public static final int RESAMPLES = 50_000;

  /** Which runs one resample consists of. */
  @FunctionalInterface
  public interface Indices {
    /**
     * Draws once more.
     *
     * @return shape (runs, tasks), each a run from 0
     */
    int[][] next(int runs, int tasks);
  }

  private final int resamples;
  private final Supplier<Indices> source;

  private Bootstrap(int resamples, Supplier<Indices> source) {
    if (resamples < 1) {
      throw new IllegalArgumentException("expected at least 1 resample but got " + resamples);
    }
    this.resamples = resamples;
    this.source = source;
  }

  /** {@link #RESAMPLES} resamples; the same seed gives the same intervals. */
  public static Bootstrap seeded(long seed) {
    return seeded(seed, RESAMPLES);
  }

  public static Bootstrap seeded(long seed, int resamples) {
    return of(resamples, () -> drawnBy(new SplittableRandom(seed)));
  }

  /**
   * Resamples from somewhere else.
   *
   * @param source asked once for each interval; what it gives is asked once for each resample, of
   *     two algorithms first for x and then for y
   */
  public static Bootstrap of(int resamples, Supplier<Indices> source) {
    return new Bootstrap(resamples, source);
  }

  /** The interval of one number of one algorithm's scores. */
  public Interval interval(Scores scores, ToDoubleFunction<Scores> statistic) {
    return intervals(scores, s -> new double[] {statistic.applyAsDouble(s)}).get(0);
  }

  /**
   * The interval of each of several numbers, such as a performance profile; each holds by itself,
   * not all of them at once.
   */
  public List<Interval> intervals(Scores scores, Function<Scores, double[]> statistic) {
    Indices indices = source.get();
    double[][] resampled = new double[resamples][];
    for (int k = 0; k < resamples; k++) {
      resampled[k] = statistic.apply(scores.resampled(indices.next(scores.runs(), scores.tasks())));
    }
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < resampled[0].length; i++) {
      double[] values = new double[resamples];
      for (int k = 0; k < resamples; k++) {
        values[k] = resampled[k][i];
      }
      intervals.add(Interval.ofPercentiles(values));
    }
    return intervals;
  }

  /** The interval of a number of two algorithms; the runs of each are drawn independently. */
  public Interval interval(Scores x, Scores y, ToDoubleBiFunction<Scores, Scores> statistic) {
    Indices indices = source.get();
    double[] resampled = new double[resamples];
    for (int k = 0; k < resamples; k++) {
      Scores drawnX = x.resampled(indices.next(x.runs(), x.tasks()));
      Scores drawnY = y.resampled(indices.next(y.runs(), y.tasks()));
      resampled[k] = statistic.applyAsDouble(drawnX, drawnY);
    }
    return Interval.ofPercentiles(resampled);
  }

  private static Indices drawnBy(SplittableRandom random) {
    return (runs, tasks) -> {
      int[][] drawn = new int[runs][tasks];
      for (int[] row : drawn) {
        for (int task = 0; task < tasks; task++) {
          row[task] = random.nextInt(runs);
        }
      }
      return drawn;
    };
  }
}
