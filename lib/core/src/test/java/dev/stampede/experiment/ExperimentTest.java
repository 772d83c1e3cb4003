package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.env.classic.Catch;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void a3c_solves_cart_pole_with_so_many_threads(int threads) {
    Run run =
        Experiment.of().algorithm(A3C).env("CartPole").threads(threads).until(475).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(475);
    assertThat(run.solvedAtStep()).isPresent();
    assertThat(run.isRunning()).isFalse();
  }

  @Test
  void a3c_learns_catch_from_pixels() {
    Run run = Experiment.of().env("Catch").threads(2).steps(200_000).until(0.9).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(0.9);
  }

  /**
   * The whole path of an Atari game but the game: 4 × 84 × 84 bytes, the paper's network and the
   * paper's values.
   */
  @Test
  void a3c_learns_large_catch_with_the_papers_network_and_values() {
    Run run =
        Experiment.of()
            .algorithm(A3C.set("anneal-steps", "never"))
            .env(purpose -> new LargeCatch())
            .steps(100_000)
            .until(0.8)
            .build()
            .run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(0.8);
    assertThat(run.algorithm().differencesFromPaper()).hasSize(1);
  }

  @Test
  void what_a_run_writes_says_what_it_did(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("made/for/it");
    Run run =
        Experiment.of()
            .algorithm(A3C.entropy(0.02))
            .threads(2)
            .steps(20_000)
            .evaluateEvery(5_000)
            .evaluationEpisodes(3)
            .out(out)
            .build()
            .run();

    JsonNode json = RunDirectory.read(out);
    assertThat(json.path("state").asText()).isEqualTo("finished");
    assertThat(json.path("steps").asLong()).isBetween(20_000L, 20_020L);
    assertThat(json.path("frames").asLong()).isEqualTo(json.path("steps").asLong());
    assertThat(json.path("episodes").asInt()).isEqualTo(run.episodes().size());
    assertThat(json.path("algorithm").path("knobs").path("entropy").path("value").asText())
        .isEqualTo("0.02");
    assertThat(json.path("algorithm").path("differencesFromPaper").toString())
        .contains("entropy: 0.02 instead of 0.01 (set by the user)");
    for (String key :
        List.of(
            "wallSeconds",
            "stepsPerSecond",
            "meanReturn100",
            "bestMeanReturn100",
            "solvedAtStep",
            "workerRestarts",
            "lostEpisodes",
            "versions",
            "machine")) {
      assertThat(json.has(key)).as(key).isTrue();
    }
    List<String> episodes = Files.readAllLines(out.resolve("episodes.csv"));
    assertThat(episodes.get(0)).isEqualTo("step,frames,seconds,thread,return,length");
    assertThat(episodes).hasSize(run.episodes().size() + 1);
    assertThat(Files.readAllLines(out.resolve("evaluations.csv"))).hasSizeGreaterThan(1);
    assertThat(Files.size(out.resolve("parameters.safetensors"))).isGreaterThan(4 * 515);
  }

  @Test
  void a_deterministic_run_repeats_itself_bit_for_bit() {
    List<Run> runs =
        List.of(
            deterministic(3).build().run(),
            deterministic(3).build().run(),
            deterministic(4).build().run());

    assertThat(runs.get(0).theta().orElseThrow())
        .isEqualTo(runs.get(1).theta().orElseThrow())
        .isNotEqualTo(runs.get(2).theta().orElseThrow());
    assertThat(runs.get(0).episodes().stream().map(EpisodeRecord::step))
        .isEqualTo(runs.get(1).episodes().stream().map(EpisodeRecord::step).toList());
    assertThat(runs.get(0).evaluations().get(0).returns())
        .isEqualTo(runs.get(1).evaluations().get(0).returns());
  }

  private static Experiment.Builder deterministic(long seed) {
    return Experiment.of()
        .threads(1)
        .steps(6_000)
        .seed(seed)
        .evaluateEvery(2_000)
        .deterministic(true);
  }

  @Test
  void an_interrupt_of_the_waiting_thread_stops_the_run_and_keeps_its_results() throws Exception {
    for (int repetition = 0; repetition < 20; repetition++) {
      Run run = Experiment.of().threads(3).steps(Long.MAX_VALUE).seed(repetition).build().start();
      while (run.steps() < 200) {
        Thread.onSpinWait();
      }
      CountDownLatch returned = new CountDownLatch(1);
      Thread waiting =
          new Thread(
              () -> {
                run.await();
                returned.countDown();
              });
      waiting.start();
      waiting.interrupt();

      assertThat(returned.await(5, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
      assertThat(run.await(5_000)).isTrue();
      assertThat(run.failure()).isEmpty();
      assertThat(run.theta()).isPresent();
      assertThat(run.steps()).isGreaterThanOrEqualTo(200);
    }
  }

  @Test
  void the_first_failure_of_any_thread_stops_all_and_reaches_the_user(@TempDir Path folder) {
    AtomicInteger made = new AtomicInteger();
    Experiment experiment =
        Experiment.of()
            .env(
                purpose ->
                    made.incrementAndGet() == 2
                        ? new Failing(() -> new IllegalStateException("the emulator is on fire"))
                        : new CartPole())
            .threads(3)
            .steps(Long.MAX_VALUE)
            .out(folder)
            .build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("the emulator is on fire")
        .satisfies(
            e -> {
              Run run = ((RunFailedException) e).run();
              assertThat(run.steps()).isPositive();
              assertThat(run.isRunning()).isFalse();
            });
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("failed");
    assertThat(folder.resolve("parameters.safetensors")).exists();
    assertThat(threadsNamed("actor-learner")).isZero();
  }

  @Test
  void a_loss_that_is_not_a_number_names_the_thread_and_the_step_and_keeps_the_results() {
    Experiment experiment =
        Experiment.of().env(purpose -> new NotANumber()).threads(2).steps(100_000).build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageMatching("(?s).*the loss is NaN in actor-learner-[01] at step \\d+.*")
        .satisfies(e -> assertThat(((RunFailedException) e).run().episodes()).isNotEmpty());
  }

  @Test
  void an_observation_of_another_size_than_announced_is_named() {
    Experiment experiment = Experiment.of().env(purpose -> new WrongShape()).steps(1_000).build();

    assertThatThrownBy(experiment::run)
        .hasMessageContaining(
            "expected Box(shape=[4], float32), 4 numbers, but the environment gave 3");
  }

  @Test
  void a_network_of_ones_own_replaces_the_papers() {
    Run run =
        Experiment.of()
            .algorithm(
                A3C.networkOf(
                    outputs ->
                        dev.stampede.nn.Networks.mlp(
                            Space.Box.floats(4),
                            outputs,
                            dev.stampede.nn.Networks.Nonlinearity.RELU,
                            16)))
            .steps(2_000)
            .build()
            .run();

    assertThat(run.theta().orElseThrow()).hasSize(4 * 16 + 16 + 16 * 3 + 3);
    assertThat(run.algorithm().differencesFromPaper().toString())
        .contains("a block of the user's own");
  }

  @Test
  void a_network_with_too_few_outputs_is_refused() {
    Experiment experiment =
        Experiment.of()
            .algorithm(
                A3C.networkOf(
                    outputs ->
                        dev.stampede.nn.Networks.mlp(
                            Space.Box.floats(4),
                            2,
                            dev.stampede.nn.Networks.Nonlinearity.RELU,
                            16)))
            .build();

    assertThatThrownBy(experiment::run).hasMessageContaining("2 outputs but A3C needs 3");
  }

  @Test
  void a_folder_that_cannot_be_written_fails_before_training(@TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");

    assertThatThrownBy(() -> Experiment.of().out(file.resolve("run")).build().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("--out");
  }

  @Test
  void a_run_that_cannot_start_leaves_an_earlier_run_in_its_folder_alone(@TempDir Path folder)
      throws Exception {
    Experiment.of().steps(2_000).out(folder).build().run();
    byte[] before = Files.readAllBytes(folder.resolve("parameters.safetensors"));

    Experiment broken =
        Experiment.of()
            .env(
                purpose -> {
                  throw new IllegalStateException("no emulator here");
                })
            .out(folder)
            .build();
    assertThatThrownBy(broken::run).hasMessageContaining("no emulator here");
    assertThat(Files.readAllBytes(folder.resolve("parameters.safetensors"))).isEqualTo(before);
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("finished");
  }

  @Test
  void an_evaluation_that_fails_or_never_ends_does_not_hold_up_the_end() throws Exception {
    Experiment failing =
        Experiment.of()
            .env(
                purpose ->
                    purpose == Purpose.EVALUATION
                        ? new Failing(() -> new IllegalStateException("the referee is ill"))
                        : new CartPole())
            .steps(20_000)
            .evaluateEvery(1_000)
            .build();
    assertThatThrownBy(failing::run).hasMessageContaining("the referee is ill");

    Experiment endless =
        Experiment.of()
            .env(purpose -> purpose == Purpose.EVALUATION ? new Endless() : new CartPole())
            .steps(5_000)
            .evaluateEvery(1_000)
            .build();
    Run run = endless.start();
    while (run.steps() < 5_000) {
      Thread.onSpinWait();
    }
    run.stop();
    assertThat(run.await(10_000)).isTrue();
    assertThat(run.failure()).isEmpty();
  }

  @Test
  void a_deterministic_run_evaluates_at_its_last_mark_too() {
    Run run = deterministic(3).build().run();

    assertThat(run.evaluations().stream().map(e -> e.step() / 2_000)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void wrong_settings_say_what_was_expected() {
    assertThatThrownBy(() -> Experiment.of().threads(0))
        .hasMessageContaining("at least 1 actor-learner but got 0");
    assertThatThrownBy(() -> Experiment.of().algorithm("A3CC"))
        .hasMessageContaining("did you mean \"A3C\"");
    assertThatThrownBy(() -> Experiment.of().env("Catcj")).hasMessageContaining("\"Catch\"");
    assertThatThrownBy(() -> Experiment.of().steps(0)).hasMessageContaining("got 0");
    assertThatThrownBy(() -> Experiment.of().threads(2).deterministic(true).build())
        .hasMessageContaining("threads(1)");
    assertThatThrownBy(() -> A3C.set("gamma", "2"))
        .hasMessageContaining("expected a number in [0.0, 1.0] but got \"2\"");
    assertThatThrownBy(() -> A3C.set("lr", "2")).hasMessageContaining("there is no knob \"lr\"");
    assertThatThrownBy(() -> A3C.set("hidden", "64,64")).hasMessageContaining("such as 64-64");
  }

  @Test
  void what_the_user_set_is_not_adapted_away() {
    Preset adapted =
        A3C.learningRate(0.003).adaptedTo(Space.Box.floats(4), new Space.Discrete(2), 1_000);

    assertThat(adapted.value(Knob.LEARNING_RATE)).isEqualTo("0.003");
    assertThat(adapted.value(Knob.NETWORK)).isEqualTo("mlp");
    assertThat(
            A3C.adaptedTo(Space.Box.bytes(4, 84, 84), new Space.Discrete(2), 1_000)
                .differencesFromPaper())
        .isEmpty();
  }

  private static long threadsNamed(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().startsWith(prefix))
        .count();
  }

  private static final class Failing extends Wrapper {
    private final Supplier<RuntimeException> failure;
    private int steps;

    Failing(Supplier<RuntimeException> failure) {
      super(new CartPole());
      this.failure = failure;
    }

    @Override
    public Step step(Action action) {
      if (++steps == 50) {
        throw failure.get();
      }
      return super.step(action);
    }
  }

  /** Catch, each of its pixels 8 × 16 large, shown four times. */
  private static final class LargeCatch extends Wrapper {
    private final byte[] pixels = new byte[4 * 84 * 84];

    LargeCatch() {
      super(new Catch());
    }

    @Override
    public Space observationSpace() {
      return Space.Box.bytes(4, 84, 84);
    }

    @Override
    public Observation reset(long seed) {
      return enlarged(super.reset(seed));
    }

    @Override
    public Observation reset() {
      return enlarged(super.reset());
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      return new Step(enlarged(step.observation()), step.reward(), step.ending(), step.episode());
    }

    private Observation enlarged(Observation small) {
      ByteBuffer board = ByteBuffer.allocate(small.bytes());
      small.copyTo(board);
      for (int i = 0; i < pixels.length; i++) {
        int y = i / 84 % 84;
        int x = i % 84;
        pixels[i] = y < 80 && x < 80 ? board.get(y / 8 * 5 + x / 16) : 0;
      }
      return Observation.of(pixels);
    }
  }

  private static final class Endless extends Wrapper {
    Endless() {
      super(new CartPole());
    }

    @Override
    public Step step(Action action) {
      return new Step(reset(), 1, false, false);
    }
  }

  private static final class NotANumber extends Wrapper {
    private int steps;

    NotANumber() {
      super(new Catch());
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      return ++steps < 500 ? step : step.withReward(Double.NaN);
    }
  }

  private static final class WrongShape implements Environment {
    @Override
    public Space observationSpace() {
      return Space.Box.floats(4);
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      return Observation.of(0, 0, 0);
    }

    @Override
    public Step step(Action action) {
      return new Step(reset(), 0, Step.Ending.NONE, Optional.empty());
    }
  }
}
