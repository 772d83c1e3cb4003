package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PPO's advantages, minibatches and clipping range, seen through a batch that plays a script. */
class PPOTest {
  private static final double GAMMA = 0.9;

  @Test
  void advantages_are_the_discounted_sum_of_td_errors_up_to_the_end_of_the_episode() {
    SplittableRandom random = new SplittableRandom(1);
    for (int repetition = 0; repetition < 100; repetition++) {
      double lambda = random.nextDouble();
      double bootstrap = random.nextDouble();
      Rollout rollout = randomRollout(random);
      ppo(lambda, 1, 1, false, 0.2).advantages(rollout, bootstrap);

      for (int t = 0; t < rollout.size(); t++) {
        double expected = bruteForce(rollout, t, lambda, bootstrap);
        assertThat(rollout.advantage(t)).isCloseTo(expected, within(1e-9));
        assertThat(rollout.target(t)).isCloseTo(expected + rollout.value(t), within(1e-9));
      }
    }
  }

  private static Rollout randomRollout(SplittableRandom random) {
    int n = random.nextInt(1, 30);
    Rollout rollout = new Rollout(n);
    for (int t = 0; t < n; t++) {
      rollout.begin(Action.of(0), random.nextDouble());
      boolean terminated = random.nextInt(6) == 0;
      boolean truncated = !terminated && random.nextInt(6) == 0;
      rollout.end(
          new Step(Observation.of(0f), random.nextDouble() - 0.5, terminated, truncated),
          truncated ? random.nextDouble() : 0);
    }
    return rollout;
  }

  /** Σ_l (γλ)^l δ_{t+l}, each δ from the state that really followed. */
  private static double bruteForce(Rollout rollout, int t, double lambda, double bootstrap) {
    double sum = 0;
    for (int i = t; i < rollout.size(); i++) {
      double next = i + 1 < rollout.size() ? rollout.value(i + 1) : bootstrap;
      double after = rollout.last(i) ? rollout.after(i) : next;
      double delta = rollout.reward(i) + GAMMA * after - rollout.value(i);
      sum += Math.pow(GAMMA * lambda, i - t) * delta;
      if (rollout.last(i)) {
        break;
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 4", "3, 5, 100", "4, 8, 8"})
  void an_epoch_takes_each_state_once_in_an_order_of_its_own(
      int environments, int horizon, int minibatch) {
    Scripted batch = new Scripted(environments, horizon, 2);
    ppo(0.95, 4, minibatch, true, 0.2, horizon).run(batch);

    int states = environments * horizon;
    int updates = (states + minibatch - 1) / minibatch;
    assertThat(batch.taken).hasSize(2 * 4 * updates);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int from = 0; from < batch.taken.size(); from += updates) {
      epochs.add(batch.taken.subList(from, from + updates).stream().flatMap(List::stream).toList());
    }
    for (List<Integer> epoch : epochs) {
      assertThat(epoch)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, states).boxed().toList());
    }
    assertThat(epochs.stream().distinct().count()).isEqualTo(states == 1 ? 1 : epochs.size());
  }

  /** π now gives the actions 1.5 times their old probability, or nearly so. */
  @Test
  void the_clipping_range_falls_as_the_learning_rate_does() {
    for (boolean annealed : new boolean[] {true, false}) {
      Scripted batch = new Scripted(2, 3, 1);
      batch.annealed = 0.25;
      ppo(1, 1, 6, false, 0.4, 3, annealed).run(batch);

      double clip = annealed ? 0.1 : 0.4;
      assertThat(batch.policyLosses).hasSize(1);
      assertThat(batch.policyLosses.get(0)).isCloseTo(-batch.clippedSum(clip), within(1e-6));
    }
  }

  @Test
  void a_single_advantage_is_not_normalised_away() {
    double[] one = {3};
    Experience.normalize(one);
    assertThat(one).containsExactly(3);

    double[] two = {3, 5};
    Experience.normalize(two);
    assertThat(two).containsExactly(new double[] {-1, 1}, within(1e-6));
  }

  private static PPO ppo(double lambda, int epochs, int minibatch, boolean norm, double clip) {
    return ppo(lambda, epochs, minibatch, norm, clip, 1);
  }

  private static PPO ppo(
      double lambda, int epochs, int minibatch, boolean norm, double clip, int horizon) {
    return ppo(lambda, epochs, minibatch, norm, clip, horizon, false);
  }

  private static PPO ppo(
      double lambda,
      int epochs,
      int minibatch,
      boolean norm,
      double clip,
      int horizon,
      boolean annealed) {
    return new PPO(
        GAMMA, lambda, PerThread.of(0.0), 1, clip, annealed, horizon, epochs, minibatch, norm);
  }

  /**
   * Both actions are as probable while it acts; while it learns, action 0 has another probability.
   * Every reward is 1 and ends its episode, V is 0: so each advantage is 1.
   */
  private static final class Scripted implements BatchLearner {
    private static final float[] ACTING = {0, 0, 0};
    private static final float[] LEARNING = {1, 0, 0};

    final List<List<Integer>> taken = new ArrayList<>();
    final List<Double> policyLosses = new ArrayList<>();
    private final List<Integer> actions = new ArrayList<>();
    private final int environments;
    private final int horizon;
    private final SplittableRandom random = new SplittableRandom(3);
    private int left;
    private double annealed = 1;

    Scripted(int environments, int horizon, int rollouts) {
      this.environments = environments;
      this.horizon = horizon;
      this.left = rollouts;
    }

    /**
     * Σ min(r, 1 + clip) for the actions that were drawn: those that are less probable count so.
     */
    double clippedSum(double clip) {
      double pi = 1 / (1 + Math.exp(-1));
      return actions.stream()
          .mapToDouble(a -> Math.min((a == 0 ? pi : 1 - pi) / 0.5, 1 + clip))
          .sum();
    }

    @Override
    public boolean running() {
      return left-- > 0;
    }

    @Override
    public int environments() {
      return environments;
    }

    @Override
    public void begin() {
      actions.clear();
    }

    @Override
    public float[] act() {
      return rows(ACTING, environments);
    }

    @Override
    public List<Step> step(List<Action> all) {
      all.forEach(a -> actions.add(a.index()));
      Step step = new Step(Observation.of(0f), 1, Ending.TERMINATED, Optional.empty());
      return IntStream.range(0, environments).mapToObj(e -> step).toList();
    }

    @Override
    public float[] last(int environment) {
      return ACTING;
    }

    @Override
    public void update(ActorLearner.Loss loss) {
      throw new AssertionError("PPO learns from minibatches");
    }

    @Override
    public void update(int[] states, ActorLearner.Loss loss) {
      assertThat(actions).hasSize(environments * horizon);
      taken.add(Arrays.stream(states).boxed().toList());
      float[] out = rows(LEARNING, states.length);
      policyLosses.add(loss.at(out, new float[out.length]).policy());
    }

    @Override
    public double annealed() {
      return annealed;
    }

    private static float[] rows(float[] row, int n) {
      float[] out = new float[n * row.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = row[i % row.length];
      }
      return out;
    }

    @Override
    public RandomGenerator random() {
      return random;
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }
  }
}
