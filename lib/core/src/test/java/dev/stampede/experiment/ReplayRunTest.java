package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.ApexDQN;
import static dev.stampede.experiment.Algorithms.DQN;
import static dev.stampede.experiment.Algorithms.Gorila;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of methods that learn from a memory. */
@Timeout(120)
class ReplayRunTest {
  private static final long N = 1_503;

  @AfterEach
  void no_thread_is_left() {
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("actor-\\d+|actor-learner-\\d+|learner")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"DQN, CartPole, no", "DQN, Catch, 0.6", "Gorila, CartPole, no"})
  void n_steps_and_n_more_are_bit_for_bit_as_2n_with_the_memory_saved(
      String algorithm, String env, String priorities, @TempDir Path folder) throws Exception {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(
                constantBeta(Algorithms.named(algorithm))
                    .set("learning-starts", "200")
                    .set("replay-capacity", "700") // It has gone round once when the run is cut.
                    .set("priority-exponent", priorities))
            .env(env)
            .threads(1)
            .deterministic(true)
            .saveReplay(true);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    builder.steps(2 * N).out(whole).build().run();
    builder.steps(N).out(parts).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));

    List<String> messages = new CopyOnWriteArrayList<>();
    Experiment.resume(parts).steps(2 * N).build().start(messages::add).await();

    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(messages).noneMatch(line -> line.contains("memory was not saved"));
  }

  /** One that rises to the end of the run knows how long the run is. */
  private static Preset constantBeta(Preset preset) {
    return preset.algorithm().equals("DQN") ? preset.set("importance-exponent", "0.4") : preset;
  }

  @Test
  void memories_of_the_threads_that_are_left_are_found_at_each_resumption(@TempDir Path folder) {
    List<String> messages = new CopyOnWriteArrayList<>();
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(DQN.set("learning-starts", "200"))
            .threads(4)
            .saveReplay(true)
            .steps(Long.MAX_VALUE)
            .out(folder);
    Run run = builder.build().start();
    awaitSteps(run, 1_000);
    run.threads(2);
    awaitSteps(run, 2_000);
    run.stop();
    run.await();

    for (int again = 1; again <= 2; again++) {
      Run resumed = Experiment.resume(folder).build().start(messages::add);
      awaitSteps(resumed, 2_000 + again * 1_000);
      resumed.stop();
      resumed.await();
    }

    assertThat(messages).noneMatch(line -> line.contains("memory was not saved"));
    assertThat(messages).filteredOn(line -> line.startsWith("resumed at step")).hasSize(2);
  }

  private static void awaitSteps(Run run, long steps) {
    while (run.steps() < steps && run.isRunning()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_run_that_goes_on_without_its_memory_says_so_and_fills_it_anew(@TempDir Path folder) {
    Preset preset = DQN.set("learning-starts", "400");
    Run run = Experiment.of().algorithm(preset).threads(1).steps(1_000).out(folder).build().run();
    assertThat(Files.exists(folder.resolve("replay-0.bin"))).isFalse();

    List<String> messages = new CopyOnWriteArrayList<>();
    Run resumed = Experiment.resume(folder).steps(2_000).build().start(messages::add).await();

    assertThat(messages).anyMatch(line -> line.contains("filled anew before learning goes on"));
    assertThat(run.updates()).isEqualTo(601);
    assertThat(resumed.updates()).isEqualTo(601 + 601);
  }

  /** Its parameter server is the only thing between the two, and one worker is never too late. */
  @Test
  void gorila_with_one_worker_is_dqn_bit_for_bit() {
    List<float[]> thetas = new ArrayList<>();
    for (Preset preset : List.of(DQN, Gorila.set("shards", "7"))) {
      Run run =
          Experiment.of()
              .algorithm(preset.set("learning-starts", "100"))
              .threads(1)
              .deterministic(true)
              .steps(1_500)
              .build()
              .run();
      thetas.add(run.theta().orElseThrow());
    }

    assertThat(thetas.get(1)).isEqualTo(thetas.get(0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 16})
  void whoever_is_ahead_of_the_pace_waits(double draws) {
    Preset preset =
        ApexDQN.set("learning-starts", "200")
            .set("local-buffer", "5")
            .set("draws-per-transition", Double.toString(draws));
    Run run = Experiment.of().algorithm(preset).actors(3).steps(4_000).build().run();

    double wanted = draws * (4_000 - 200) / 32;
    double slack = 1 + draws * (32 + 3 * 10) / 32; // Of both roles, and what is in local buffers.
    assertThat((double) run.updates()).isBetween(wanted - slack, wanted + slack);
  }

  @Test
  void a_free_learner_does_not_wait() {
    Preset preset = ApexDQN.set("learning-starts", "100").set("draws-per-transition", "free");
    Run run = Experiment.of().algorithm(preset).actors(1).steps(20_000).build().run();

    assertThat(run.updates()).isPositive();
  }

  @Test
  void the_first_failure_of_an_actor_stops_all_and_reaches_the_user() {
    AtomicInteger made = new AtomicInteger();
    Experiment experiment =
        Experiment.of()
            .algorithm(ApexDQN)
            .env(purpose -> new Failing(made.incrementAndGet() == 2 ? 300 : Integer.MAX_VALUE))
            .actors(4)
            .steps(Long.MAX_VALUE)
            .build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("this one has had enough");
  }

  @Test
  void a_stop_at_any_moment_ends_all_threads_and_keeps_the_results() throws Exception {
    for (int repetition = 0; repetition < 12; repetition++) {
      Run run =
          Experiment.of()
              .algorithm(ApexDQN.set("learning-starts", "100"))
              .actors(1 + repetition % 4)
              .steps(Long.MAX_VALUE)
              .seed(repetition)
              .build()
              .start();
      awaitSteps(run, 60L * repetition);
      run.stop();

      assertThat(run.await(10_000)).isTrue();
      assertThat(run.failure()).isEmpty();
      assertThat(run.theta()).isPresent();
      no_thread_is_left();
    }
  }

  @Test
  void another_actor_takes_the_place_of_one_that_was_interrupted() throws Exception {
    Run run =
        Experiment.of()
            .algorithm(ApexDQN.set("learning-starts", "100"))
            .actors(2)
            .steps(Long.MAX_VALUE)
            .build()
            .start();
    for (int deaths = 0; deaths < 5; deaths++) {
      long before = run.steps();
      awaitSteps(run, before + 500);
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("actor-1"))
          .forEach(Thread::interrupt);
    }
    long before = run.steps();
    awaitSteps(run, before + 2_000);
    run.stop();

    assertThat(run.await(10_000)).isTrue();
    assertThat(run.failure()).isEmpty();
    assertThat(run.episodes().stream().filter(e -> e.thread() == 1 && e.step() > before))
        .isNotEmpty();
  }

  @Test
  void a_paused_run_takes_no_step_and_goes_on() throws Exception {
    Run run = Experiment.of().algorithm(ApexDQN).actors(2).steps(Long.MAX_VALUE).build().start();
    awaitSteps(run, 1_500);
    run.pause();
    long paused = -1;
    while (paused != run.steps()) {
      paused = run.steps();
      Thread.sleep(200); // Longer than any step between two looks.
    }
    assertThat(run.steps()).isEqualTo(paused);
    run.resume();
    awaitSteps(run, paused + 100);
    run.stop();
    assertThat(run.await(10_000)).isTrue();
  }

  @Test
  void a_memory_that_never_holds_enough_is_refused() {
    Preset preset = ApexDQN.set("replay-capacity", "500").set("learning-starts", "501");

    assertThatThrownBy(() -> Experiment.of().algorithm(preset).steps(100).build().run())
        .hasMessageContaining("learning-starts: expected at most replay-capacity, 500 transitions");
  }

  @Test
  void the_last_evaluation_is_not_cut_off_by_the_end() {
    Run run =
        Experiment.of()
            .algorithm(ApexDQN)
            .actors(2)
            .steps(3_000)
            .evaluateEvery(2_900)
            .build()
            .run();

    assertThat(run.evaluations()).hasSize(1);
  }

  @Test
  void a_thread_that_was_interrupted_goes_on() throws Exception {
    Run run = Experiment.of().algorithm(DQN).threads(1).steps(Long.MAX_VALUE).build().start();
    awaitSteps(run, 500);
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("actor-learner-0"))
        .forEach(Thread::interrupt);
    long before = run.steps();
    awaitSteps(run, before + 500);
    run.stop();
    assertThat(run.await(10_000)).isTrue();
  }

  @Test
  void a_run_that_was_left_with_fewer_threads_goes_on_with_them(@TempDir Path folder) {
    for (Preset preset : List.of(Algorithms.A3C, DQN)) {
      Path out = folder.resolve(preset.name());
      Run run = Experiment.of().algorithm(preset).threads(3).steps(60_000).out(out).build().start();
      awaitSteps(run, 1_500);
      run.threads(1);
      long before = run.steps();
      awaitSteps(run, before + 500);
      if (preset.equals(DQN)) {
        assertThatThrownBy(() -> run.threads(4)).hasMessageContaining("expected at most 3");
      }
      run.stop();
      run.await();

      Run resumed = Experiment.resume(out).build().start();
      long left = run.steps();
      awaitSteps(resumed, left + 500);
      resumed.threads(3);
      before = resumed.steps();
      awaitSteps(resumed, before + 1_000);
      resumed.stop();
      resumed.await();
      assertThat(resumed.failure()).isEmpty();
    }
  }

  @Test
  void what_roles_cannot_do_is_refused_in_words() {
    assertThatThrownBy(
            () ->
                Experiment.of()
                    .algorithm(ApexDQN.set("importance-exponent", "0.4,1"))
                    .build()
                    .run())
        .hasMessageContaining("importance-exponent: expected one number for ApexDQN");
    assertThatThrownBy(
            () -> Experiment.of().algorithm(ApexDQN).actors(1).deterministic(true).build())
        .hasMessageContaining("roles of ApexDQN");
    assertThatThrownBy(() -> ApexDQN.set("draws-per-transition", "often"))
        .hasMessageContaining("or \"free\" but got \"often\"");
    assertThatThrownBy(
            () -> Experiment.of().algorithm(DQN).env("Pendulum").steps(100).build().run())
        .hasMessageContaining("need a choice of actions");
  }

  @Test
  void a_memory_that_does_not_fit_is_refused_before_anything_is_learned() {
    for (Preset preset : List.of(DQN, ApexDQN, Gorila)) {
      Experiment experiment =
          Experiment.of()
              .algorithm(preset.set("replay-capacity", "90_000_000")) // Each takes some 21 kB.
              .env("Maze")
              .threads(64) // The share of each would fit.
              .build();

      assertThatThrownBy(experiment::run)
          .hasMessageContaining("replay")
          .hasMessageMatching("(?s).*\\d+[.,]?\\d* ?[GT]i?B.*")
          .satisfies(e -> assertThat(((RunFailedException) e).run().steps()).isZero());
    }
  }

  private static String parameters(Path out) throws Exception {
    return Integer.toHexString(
        Arrays.hashCode(Files.readAllBytes(out.resolve("parameters.safetensors"))));
  }

  private static final class Failing extends Wrapper {
    private final int last;
    private int steps;

    Failing(int last) {
      super(new CartPole());
      this.last = last;
    }

    @Override
    public Step step(Action action) {
      if (++steps > last) {
        throw new IllegalStateException("this one has had enough");
      }
      return super.step(action);
    }
  }
}
