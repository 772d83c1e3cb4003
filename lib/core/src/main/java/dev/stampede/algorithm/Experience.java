package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What many environments that step together did under one policy, to be learned from more than
 * once. The state of environment e at time t has number t · environments + e.
 *
 * <p>Made once and used again for each rollout. Belongs to one thread.
 */
final class Experience {
  private final Rollout[] rollouts;
  private final double[] logPi;

  Experience(int environments, int length) {
    rollouts = new Rollout[environments];
    Arrays.setAll(rollouts, e -> new Rollout(length));
    logPi = new double[environments * length];
  }

  /** Acts for {@code length} steps in each environment; gives V of the states after the last. */
  double[] collect(BatchLearner batch, Policy policy, int length) {
    int v = policy.outputs(); // Where V stands among the outputs.
    int n = rollouts.length;
    Arrays.stream(rollouts).forEach(Rollout::clear);
    for (int t = 0; t < length; t++) {
      float[] out = batch.act();
      List<Action> actions = new ArrayList<>(n);
      for (int e = 0; e < n; e++) {
        int row = e * (v + 1);
        Action a = policy.sample(out, row, batch.random());
        actions.add(a);
        begin(e, a, policy.logProbability(out, row, a), out[row + v]);
      }
      List<Step> steps = batch.step(actions);
      for (int e = 0; e < n; e++) {
        boolean cut = steps.get(e).last() && !steps.get(e).terminated();
        rollouts[e].end(steps.get(e), cut ? batch.last(e)[v] : 0);
      }
    }
    float[] out = batch.act();
    double[] values = new double[n];
    Arrays.setAll(values, e -> out[e * (v + 1) + v]);
    return values;
  }

  /** The action in a state with this V; what it led to comes with {@link Rollout#end}. */
  void begin(int e, Action a, double logProbability, double value) {
    logPi[rollouts[e].size() * rollouts.length + e] = logProbability;
    rollouts[e].begin(a, value);
  }

  Rollout rollout(int e) {
    return rollouts[e];
  }

  int environment(int state) {
    return state % rollouts.length;
  }

  Action action(int state) {
    return of(state).action(time(state));
  }

  /** log π(a|s) under the policy that acted. */
  double logPi(int state) {
    return logPi[state];
  }

  double target(int state) {
    return of(state).target(time(state));
  }

  /**
   * Those of some states.
   *
   * @param normalized whether they get mean 0 and variance 1; a single one stays as it is
   */
  double[] advantages(int[] states, boolean normalized) {
    double[] all = new double[states.length];
    Arrays.setAll(all, i -> of(states[i]).advantage(time(states[i])));
    if (normalized) {
      normalize(all);
    }
    return all;
  }

  /** Gives them mean 0 and variance 1; a single one stays as it is. */
  static void normalize(double[] advantages) {
    if (advantages.length > 1) {
      double mean = Arrays.stream(advantages).average().orElseThrow();
      double variance = Arrays.stream(advantages).map(A -> (A - mean) * (A - mean)).sum();
      double deviation = Math.sqrt(variance / advantages.length) + 1e-8;
      Arrays.setAll(advantages, i -> (advantages[i] - mean) / deviation);
    }
  }

  /** All states in an order drawn anew, in parts of {@code size}; the last one may be smaller. */
  List<int[]> minibatches(int size, RandomGenerator random) {
    int[] order = new int[logPi.length];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    List<int[]> parts = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      parts.add(Arrays.copyOfRange(order, from, Math.min(from + size, order.length)));
    }
    return parts;
  }

  private Rollout of(int state) {
    return rollouts[environment(state)];
  }

  private int time(int state) {
    return state / rollouts.length;
  }
}
