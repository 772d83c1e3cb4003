package dev.stampede.result;

import java.util.List;

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
}
