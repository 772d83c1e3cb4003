package dev.stampede.result;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What θ scored, as it was at one moment, in environments and with seeds of its own.
 *
 * @param step agent steps of all threads when θ was copied
 * @param frames emulator frames of all threads when θ was copied
 * @param seconds since the actor-learners started when θ was copied
 * @param greedy whether the most probable action was taken, instead of one drawn from the policy
 * @param returns the true return of each episode
 */
public record EvaluationRecord(
    long step, long frames, double seconds, boolean greedy, List<Double> returns) {
  public EvaluationRecord {
    returns = List.copyOf(returns);
  }

  public double mean() {
    return returns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** The 95 % interval of the mean. */
  public Interval interval() {
    return Interval.ofMean(returns.stream().mapToDouble(Double::doubleValue).toArray(), 0);
  }

  /**
   * The mean return at a moment of training, linearly between evaluations; that of the nearest one
   * before the first and after the last.
   *
   * @param evaluations of one run, at least one
   * @param x when each was made: its step, its frame
   * @param moment in the same unit
   */
  public static double meanAt(
      List<EvaluationRecord> evaluations, ToLongFunction<EvaluationRecord> x, double moment) {
    EvaluationRecord before = evaluations.get(0);
    for (EvaluationRecord e : evaluations) {
      if (x.applyAsLong(e) >= moment) {
        double width = x.applyAsLong(e) - x.applyAsLong(before);
        double share = width > 0 ? Math.max(0, moment - x.applyAsLong(before)) / width : 1;
        return before.mean() + share * (e.mean() - before.mean());
      }
      before = e;
    }
    return before.mean();
  }
}
