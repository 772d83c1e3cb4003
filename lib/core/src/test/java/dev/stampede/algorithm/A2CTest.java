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
import org.junit.jupiter.api.Test;

/** A2C's returns and the order of its rows, seen through a batch that plays a written script. */
class A2CTest {
  private static final double GAMMA = 0.5;

  /** V of every state that is acted in, and of every state in which an episode ended. */
  private static final float V = 10;

  private static final float V_OF_AN_END = 100;

  @Test
  void each_environments_episodes_end_where_they_end_and_the_rollout_goes_on() {
    Ending none = Ending.NONE;
    List<Double> gradients =
        valueGradients(
            1,
            new double[][] {{1, 2, 4}, {1, 2, 4}, {1, 2, 4}},
            new Ending[][] {
              {none, none, none}, {none, Ending.TERMINATED, none}, {Ending.TRUNCATED, none, none}
            });

    double three = 4 + 0.5 * V;
    double withoutEnd = V - (1 + 0.5 * (2 + 0.5 * three));
    double beforeTerminal = V - (1 + 0.5 * 2);
    double cutOff = V - (1 + 0.5 * V_OF_AN_END);
    double two = V - (2 + 0.5 * three);
    assertThat(gradients)
        .containsExactly( // Time by time, and within a time environment by environment.
            withoutEnd, beforeTerminal, cutOff, two, V - 2.0, two, V - three, V - three, V - three);
  }

  @Test
  void generalised_advantages_start_anew_at_the_end_of_an_episode() {
    double lambda = 0.8;
    List<Double> gradients =
        valueGradients(
            lambda,
            new double[][] {{1, 2, 4}},
            new Ending[][] {{Ending.NONE, Ending.TRUNCATED, Ending.NONE}});

    double delta0 = 1 + 0.5 * V - V;
    double delta1 = 2 + 0.5 * V_OF_AN_END - V;
    double delta2 = 4 + 0.5 * V - V;
    assertThat(gradients.get(0)).isCloseTo(-(delta0 + GAMMA * lambda * delta1), within(1e-5));
    assertThat(gradients.get(1)).isCloseTo(-delta1, within(1e-5));
    assertThat(gradients.get(2)).isCloseTo(-delta2, within(1e-5));
  }

  @Test
  void an_environment_has_the_entropy_weight_of_its_number() {
    float[] differing = gradients(new A2C(GAMMA, 1, PerThread.of(0.5, 0.1), 1, 2));
    float[] half = gradients(new A2C(GAMMA, 1, 0.5, 1, 2));
    float[] tenth = gradients(new A2C(GAMMA, 1, 0.1, 1, 2));

    assertThat(half).isNotEqualTo(tenth);
    for (int k = 0; k < differing.length; k++) {
      int environment = k / 3 % 3;
      assertThat(differing[k]).isEqualTo((environment == 1 ? tenth : half)[k]);
    }
  }

  /** ∂loss/∂out of the first update, in three environments. */
  private static float[] gradients(A2C a2c) {
    Ending[][] endings = new Ending[3][2];
    Arrays.stream(endings).forEach(row -> Arrays.fill(row, Ending.NONE));
    Scripted batch = new Scripted(new double[3][2], endings, new ArrayList<>());
    a2c.run(batch);
    return batch.dOut;
  }

  /** ∂loss/∂V of each row of the first update, for valueWeight 1: V − R. */
  private static List<Double> valueGradients(
      double lambda, double[][] rewards, Ending[][] endings) {
    List<Double> gradients = new ArrayList<>();
    new A2C(GAMMA, lambda, 0.01, 1, rewards[0].length)
        .run(new Scripted(rewards, endings, gradients));
    return gradients;
  }

  private static final class Scripted implements BatchLearner {
    private final double[][] rewards;
    private final Ending[][] endings;
    private final List<Double> gradients;
    private final SplittableRandom random = new SplittableRandom(1);
    private int t;
    private boolean updated;
    private float[] dOut = new float[0];

    Scripted(double[][] rewards, Ending[][] endings, List<Double> gradients) {
      this.rewards = rewards;
      this.endings = endings;
      this.gradients = gradients;
    }

    @Override
    public boolean running() {
      return !updated;
    }

    @Override
    public int environments() {
      return rewards.length;
    }

    @Override
    public void begin() {
      t = 0;
    }

    @Override
    public float[] act() {
      return rows(environments());
    }

    @Override
    public List<Step> step(List<Action> actions) {
      assertThat(actions).hasSize(environments());
      List<Step> steps = new ArrayList<>();
      for (int e = 0; e < environments(); e++) {
        steps.add(new Step(Observation.of(0f), rewards[e][t], endings[e][t], Optional.empty()));
      }
      t++;
      return steps;
    }

    @Override
    public float[] last(int environment) {
      return new float[] {0, 0, V_OF_AN_END};
    }

    @Override
    public void update(ActorLearner.Loss loss) {
      float[] out = rows(t * environments());
      dOut = new float[out.length];
      loss.at(out, dOut);
      for (int row = 0; row < t * environments(); row++) {
        gradients.add((double) dOut[row * 3 + 2]);
      }
      updated = true;
    }

    @Override
    public void update(int[] states, ActorLearner.Loss loss) {
      throw new AssertionError("A2C learns from whole rollouts");
    }

    @Override
    public double annealed() {
      return 1;
    }

    private static float[] rows(int n) {
      float[] out = new float[n * 3];
      for (int row = 0; row < n; row++) {
        out[row * 3] = 1; // One action is more probable.
        out[row * 3 + 2] = V;
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
