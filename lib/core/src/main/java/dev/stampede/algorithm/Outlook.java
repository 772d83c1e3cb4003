package dev.stampede.algorithm;

import dev.stampede.env.Action;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a network says of one state, for people to look at.
 *
 * @param kind what the numbers are
 * @param value V(s), or max_a Q(s, a); NaN where the network does not know it
 * @param numbers π(a|s) or Q(s, a) of each action; an action of numbers, or its means μ
 * @param spread σ of each number of such an action; otherwise empty
 */
public record Outlook(Kind kind, double value, List<Double> numbers, List<Double> spread) {

  /** What an algorithm learns. */
  public enum Kind {
    /** π(a|s) of each action. */
    PROBABILITIES,
    /** A normal distribution for each number of an action. */
    NORMAL,
    /** Q(s, a) of each action. */
    ACTION_VALUES,
    /** The numbers of an action that is certain, by a network that knows no value. */
    NUMBERS
  }

  public Outlook {
    numbers = List.copyOf(numbers);
    spread = List.copyOf(spread);
  }

  static Outlook ofPolicy(Policy policy, float[] out) {
    double V = out[policy.outputs()];
    if (policy instanceof Gaussian gaussian) {
      IntStream each = IntStream.range(0, gaussian.dimensions());
      return new Outlook(
          Kind.NORMAL,
          V,
          IntStream.range(0, gaussian.dimensions()).mapToObj(d -> (double) out[d]).toList(),
          each.mapToObj(d -> gaussian.sigma(out, 0, d)).toList());
    }
    return new Outlook(
        Kind.PROBABILITIES,
        V,
        IntStream.range(0, policy.outputs())
            .mapToObj(a -> Math.exp(policy.logProbability(out, 0, Action.of(a))))
            .toList(),
        List.of());
  }

  static Outlook ofValues(ActionValues q, float[] out) {
    return new Outlook(
        Kind.ACTION_VALUES,
        q.max(out, 0),
        IntStream.range(0, q.actions()).mapToObj(a -> q.q(out, 0, a)).toList(),
        List.of());
  }

  static Outlook ofNumbers(float[] action) {
    IntStream each = IntStream.range(0, action.length);
    return new Outlook(
        Kind.NUMBERS, Double.NaN, each.mapToObj(d -> (double) action[d]).toList(), List.of());
  }

  /** What the action taken was worth: V(s), or its Q(s, a). */
  public double valueOf(Action a) {
    return kind == Kind.ACTION_VALUES ? numbers.get(a.index()) : value;
  }
}
