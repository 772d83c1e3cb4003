package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.TrajectoryUse;
import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.Trajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of ACER, and of an algorithm that looks at what it is given when it goes back. */
class AcerExperimentTest {
  private static final long N = 6_003;

  @ParameterizedTest
  @ValueSource(strings = {"CartPole", "Catch"})
  void with_its_memory_n_steps_and_n_more_are_bit_for_bit_as_2n(String env, @TempDir Path folder)
      throws IOException {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(Algorithms.ACER.set("save-replay", "yes").set("replay-capacity", "3000"))
            .env(env)
            .threads(1)
            .deterministic(true)
            .evaluateEvery(2_500)
            .evaluationEpisodes(3);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Run reference = builder.steps(2 * N).out(whole).build().run();
    builder.steps(N).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));
    List<String> messages = new CopyOnWriteArrayList<>();

    Run resumed = Experiment.resume(parts).steps(2 * N).build().start(messages::add).await();

    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(resumed.updates()).isEqualTo(reference.updates()).isGreaterThan(1_000);
    assertThat(resumed.evaluations().stream().map(e -> e.step() + " " + e.returns()))
        .isEqualTo(reference.evaluations().stream().map(e -> e.step() + " " + e.returns()).toList())
        .hasSize(4);
    assertThat(messages).singleElement().asString().doesNotContain("save-replay");
  }

  @Test
  void without_its_memory_a_resumed_run_says_so_and_fills_it_again(@TempDir Path folder) {
    Run first =
        Experiment.of()
            .algorithm(Algorithms.ACER)
            .threads(1)
            .steps(4_000)
            .out(folder)
            .build()
            .run();
    List<String> messages = new CopyOnWriteArrayList<>();

    Run run = Experiment.resume(folder).steps(4_900).build().start(messages::add).await();

    assertThat(messages).singleElement().asString().contains("save-replay=no", "filled again");
    // None of the 900 steps more was learned from twice: at most one update of each rollout.
    assertThat(run.updates() - first.updates()).isBetween(900L / 20, 900L / 4);
  }

  @Test
  void one_seed_gives_one_result_and_other_replay_ratios_give_others() {
    Experiment.Builder builder = Experiment.of().threads(1).deterministic(true).steps(5_000);
    Run run = builder.algorithm(Algorithms.ACER).build().run();
    Run same = builder.algorithm(Algorithms.ACER).build().run();
    Run none = builder.algorithm(Algorithms.ACER.set("replay-ratio", "0")).build().run();

    assertThat(same.theta().orElseThrow()).isEqualTo(run.theta().orElseThrow());
    assertThat(same.updates()).isEqualTo(run.updates()).isGreaterThan(2 * none.updates());
    assertThat(none.theta().orElseThrow()).isNotEqualTo(run.theta().orElseThrow());
  }

  @Test
  void what_does_not_fit_is_refused_before_training_with_the_numbers() {
    assertThatThrownBy(() -> run(Algorithms.ACER.set("replay-capacity", "1_000_000_000"), 1))
        .hasMessageContaining("replay-capacity: 1,000,000,000 steps need 16,000 MB")
        .hasMessageContaining("set a smaller replay-capacity");
    assertThatThrownBy(() -> run(Algorithms.ACER.set("replay-capacity", "79"), 4))
        .hasMessageContaining("a rollout of 20 steps in each of 4 threads but got 79")
        .hasMessageContaining("set at least 80");
    assertThatThrownBy(
            () ->
                run(
                    Algorithms.ACER.set("replay-capacity", "20_000_000").set("save-replay", "yes"),
                    1))
        .hasMessageContaining("save-replay: expected at most 1024 MiB");
  }

  @Test
  void what_it_cannot_do_is_refused_in_words() {
    assertThatThrownBy(() -> Algorithms.ACER.lstm(8)).hasMessageContaining("ACER has no knob");
    assertThatThrownBy(
            () ->
                run(
                    Algorithms.ACER.networkOf(
                        outputs ->
                            dev.stampede.nn.Networks.mlpLstm(
                                Space.Box.floats(4),
                                outputs,
                                8,
                                dev.stampede.nn.Networks.Nonlinearity.TANH,
                                16)),
                    1))
        .hasMessageContaining("ACER takes no recurrent network: nobody would know what it");
    assertThatThrownBy(
            () -> Experiment.of().algorithm(Algorithms.ACER).env("Pendulum").build().run())
        .hasMessageContaining("need a choice of actions");
    assertThatThrownBy(() -> Algorithms.ACER.set("replay-ratio", "-1"))
        .hasMessageContaining("replay-ratio");
    assertThatThrownBy(() -> Algorithms.ACER.set("trust-region", "far"))
        .hasMessageContaining("expected a number but got \"far\"");
  }

  private static void run(Preset preset, int threads) {
    Experiment.of().algorithm(preset).threads(threads).steps(100).build().run();
  }

  @Test
  @Timeout(60)
  void threads_come_and_go_while_it_learns(@TempDir Path folder) throws InterruptedException {
    Run run =
        Experiment.of()
            .algorithm(Algorithms.ACER)
            .threads(2)
            .steps(Long.MAX_VALUE)
            .checkpointEvery(Duration.ofMillis(20))
            .out(folder)
            .build()
            .start();
    for (int threads : new int[] {4, 1, 3}) {
      run.threads(threads);
      long steps = run.steps();
      while (run.steps() < steps + 3_000 && run.isRunning()) {
        Thread.onSpinWait();
      }
    }
    run.pause();
    run.resume();
    run.stop();
    run.await();

    assertThat(run.failure()).isEmpty();
    assertThat(run.record()).containsEntry("state", "stopped");
    assertThat(run.updates()).isGreaterThan(run.steps() / 20);
  }

  @Test
  @Timeout(60)
  void a_thread_that_comes_back_finds_its_rollouts() throws InterruptedException {
    Remembers remembers = new Remembers();
    Run run =
        Experiment.of()
            .algorithm(Algorithms.own("remembers", remembers))
            .threads(2)
            .steps(Long.MAX_VALUE)
            .build()
            .start();
    for (int back = 0; back < 20; back++) {
      remembers.awaitThreads(2, run);
      run.threads(1);
      remembers.awaitThreads(1, run);
      run.threads(2);
    }
    remembers.awaitThreads(2, run);
    run.stop();

    assertThat(run.await().failure()).isEmpty();
    assertThat(remembers.filledAtStart).hasSize(22).startsWith(false, false);
    assertThat(remembers.filledAtStart.subList(2, 22)).containsOnly(true);
  }

  /** Has a memory of rollouts of five steps. */
  private abstract static class GoesBack implements AsynchronousAlgorithm {
    @Override
    public Optional<TrajectoryUse> trajectories() {
      return Optional.of(new TrajectoryUse(400, 100, false));
    }

    @Override
    public int rolloutLength() {
      return 5;
    }

    @Override
    public int outputs(Space actions) {
      return 2;
    }

    @Override
    public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
      return Action.of(0);
    }

    @Override
    public boolean stochastic() {
      return false;
    }
  }

  /**
   * Writes down, whenever a thread begins or comes back, whether it has something to go back to.
   */
  private static final class Remembers extends GoesBack {
    final List<Boolean> filledAtStart = new CopyOnWriteArrayList<>();
    private final AtomicInteger filled = new AtomicInteger();

    /** Until so many are at work and have something to go back to. */
    void awaitThreads(int n, Run run) {
      while (filled.get() != n && run.isRunning()) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void run(ActorLearner actor) {
      filledAtStart.add(actor.trajectories().isReady());
      boolean counted = false;
      try {
        while (actor.running()) {
          rollout(actor);
          if (!counted && actor.trajectories().isReady()) {
            filled.incrementAndGet();
            counted = true;
          }
        }
      } finally {
        filled.addAndGet(counted ? -1 : 0);
      }
    }

    private static void rollout(ActorLearner actor) {
      Trajectory x = new Trajectory(5, 2);
      actor.sync();
      Step step;
      do {
        step = actor.step(Action.of(actor.random().nextInt(2)));
        x.add(0, new double[] {0.5, 0.5}, 1, step.terminated());
      } while (!step.last() && x.size() < 5);
      actor.trajectories().add(x);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"}) // In plain Java, or on the tensor library.
  void going_back_shows_the_states_of_then_and_coming_back_the_state_of_now(String fused) {
    LooksBack looksBack = new LooksBack();
    Experiment.of()
        .algorithm(Algorithms.own("looks back", looksBack).learningRate(0).set("fused", fused))
        .threads(1)
        .steps(3_000)
        .build()
        .run();

    assertThat(looksBack.problems).isEmpty();
    assertThat(looksBack.compared).isGreaterThan(1_000);
    assertThat(looksBack.cameBack).isGreaterThan(50);
  }

  /**
   * With a θ that stays, each state of a rollout that is drawn has the outputs that it had when it
   * was acted in; the average θ_a, which is θ then, gives the same.
   */
  private static final class LooksBack extends GoesBack {
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final Map<Double, float[]> outputs = new HashMap<>();
    private int compared;
    private int cameBack;

    @Override
    public void run(ActorLearner actor) {
      Trajectory x = new Trajectory(5, 2);
      double number = 0; // Of each state, in place of a reward.
      float[] last = new float[0];
      while (actor.running()) {
        actor.sync();
        x.clear();
        Step step;
        if (last.length > 0) {
          compare(last, actor.act(), 0);
          cameBack++;
        }
        do {
          outputs.put(++number, actor.act().clone());
          step = actor.step(Action.of(actor.random().nextInt(2)));
          x.add(0, new double[] {0.5, 0.5}, number, step.terminated());
        } while (!step.last() && x.size() < 5);
        last = step.last() ? new float[0] : actor.act().clone();
        actor.trajectories().add(x);
        for (int i = 0; i < 3 && actor.trajectories().isReady(); i++) {
          actor.trajectories().draw(x);
          lookAt(actor, x);
        }
      }
    }

    private void lookAt(ActorLearner actor, Trajectory x) {
      float[] all = actor.outputs().clone();
      float[] average = actor.averageOutputs();
      if (actor.stepsSinceSync() != x.size()) {
        problems.add(actor.stepsSinceSync() + " steps, not " + x.size());
      }
      for (int i = 0; i < x.size(); i++) {
        float[] then = outputs.getOrDefault(x.reward(i), new float[0]);
        compare(then, all, i);
        compare(then, average, i);
      }
      compare(actor.act().clone(), all, x.size());
      float[] seen = all.clone();
      actor.update(
          (out, dOut) -> {
            compare(Arrays.copyOf(out, 2), seen, 0);
            return new ActorLearner.Terms(0, 0, 0);
          });
      actor.updateAverage(0.5);
      try {
        actor.step(Action.of(0));
        problems.add("a step in a state of the past");
      } catch (IllegalStateException e) {
        if (!e.toString().contains("call sync() first")) {
          problems.add(e.toString());
        }
      }
    }

    private void compare(float[] expected, float[] all, int row) {
      compared++;
      for (int k = 0; k < 2; k++) {
        if (!(Math.abs(expected[k] - all[row * 2 + k]) < 1e-5)) { // Rows are added in any order.
          problems.add(all[row * 2 + k] + ", not " + expected[k]);
        }
      }
    }
  }

  @Test
  void an_algorithm_without_a_memory_is_told_how_to_get_one() {
    List<String> messages = new ArrayList<>();
    AsynchronousAlgorithm none =
        new GoesBack() {
          @Override
          public Optional<TrajectoryUse> trajectories() {
            return Optional.empty();
          }

          @Override
          public void run(ActorLearner actor) {
            for (Runnable each :
                List.<Runnable>of(
                    actor::trajectories, actor::averageOutputs, () -> actor.updateAverage(0.5))) {
              try {
                each.run();
              } catch (IllegalStateException e) {
                messages.add(e.toString());
              }
            }
            actor.sync();
            actor.step(Action.of(0));
          }
        };
    Experiment.of().algorithm(Algorithms.own("none", none)).threads(1).steps(1).build().run();

    assertThat(messages).hasSize(3).allMatch(each -> each.contains("must say trajectories()"));
  }

  /** In a form whose differences can be printed. */
  private static String parameters(Path out) throws IOException {
    byte[] all = Files.readAllBytes(out.resolve("parameters.safetensors"));
    return all.length + " bytes, " + UUID.nameUUIDFromBytes(all);
  }
}
