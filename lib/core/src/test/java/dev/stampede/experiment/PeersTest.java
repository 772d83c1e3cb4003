package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.EvolutionStrategies;
import static dev.stampede.experiment.Algorithms.MapReduceLSPI;
import static dev.stampede.experiment.Algorithms.ParallelSarsa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of workers that share nothing. */
@Timeout(120)
class PeersTest {

  static Stream<Preset> presets() {
    return Stream.of(
        EvolutionStrategies, ParallelSarsa, MapReduceLSPI.set("samples", "500").set("tiles", "1"));
  }

  @AfterEach
  void no_thread_is_left() {
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("worker-\\d+")))
        .isEmpty();
  }

  @Test
  void evolution_strategies_and_parallel_sarsa_balance_the_pole() {
    for (Preset preset : List.of(EvolutionStrategies, ParallelSarsa)) {
      Run run =
          Experiment.of()
              .algorithm(preset)
              .env("CartPole")
              .threads(4)
              .until(195)
              .steps(300_000)
              .build()
              .run();

      assertThat(run.bestMeanReturn100()).as(preset.name()).isGreaterThanOrEqualTo(195);
    }
  }

  @ParameterizedTest
  @MethodSource("presets")
  void a_stop_or_an_interrupt_at_any_moment_ends_all_threads_and_keeps_the_results(Preset preset)
      throws Exception {
    for (int repetition = 0; repetition < 12; repetition++) {
      Run run = endless(preset).threads(1 + repetition).seed(repetition).build().start();
      awaitSteps(run, 150L * repetition);
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
  @MethodSource("presets")
  void an_interrupt_of_one_worker_is_an_orderly_stop_of_all(Preset preset) throws Exception {
    Run run = endless(preset).threads(3).build().start();
    awaitSteps(run, 500);
    while (!run.await(5)) {
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("worker-1"))
          .forEach(Thread::interrupt);
    }

    assertThat(run.failure()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void the_first_failure_ends_all_threads_and_reaches_the_user(
      Preset preset, @TempDir Path folder) {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    Experiment experiment =
        endless(preset)
            .env(
                purpose -> {
                  open.incrementAndGet();
                  boolean third = made.incrementAndGet() == 3 && purpose == Purpose.TRAINING;
                  return new Failing(open, third ? 70 : Integer.MAX_VALUE);
                })
            .threads(6)
            .out(folder)
            .build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("the third one has had enough")
        .satisfies(e -> assertThat(((RunFailedException) e).run().steps()).isPositive());
    assertThat(open).hasValue(0);
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("failed");
  }

  @ParameterizedTest
  @CsvSource({
    "EvolutionStrategies, CartPole",
    "EvolutionStrategies, Corridor",
    "ParallelSarsa, MountainCar",
    "ParallelSarsa, CartPole",
    "MapReduceLSPI, CartPole",
    "MapReduceLSPI, Corridor"
  })
  void a_run_in_two_parts_is_bit_for_bit_as_in_one(
      String algorithm, String env, @TempDir Path folder) throws IOException {
    long n = 5_003;
    Preset preset = Algorithms.named(algorithm);
    if (algorithm.equals("MapReduceLSPI")) {
      preset = preset.set("samples", "700").set("tiles", "1");
    }
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(preset)
            .env(env)
            .threads(1)
            .deterministic(true)
            .evaluateEvery(2_500)
            .evaluationEpisodes(2);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Run reference = builder.steps(2 * n).out(whole).build().run();
    builder.steps(n).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));

    Run resumed = Experiment.resume(parts).steps(2 * n).build().run();

    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(resumed.episodes().stream().map(EpisodeRecord::score))
        .isEqualTo(reference.episodes().stream().map(EpisodeRecord::score).toList())
        .hasSizeGreaterThan(20);
    assertThat(resumed.evaluations().stream().map(e -> e.step() + " " + e.returns()))
        .isEqualTo(reference.evaluations().stream().map(e -> e.step() + " " + e.returns()).toList())
        .isNotEmpty();
    assertThat(resumed.updates()).isEqualTo(reference.updates());
    assertThat(RunDirectory.read(parts).at("/resumedFrom/0/step").asLong()).isEqualTo(n);
  }

  /** Then the others' messages, and an exchange that was under way, are in it too. */
  @ParameterizedTest
  @MethodSource("presets")
  void many_workers_are_checkpointed_in_the_middle_and_go_on_from_there(
      Preset preset, @TempDir Path folder) throws Exception {
    Run first =
        Experiment.of()
            .algorithm(preset)
            .env("CartPole")
            .threads(5)
            .steps(20_000)
            .checkpointEvery(Duration.ofMillis(5))
            .out(folder)
            .build()
            .run();
    assertThat(RunDirectory.read(folder).at("/checkpoints/written").asInt()).isGreaterThan(1);

    Run second = Experiment.resume(folder).steps(28_000).build().run();

    assertThat(second.steps()).isBetween(28_000L, 28_005L);
    assertThat(second.updates()).isGreaterThan(first.updates());
    assertThat(second.episodes().subList(0, first.episodes().size()).stream().map(e -> e.step()))
        .isEqualTo(first.episodes().stream().map(EpisodeRecord::step).toList());
    assertThat(RunDirectory.read(folder).at("/resumedFrom/0/environments").asText())
        .isEqualTo("restored");
  }

  @ParameterizedTest
  @MethodSource("presets")
  void a_paused_run_stands_still_is_checkpointed_goes_on_and_stops(
      Preset preset, @TempDir Path folder) throws Exception {
    Run run =
        endless(preset)
            .threads(4)
            .out(folder)
            .checkpointEvery(Duration.ofMillis(20))
            .build()
            .start();
    for (int repetition = 0; repetition < 5; repetition++) {
      awaitSteps(run, run.steps() + 500);
      run.pause();
      for (int more = 0; more < 2; more++) { // Of which all workers wait for the second.
        String written = String.valueOf(run.record().get("checkpoints"));
        while (written.equals(String.valueOf(run.record().get("checkpoints")))) {
          Thread.sleep(1);
        }
      }
      long steps = run.steps();
      Experiment.of().threads(1).steps(1_000).build().run(); // Time enough for more.
      assertThat(run.steps()).isEqualTo(steps);
      run.resume();
    }
    awaitSteps(run, run.steps() + 500);
    run.pause();
    run.stop();
    run.await();

    assertThat(run.failure()).isEmpty();
    assertThat(Checkpoint.newest(folder, line -> {}).steps()).isEqualTo(run.steps());
  }

  @Test
  void knobs_that_do_not_fit_are_refused_in_words() {
    assertThatThrownBy(() -> EvolutionStrategies.set("pairs", "0"))
        .hasMessageContaining("expected a whole number from 1 to 1000000 but got \"0\"");
    assertThatThrownBy(() -> EvolutionStrategies.set("perturbation", "0"))
        .hasMessageContaining("perturbation (σ of the noise on θ): expected a number in");
    assertThatThrownBy(() -> EvolutionStrategies.set("weight-decay", "2"))
        .hasMessageContaining("expected a number in [0.0, 1.0]");
    assertThatThrownBy(() -> ParallelSarsa.set("exchange-interval", "often"))
        .hasMessageContaining("expected a whole number from 1 to");
    assertThatThrownBy(() -> ParallelSarsa.set("significant-change", "-1"))
        .hasMessageContaining("but got \"-1\"");
    assertThatThrownBy(() -> MapReduceLSPI.set("ridge", "0")).hasMessageContaining("but got \"0\"");
    assertThatThrownBy(() -> MapReduceLSPI.set("samples", "0")).hasMessageContaining("samples");
    assertThatThrownBy(() -> MapReduceLSPI.learningRate(0.1))
        .hasMessageContaining("MapReduceLSPI has no knob \"learning-rate\"");
    assertThatThrownBy(() -> Algorithms.A3C.set("pairs", "2"))
        .hasMessageContaining("A3C has no knob \"pairs\"")
        .hasMessageContaining("one of EvolutionStrategies");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EvolutionStrategies", "ParallelSarsa", "MapReduceLSPI"})
  void what_they_cannot_do_is_refused_in_words(String algorithm) throws Exception {
    Experiment.Builder builder = Experiment.of().algorithm(Algorithms.named(algorithm));
    assertThatThrownBy(() -> builder.threads(2).deterministic(true).build())
        .hasMessageContaining("use threads(1)");
    assertThatThrownBy(() -> builder.deterministic(false).env("Pendulum").build().run())
        .hasMessageContaining("a choice of actions");
    Run run = builder.env("CartPole").steps(Long.MAX_VALUE).build().start();
    awaitSteps(run, 100);
    assertThatThrownBy(() -> run.threads(3)).hasMessageContaining("threads: expected");
    run.stop();
    run.await();
  }

  @Test
  void so_many_tiles_that_they_cannot_be_solved_for_are_refused_with_the_numbers() {
    assertThatThrownBy(
            () ->
                Experiment.of()
                    .algorithm(MapReduceLSPI.set("tiles", "4"))
                    .env("CartPole")
                    .build()
                    .run())
        .hasMessageContaining("expected at most 1500 weights")
        .hasMessageContaining("make 5000");
    Preset adapted = MapReduceLSPI.adaptedTo(Space.Box.floats(6), new Space.Discrete(2), 1_000);
    assertThat(adapted.value(Knob.TILES)).isEqualTo("1");
  }

  private static Experiment.Builder endless(Preset preset) {
    return Experiment.of().algorithm(preset).env("CartPole").steps(Long.MAX_VALUE);
  }

  private static void awaitSteps(Run run, long steps) throws InterruptedException {
    while (run.steps() < steps && run.failure().isEmpty()) {
      Thread.sleep(1);
    }
  }

  private static byte[] parameters(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("parameters.safetensors"));
  }

  private static final class Failing extends Wrapper {
    private final AtomicInteger open;
    private final int after;
    private int steps;

    Failing(AtomicInteger open, int after) {
      super(new CartPole());
      this.open = open;
      this.after = after;
    }

    @Override
    public Step step(Action action) {
      if (++steps == after) {
        throw new IllegalStateException("the third one has had enough");
      }
      return super.step(action);
    }

    @Override
    public void close() {
      open.decrementAndGet();
      super.close();
    }
  }
}
