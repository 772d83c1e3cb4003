package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.GA3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.nn.Networks;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of agents, predictors and trainers. */
@Timeout(120)
class QueuedTest {

  @AfterEach
  void no_thread_is_left() {
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("(agent|predictor|trainer)-\\d+")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16})
  void ga3c_solves_cart_pole_with_so_many_agents(int agents) {
    Run run =
        Experiment.of().algorithm(GA3C).env("CartPole").threads(agents).until(475).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(475);
  }

  @Test
  void all_that_was_acted_is_learned_from() {
    for (int agents : new int[] {1, 7, 32}) {
      Preset preset = GA3C.tMax(3).set("training-batch", "0").set("queue-length", "2");
      Run run = Experiment.of().algorithm(preset).threads(agents).steps(3_000).build().run();

      long rollouts = 3_000 / 3; // At least: the end of an episode makes a rollout shorter.
      assertThat(run.steps()).isBetween(3_000L, 3_000L + 3 * agents);
      assertThat(run.updates()).isBetween(rollouts, rollouts + 3_000 / 8);
    }
  }

  @Test
  void a_training_batch_is_larger_than_asked_for_by_less_than_a_rollout() {
    Preset preset = GA3C.tMax(5).set("training-batch", "19").set("trainers", "1");
    Run run = Experiment.of().algorithm(preset).threads(8).steps(20_000).build().run();

    assertThat(run.updates()).isBetween(20_000L / 24, 20_000L / 20 + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "step, the third one has had enough",
    "reward, the loss is NaN in trainer-",
    "observation, but the environment gave 3"
  })
  void the_first_failure_of_any_role_stops_all_and_reaches_the_user(
      String what, String message, @TempDir Path folder) {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    Experiment experiment =
        Experiment.of()
            .algorithm(GA3C.set("queue-length", "3"))
            .env(
                purpose -> {
                  open.incrementAndGet();
                  return made.incrementAndGet() == 3 && purpose == Purpose.TRAINING
                      ? new Counting(open, step -> failing(what, step))
                      : new Counting(open, step -> step);
                })
            .threads(12)
            .steps(Long.MAX_VALUE)
            .out(folder)
            .build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining(message)
        .satisfies(
            e -> {
              Run run = ((RunFailedException) e).run();
              assertThat(run.steps()).isPositive();
              assertThat(run.isRunning()).isFalse();
            });
    assertThat(open).hasValue(0);
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("failed");
  }

  private static Step failing(String what, Step step) {
    return switch (what) {
      case "step" -> throw new IllegalStateException("the third one has had enough");
      case "reward" -> step.withReward(Double.NaN);
      default -> new Step(Observation.of(1f, 2f, 3f), step.reward(), step.ending(), step.episode());
    };
  }

  @Test
  void an_interrupt_or_a_stop_at_any_moment_ends_all_threads_and_keeps_the_results()
      throws Exception {
    for (int repetition = 0; repetition < 20; repetition++) {
      Run run =
          Experiment.of()
              .algorithm(GA3C.set("queue-length", "2").set("training-batch", "30"))
              .threads(1 + repetition)
              .steps(Long.MAX_VALUE)
              .seed(repetition)
              .build()
              .start();
      while (run.steps() < 40L * repetition) {
        Thread.onSpinWait();
      }
      if (repetition % 2 == 0) {
        run.stop();
      } else {
        Thread waiting = new Thread(run::await);
        waiting.start();
        waiting.interrupt();
        waiting.join();
      }

      assertThat(run.await(10_000)).isTrue();
      assertThat(run.failure()).isEmpty();
      assertThat(run.theta()).isPresent();
      no_thread_is_left();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent-1", "predictor-0", "trainer-0"})
  void an_interrupt_of_one_of_its_threads_is_an_orderly_stop(String name) throws Exception {
    Run run = Experiment.of().algorithm(GA3C).threads(2).steps(Long.MAX_VALUE).build().start();
    while (run.steps() < 500) {
      Thread.onSpinWait();
    }
    while (!run.await(5)) {
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals(name))
          .forEach(Thread::interrupt);
      if (name.startsWith("agent") && run.steps() > 2_000) {
        run.stop(); // One agent that has gone leaves the others.
      }
    }

    assertThat(run.failure()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, shared-rmsprop", "24, rmsprop"})
  void a_run_goes_on_with_its_counters_from_a_checkpoint_in_the_middle(
      int agents, String optimizer, @TempDir Path folder) throws Exception {
    Run first =
        Experiment.of()
            .algorithm(GA3C.set("optimizer", optimizer).set("queue-length", "5"))
            .threads(agents)
            .steps(40_000)
            .checkpointEvery(Duration.ofMillis(5))
            .out(folder)
            .build()
            .run();
    assertThat(RunDirectory.read(folder).at("/checkpoints/written").asInt()).isGreaterThan(1);
    List<String> messages = new CopyOnWriteArrayList<>();

    Run second = Experiment.resume(folder).steps(50_000).build().start(messages::add).await();

    assertThat(messages).singleElement().asString().startsWith("resumed at step 40,");
    assertThat(second.steps()).isBetween(50_000L, 50_000L + 5 * agents);
    assertThat(second.updates()).isGreaterThan(first.updates() + 10_000 / 6);
    assertThat(second.episodes().subList(0, first.episodes().size()).stream().map(e -> e.step()))
        .isEqualTo(first.episodes().stream().map(EpisodeRecord::step).toList());
    assertThat(second.episodes()).hasSizeGreaterThan(first.episodes().size());
    assertThat(RunDirectory.read(folder).at("/resumedFrom/0/environments").asText())
        .isEqualTo("restored");
  }

  /** No part of the run is as long as Pendulum's episodes of 200 steps, but they end. */
  @Test
  void environments_go_on_where_they_were(@TempDir Path folder) {
    Experiment.of().algorithm(GA3C).env("Pendulum").threads(1).steps(150).out(folder).build().run();
    Run run = Experiment.resume(folder).steps(300).build().run();
    for (long steps = 450; steps <= 1_200; steps += 150) {
      run = Experiment.resume(folder).steps(steps).build().run();
    }

    assertThat(run.steps()).isBetween(1_200L, 1_220L);
    assertThat(run.episodes()).hasSize(6).allMatch(episode -> episode.length() == 200);
  }

  @Test
  void what_it_cannot_do_is_refused_in_words() {
    assertThatThrownBy(() -> Experiment.of().algorithm(GA3C).threads(1).deterministic(true).build())
        .hasMessageContaining("deterministic: the roles of GA3C")
        .hasMessageContaining("use A3C with threads(1)");
    assertThatThrownBy(() -> GA3C.set("predictors", "0"))
        .hasMessageContaining("expected a whole number from 1 to 1000 but got \"0\"");
    assertThatThrownBy(() -> Algorithms.A3C.set("trainers", "2"))
        .hasMessageContaining("A3C has no knob \"trainers\"")
        .hasMessageContaining("one of GA3C");
    Preset recurrent =
        GA3C.networkOf(
            outputs ->
                Networks.mlpLstm(Space.Box.floats(4), outputs, 8, Networks.Nonlinearity.TANH, 8));
    assertThatThrownBy(() -> Experiment.of().algorithm(recurrent).build().run())
        .hasMessageContaining("GA3C takes no recurrent network");
  }

  @Test
  void gradients_can_be_left_as_they_are_or_clipped() {
    assertThat(GA3C.value(Knob.CLIP_NORM)).isEqualTo("Infinity");
    assertThat(GA3C.clipNorm(40).set("clip-norm", "Infinity").number(Knob.CLIP_NORM)).isInfinite();
  }

  private static final class Counting extends Wrapper {
    private final AtomicInteger open;
    private final UnaryOperator<Step> after;
    private int steps;

    Counting(AtomicInteger open, UnaryOperator<Step> after) {
      super(new CartPole());
      this.open = open;
      this.after = after;
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      return ++steps < 50 ? step : after.apply(step);
    }

    @Override
    public void close() {
      open.decrementAndGet();
      super.close();
    }
  }
}
