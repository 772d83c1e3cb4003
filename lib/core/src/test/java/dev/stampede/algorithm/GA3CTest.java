package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.QueuedAlgorithm.Queues;
import dev.stampede.algorithm.QueuedAlgorithm.Sample;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GA3C's returns, seen by an agent that plays a written script, and its loss with ε in the log. */
class GA3CTest {
  private static final double GAMMA = 0.5;
  private static final double EPSILON = 1e-6;

  /** V of state s is 10 + s, counted over the whole script. */
  private static final double V0 = 10;

  @Test
  void an_unfinished_rollout_bootstraps_from_the_state_after_it_and_the_next_acts_by_the_same() {
    Scripted agent = play(1, 2, new double[] {1, 2, 4, 8}, Ending.NONE);

    assertThat(agent.targets)
        .containsExactly(
            List.of(1 + 0.5 * (2 + 0.5 * (V0 + 2)), 2 + 0.5 * (V0 + 2)),
            List.of(4 + 0.5 * (8 + 0.5 * (V0 + 4)), 8 + 0.5 * (V0 + 4)));
    assertThat(agent.predicted).containsExactly(0, 1, 2, 2, 3, 4);
  }

  @Test
  void an_episode_that_ends_cuts_the_rollout_short_and_its_last_reward_counts() {
    assertThat(play(1, 5, new double[] {1, 2, 4}, Ending.TERMINATED).targets)
        .containsExactly(List.of(1 + 0.5 * (2 + 0.5 * 4), 2 + 0.5 * 4, 4.0));
    assertThat(play(1, 5, new double[] {1, 2}, Ending.TRUNCATED).targets)
        .containsExactly(List.of(1 + 0.5 * (2 + 0.5 * (V0 + 2)), 2 + 0.5 * (V0 + 2)));
  }

  @Test
  void lambda_mixes_the_returns_into_generalised_advantages() {
    double lambda = 0.8;
    List<Double> targets = play(lambda, 3, new double[] {1, 2, 4}, Ending.NONE).targets.get(0);

    double delta0 = 1 + GAMMA * (V0 + 1) - V0;
    double delta1 = 2 + GAMMA * (V0 + 2) - (V0 + 1);
    double delta2 = 4 + GAMMA * (V0 + 3) - (V0 + 2);
    double decay = GAMMA * lambda;
    assertThat(targets.get(0) - V0)
        .isCloseTo(delta0 + decay * (delta1 + decay * delta2), within(1e-9));
    assertThat(targets.get(2) - (V0 + 2)).isCloseTo(delta2, within(1e-9));
  }

  /** By hand: an action of probability e⁻²⁰, less than ε, and one of nearly 1. */
  @Test
  void an_action_that_became_nearly_impossible_costs_log_epsilon_and_moves_nothing() {
    GA3C ga3c = new GA3C(0.99, 1, 0, 1, EPSILON, 5, 0, new Queues(1, 1, 1, 1));
    float[] out = {0, -20, 3};
    float[] dOut = new float[3];
    List<Sample> batch = List.of(new Sample(Action.of(1), 5));

    ActorLearner.Terms terms = ga3c.loss(new Softmax(2), batch, out, dOut);

    assertThat(terms.policy()).isCloseTo(-Math.log(1e-6) * (5 - 3), within(1e-9));
    assertThat(terms.value()).isCloseTo(0.5 * 4, within(1e-9));
    assertThat(dOut).containsExactly(new float[] {0, 0, -2}, within(0f));
    GA3C without = new GA3C(0.99, 1, 0, 1, 0, 5, 0, new Queues(1, 1, 1, 1));
    assertThat(without.loss(new Softmax(2), batch, out, dOut).policy())
        .isCloseTo(20 * (5 - 3), within(1e-6));
    assertThat(dOut[0]).isCloseTo(2, within(1e-6f)); // π(0) · advantage
  }

  /**
   * The closed form against differences of the loss, for random outputs: some of the actions have
   * probabilities below ε. The advantage is a constant: V is moved in the value term alone.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_gradient_is_that_of_the_loss(boolean discrete) {
    SplittableRandom random = new SplittableRandom(3);
    Policy policy = discrete ? new Softmax(3) : new Gaussian(2);
    GA3C ga3c = new GA3C(0.99, 1, 0.05, 0.7, EPSILON, 5, 0, new Queues(1, 1, 1, 1));
    int v = policy.outputs();
    int below = 0;
    for (int state = 0; state < 300; state++) {
      float[] out = new float[v + 1];
      for (int k = 0; k <= v; k++) { // Multiples of 1/1024, so that floats hold all sums exactly.
        out[k] = Math.round(1024 * (discrete ? 12 : 3) * random.nextDouble(-1, 1)) / 1024f;
      }
      float[] numbers = {(float) random.nextDouble(-6, 6), (float) random.nextDouble(-6, 6)};
      Action a = discrete ? Action.of(random.nextInt(3)) : Action.of(numbers);
      double logPi = policy.logProbability(out, 0, a);
      if (Math.abs(logPi - Math.log(EPSILON)) < 1) {
        continue; // Too near to the kink for differences.
      }
      below += logPi < Math.log(EPSILON) ? 1 : 0;
      List<Sample> batch = List.of(new Sample(a, random.nextDouble(-3, 3)));
      float[] dOut = new float[v + 1];
      ga3c.loss(policy, batch, out, dOut);
      double[] expected = new double[v + 1];
      double scale = 1e-3;
      for (int k = 0; k <= v; k++) {
        expected[k] = derivative(ga3c, policy, batch, out, k);
        scale = Math.max(scale, Math.abs(expected[k]));
      }
      for (int k = 0; k <= v; k++) {
        assertThat((double) dOut[k]).isCloseTo(expected[k], within(1e-5 * scale));
      }
    }
    assertThat(below).isBetween(20, 250);
  }

  /** By five points, which errs by the fifth derivative only. */
  private static double derivative(
      GA3C ga3c, Policy policy, List<Sample> batch, float[] out, int k) {
    float h = 1f / 256;
    double[] at = new double[5];
    for (int i = -2; i <= 2; i++) {
      float[] moved = out.clone();
      moved[k] += i * h;
      ActorLearner.Terms terms = ga3c.loss(policy, batch, moved, new float[out.length]);
      at[i + 2] = k == policy.outputs() ? terms.value() : terms.sum();
    }
    return (8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * h);
  }

  private static Scripted play(double lambda, int tMax, double[] rewards, Ending last) {
    Scripted agent = new Scripted(rewards, last);
    new GA3C(GAMMA, lambda, 0.01, 1, EPSILON, tMax, 0, new Queues(1, 1, 1, 1)).run(agent);
    return agent;
  }

  private static final class Scripted implements QueuedAgent {
    final List<List<Double>> targets = new ArrayList<>();
    final List<Integer> predicted = new ArrayList<>();
    private final double[] rewards;
    private final Ending last;
    private int t;
    private int begun;

    Scripted(double[] rewards, Ending last) {
      this.rewards = rewards;
      this.last = last;
    }

    @Override
    public boolean running() {
      return t < rewards.length;
    }

    @Override
    public void begin() {
      begun = t;
    }

    @Override
    public float[] predict() {
      predicted.add(t);
      return new float[] {0, 0, (float) V0 + t};
    }

    @Override
    public Step step(Action a) {
      t++;
      Ending ending = t == rewards.length ? last : Ending.NONE;
      return new Step(Observation.of(0f), rewards[t - 1], ending, Optional.empty());
    }

    @Override
    public void train(List<Sample> samples) {
      assertThat(samples).hasSize(t - begun);
      targets.add(samples.stream().map(Sample::target).toList());
    }

    @Override
    public RandomGenerator random() {
      return new SplittableRandom(1);
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }
  }
}
