package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What an actor with a recurrent network remembers, at one fixed θ. */
class RecurrentActingTest {
  private static final Space.Box BOX = Space.Box.floats(2);
  private static final Network NETWORK =
      new Network(Networks.mlpLstm(BOX, 2, 5, Nonlinearity.TANH, 4), BOX);
  private static final int T_MAX = 3;
  private static final int EPISODE = 7; // No multiple of T_MAX.

  @Test
  void an_actor_learner_carries_it_across_rollouts_and_forgets_it_with_the_episode() {
    Numbers environment = new Numbers();
    Recording acting = new Recording();
    Plan plan =
        new Plan(
            acting,
            NETWORK,
            Map.of(),
            Initialization.TORCH,
            purpose -> environment,
            1,
            3 * EPISODE,
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
    Training training = new Training(plan, environment);
    training.run();

    assertThat(training.failure()).isEmpty();
    assertThat(acting.outputs).hasSize(3 * EPISODE);
    Parameters theta = new Parameters(NETWORK.size());
    theta.set(training.theta());
    assertEachEpisodeIsItsOwn(theta, environment.episodes, acting.outputs);
  }

  @Test
  void an_evaluation_does_the_same() {
    Numbers environment = new Numbers();
    Recording acting = new Recording();
    Parameters theta = new Parameters(NETWORK.size());
    theta.set(Initialization.TORCH.values(NETWORK, new SplittableRandom(1)));
    try (Evaluation evaluation = new Evaluation(acting, NETWORK, environment, 1)) {
      assertThat(evaluation.play(theta, 3, true, () -> true)).hasSize(3);
    }

    environment.episodes.remove(0); // Evaluation resets once to give the seed.
    assertEachEpisodeIsItsOwn(theta, environment.episodes, acting.outputs);
  }

  private static void assertEachEpisodeIsItsOwn(
      Parameters theta, List<List<Observation>> episodes, List<float[]> outputs) {
    try (LocalNetwork unrolled = NETWORK.local(EPISODE)) {
      unrolled.sync(theta);
      for (int i = 0; i < outputs.size(); i++) {
        List<Observation> episode = episodes.get(i / EPISODE);
        if (i % EPISODE == 0) {
          unrolled.start(episode.get(0));
          for (int t = 1; t < EPISODE; t++) {
            unrolled.put(t, episode.get(t));
          }
        }
        assertThat(outputs.get(i))
            .as("step %s", i)
            .containsExactly(unrolled.forward(i % EPISODE), offset(0f));
      }
    }
  }

  /** Acts in rollouts, looks at the last state as one does to bootstrap, and learns nothing. */
  private static final class Recording implements AsynchronousAlgorithm {
    final List<float[]> outputs = new ArrayList<>();

    @Override
    public void run(ActorLearner actor) {
      while (actor.running()) {
        actor.sync();
        Step step;
        int t = 0;
        do {
          outputs.add(actor.act().clone());
          step = actor.step(Action.of(0));
          t++;
        } while (!step.last() && t < T_MAX);
        actor.act();
      }
    }

    @Override
    public int rolloutLength() {
      return T_MAX;
    }

    @Override
    public int outputs(Space actions) {
      return 2;
    }

    @Override
    public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
      outputs.add(out.clone());
      return Action.of(0);
    }
  }

  /** Shows random numbers, and keeps what it showed. */
  private static final class Numbers implements Environment {
    final List<List<Observation>> episodes = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private int t;

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
      t = 0;
      episodes.add(new ArrayList<>());
      return show();
    }

    @Override
    public Step step(Action action) {
      t++;
      return new Step(show(), 0, t == EPISODE, false);
    }

    private Observation show() {
      Observation shown = Observation.of((float) random.nextDouble(), (float) random.nextDouble());
      episodes.get(episodes.size() - 1).add(shown);
      return shown;
    }
  }
}
