package dev.stampede.result;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The final scores of one algorithm, shape (runs, tasks): one row for each run, that is each seed,
 * one column for each task.
 *
 * <p>Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice",
 * section 3, arXiv:2108.13264. Immutable.
 */
public final class Scores {
  /** Means of equal returns differ by less than this share of them. */
  private static final double ROUNDING = 1e-9;

  private final double[][] values;
  private final @Nullable String formula;

  private Scores(double[][] values, @Nullable String formula) {
    this.values = values;
    this.formula = formula;
  }

  /**
   * Scores as they are.
   *
   * @param values shape (runs, tasks), copied
   * @throws IllegalArgumentException if there is no run or no task, if a run lacks a task, or if a
   *     score is not finite
   */
  public static Scores of(double[][] values) {
    if (values.length == 0 || values[0].length == 0) {
      throw new IllegalArgumentException(
          "expected scores of at least 1 run on 1 task but got "
              + values.length
              + " runs"
              + (values.length == 0 ? "" : " on 0 tasks"));
    }
    double[][] copy = new double[values.length][];
    for (int run = 0; run < values.length; run++) {
      copy[run] = checked(run, values[run].clone(), values[0].length);
    }
    return new Scores(copy, null);
  }

  /**
   * Scores of several runs on one task: shape (runs, 1).
   *
   * @param scores one for each run, copied
   */
  public static Scores ofOneTask(double... scores) {
    double[][] values = new double[scores.length][];
    Arrays.setAll(values, run -> new double[] {scores[run]});
    return of(values);
  }

  public int runs() {
    return values.length;
  }

  public int tasks() {
    return values[0].length;
  }

  public double score(int run, int task) {
    return values[run][task];
  }

  /** A copy of one column: the scores of all runs on this task. */
  public double[] ofTask(int task) {
    double[] column = new double[runs()];
    Arrays.setAll(column, run -> values[run][task]);
    return column;
  }

  /** A copy of all scores, run after run. */
  public double[] toArray() {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The formula that made these scores of raw ones; empty if they are raw. */
  public Optional<String> formula() {
    return Optional.ofNullable(formula);
  }

  /**
   * The scores as fractions of what a human scored: 1 is the human, 0 (with {@link
   * HumanNormalisation#PLAIN}) random play.
   *
   * @param by the formula; there is more than one in use, and the result {@linkplain #formula names
   *     it}
   * @param random score of random play on each task
   * @param human score of the human on each task
   * @throws IllegalArgumentException if these are normalised already, or if the formula would
   *     divide by zero
   */
  public Scores humanNormalised(HumanNormalisation by, double[] random, double[] human) {
    if (formula != null) {
      throw new IllegalArgumentException(
          "expected raw scores but these are normalised already: " + formula);
    }
    if (random.length != tasks() || human.length != tasks()) {
      throw new IllegalArgumentException(
          "expected "
              + tasks()
              + " scores of random play and of a human, one for each task, but got "
              + random.length
              + " and "
              + human.length);
    }
    double[][] normalised = new double[runs()][tasks()];
    for (int run = 0; run < runs(); run++) {
      for (int task = 0; task < tasks(); task++) {
        normalised[run][task] = by.apply(values[run][task], random[task], human[task]);
      }
      checked(run, normalised[run], tasks());
    }
    return new Scores(normalised, by.formula());
  }

  /**
   * The scores on a common scale: (score − low)/(high − low) of each task, 0 where low and high are
   * the same but for rounding.
   *
   * @param formula what low and high are, in words; the result {@linkplain #formula names it}
   * @param low the score of each task that becomes 0
   * @param high the score of each task that becomes 1
   * @throws IllegalArgumentException if these are normalised already
   */
  public Scores rescaled(String formula, double[] low, double[] high) {
    if (this.formula != null) {
      throw new IllegalArgumentException(
          "expected raw scores but these are normalised already: " + this.formula);
    }
    if (low.length != tasks() || high.length != tasks()) {
      throw new IllegalArgumentException(
          "expected "
              + tasks()
              + " scores for 0 and for 1, one for each task, but got "
              + low.length
              + " and "
              + high.length);
    }
    double[][] rescaled = new double[runs()][tasks()];
    for (int run = 0; run < runs(); run++) {
      for (int task = 0; task < tasks(); task++) {
        double width = high[task] - low[task];
        boolean same = width <= ROUNDING * Math.max(Math.abs(low[task]), Math.abs(high[task]));
        rescaled[run][task] = same ? 0 : (values[run][task] - low[task]) / width;
      }
      checked(run, rescaled[run], tasks());
    }
    return new Scores(rescaled, formula);
  }

  /**
   * Other runs instead of these, task by task.
   *
   * @param runs shape (runs, tasks): which run's score on the task is to stand there
   */
  Scores resampled(int[][] runs) {
    double[][] resample = new double[runs.length][tasks()];
    for (int i = 0; i < runs.length; i++) {
      for (int task = 0; task < tasks(); task++) {
        resample[i][task] = values[runs[i][task]][task];
      }
    }
    return new Scores(resample, formula);
  }

  private static double[] checked(int run, double[] scores, int tasks) {
    if (scores.length != tasks) {
      throw new IllegalArgumentException(
          "run "
              + run
              + ": expected scores on "
              + tasks
              + " tasks, as run 0 has, but got "
              + scores.length);
    }
    for (int task = 0; task < tasks; task++) {
      if (!Double.isFinite(scores[task])) {
        throw new IllegalArgumentException(
            "run " + run + ", task " + task + ": expected a finite score but got " + scores[task]);
      }
    }
    return scores;
  }

  @Override
  public String toString() {
    return "Scores of "
        + runs()
        + " runs on "
        + tasks()
        + " tasks"
        + (formula == null ? "" : ", " + formula);
  }
}
