package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.BatchLearner;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.OptimizerKind;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What environments that step together with a recurrent network remember, at one fixed θ. */
class RecurrentBatchTest {
  private static final Space.Box BOX = Space.Box.floats(2);
  private static final Network NETWORK =
      new Network(Networks.separateMlpLstms(BOX, 2, 5, Nonlinearity.TANH, 4), BOX);

  /** A row of a batch and a row alone are added up in another order. */
  private static final Offset<Float> ROUNDING = offset(1e-6f);

  @ParameterizedTest(name = "{0} environments, rollouts of {1}")
  @CsvSource({"1, 1", "1, 5", "3, 4", "8, 1", "8, 5", "11, 20"})
  void each_environments_episodes_are_remembered_and_learned_from_each_on_its_own(
      int environments, int tMax) {
    List<Numbers> made = Collections.synchronizedList(new ArrayList<>());
    Recording acting = new Recording(tMax);
    Plan plan =
        new Plan(
            acting,
            NETWORK,
            Map.of(),
            Initialization.TORCH,
            purpose -> {
              Numbers numbers = new Numbers(made.size());
              made.add(numbers);
              return numbers;
            },
            environments,
            40L * environments,
            1,
            1,
            0.1,
            OptionalLong.empty(),
            LearningRateSchedule.LINEAR,
            Reduction.SUM,
            OptimizerKind.SHARED_RMSPROP,
            0.99,
            0.1,
            40,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            1,
            false,
            Normalization.NONE,
            true,
            Optional.empty());
    Training training = new Training(plan, plan.environments().create(Purpose.TRAINING));
    training.run();

    assertThat(training.failure()).isEmpty();
    Parameters theta = new Parameters(NETWORK.size());
    theta.set(training.theta());
    int steps = acting.acted.size();
    assertThat(steps).isEqualTo(40);
    for (int e = 0; e < environments; e++) {
      int t = 0;
      for (List<Observation> episode : made.get(e).episodes) {
        List<float[]> alone = unrolled(theta, episode);
        for (int i = 0; i < episode.size() - 1 && t < steps; i++, t++) {
          assertThat(row(acting.acted.get(t), e)).containsExactly(alone.get(i), ROUNDING);
          assertThat(row(acting.learned.get(t), e)).containsExactly(alone.get(i), ROUNDING);
        }
        if (t < steps || acting.ends.get(e).size() > made.get(e).episodes.indexOf(episode)) {
          float[] end = acting.ends.get(e).get(made.get(e).episodes.indexOf(episode));
          assertThat(end).containsExactly(alone.get(episode.size() - 1), ROUNDING);
        }
      }
      assertThat(acting.ends.get(e)).hasSizeGreaterThan(3);
    }
  }

  private static List<float[]> unrolled(Parameters theta, List<Observation> episode) {
    List<float[]> outputs = new ArrayList<>();
    try (LocalNetwork network = NETWORK.local(episode.size())) {
      network.sync(theta);
      network.start(episode.get(0));
      for (int i = 0; i < episode.size(); i++) {
        if (i > 0) {
          network.put(i, episode.get(i));
        }
        outputs.add(network.forward(i).clone());
      }
    }
    return outputs;
  }

  private static float[] row(float[] outputs, int e) {
    return Arrays.copyOfRange(outputs, e * NETWORK.outputs(), (e + 1) * NETWORK.outputs());
  }

  /** Acts and looks at all that A2C looks at, and learns nothing. */
  private static final class Recording implements BatchAlgorithm {
    final List<float[]> acted = new ArrayList<>();
    final List<float[]> learned = new ArrayList<>();
    final List<List<float[]>> ends = new ArrayList<>();
    private final int tMax;

    Recording(int tMax) {
      this.tMax = tMax;
    }

    @Override
    public void run(BatchLearner batch) {
      int n = batch.environments();
      for (int e = 0; e < n; e++) {
        ends.add(new ArrayList<>());
      }
      while (batch.running()) {
        batch.begin();
        for (int t = 0; t < tMax; t++) {
          acted.add(batch.act().clone());
          List<Step> steps = batch.step(Collections.nCopies(n, Action.of(0)));
          for (int e = 0; e < n; e++) {
            if (steps.get(e).last()) {
              ends.get(e).add(batch.last(e).clone());
            }
          }
        }
        batch.act();
        batch.update(
            (out, dOut) -> {
              int length = n * NETWORK.outputs();
              for (int t = 0; t < tMax; t++) {
                learned.add(Arrays.copyOfRange(out, t * length, (t + 1) * length));
              }
              return new ActorLearner.Terms(0, 0, 0);
            });
      }
    }

    @Override
    public int rolloutLength() {
      return tMax;
    }

    @Override
    public int outputs(Space actions) {
      return NETWORK.outputs();
    }

    @Override
    public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
      return Action.of(0);
    }
  }

  /** Shows random numbers in episodes of random lengths, some of one step, and keeps them. */
  private static final class Numbers implements Environment {
    final List<List<Observation>> episodes = new ArrayList<>();
    private final SplittableRandom random;
    private int left;

    Numbers(int seed) {
      this.random = new SplittableRandom(seed);
    }

    @Override
    public Space observationSpace() {
      return BOX;
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(1);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      left = random.nextInt(1, 12);
      episodes.add(new ArrayList<>());
      return show();
    }

    @Override
    public Step step(Action action) {
      left--;
      return new Step(show(), 0, false, left == 0);
    }

    private Observation show() {
      Observation shown = Observation.of((float) random.nextDouble(), (float) random.nextDouble());
      episodes.get(episodes.size() - 1).add(shown);
      return shown;
    }
  }
}
