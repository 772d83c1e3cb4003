package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.Change;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.LearningRecord;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Watching, pausing and changing a run that is under way. */
@Timeout(60)
class LiveRunTest {
  private static Experiment.Builder endless() {
    return Experiment.of().threads(2).steps(Long.MAX_VALUE);
  }

  private static Experiment.Builder repeatable(String algorithm) {
    return Experiment.of()
        .algorithm(Algorithms.named(algorithm))
        .threads(1)
        .steps(100_000)
        .deterministic(true);
  }

  private static void awaitSteps(Run run, long steps) throws InterruptedException {
    while (run.steps() < steps && run.isRunning()) {
      Thread.sleep(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"A3C", "A2C", "GA3C", "NStepQ", "OneStepQ", "OneStepSarsa"})
  void what_updates_looked_like_is_told_and_written(String algorithm, @TempDir Path out) {
    Run run =
        Experiment.of()
            .algorithm(Algorithms.named(algorithm).set("anneal-steps", "budget"))
            .threads(2)
            .steps(20_000)
            .out(out)
            .build()
            .run();

    List<LearningRecord> learning = run.learning();
    assertThat(learning).hasSizeBetween(20, 201);
    assertThat(learning.stream().mapToLong(LearningRecord::updates).sum()).isEqualTo(run.updates());
    assertThat(learning).isSortedAccordingTo((a, b) -> Long.compare(a.step(), b.step()));
    LearningRecord first = learning.get(0);
    LearningRecord last = learning.get(learning.size() - 1);
    assertThat(last.step()).isEqualTo(run.steps());
    boolean hasPolicy = algorithm.contains("A");
    if (hasPolicy) {
      assertThat(learning).allMatch(r -> r.entropy() > 0 && r.entropy() <= Math.log(2) + 1e-6);
    } else {
      assertThat(learning).allMatch(r -> Double.isNaN(r.entropy()) && r.policyLoss() == 0);
    }
    assertThat(learning).allMatch(r -> r.valueLoss() > 0 && r.gradientNorm() > 0);
    assertThat(learning).allMatch(r -> r.staleness() >= 0 && !(r.explainedVariance() > 1));
    double eta = Double.parseDouble(run.algorithm().value(Knob.LEARNING_RATE));
    assertThat(first.learningRate()).isBetween(0.9 * eta, eta);
    assertThat(last.learningRate())
        .isLessThan(0.3 * eta); // It falls to 0; a thread may have waited.
    List<LearningRecord> read = RunDirectory.readLearning(out);
    assertThat(read).hasSameSizeAs(learning);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i))
          .usingRecursiveComparison()
          .withEqualsForType(LiveRunTest::same, Double.class)
          .isEqualTo(learning.get(i));
    }
  }

  private static boolean same(Double a, Double b) { // As precise as float, seconds as milliseconds.
    return Double.isNaN(a) ? Double.isNaN(b) : Math.abs(a - b) <= 1e-6 * Math.abs(a) + 5.1e-4;
  }

  @Test
  void a_thread_of_its_own_is_never_stale_and_a_value_that_learns_explains_more() {
    Run run = Experiment.of().threads(1).steps(60_000).seed(3).build().run();

    List<LearningRecord> learning = run.learning();
    assertThat(learning).allMatch(r -> r.staleness() == 0);
    double late = explained(learning.subList(learning.size() / 2, learning.size()));
    assertThat(late).isGreaterThan(0.5).isGreaterThan(explained(learning.subList(0, 10)));
  }

  private static double explained(List<LearningRecord> records) {
    return records.stream().mapToDouble(LearningRecord::explainedVariance).average().orElseThrow();
  }

  @Test
  void a_paused_run_only_ends_its_rollouts_and_its_clock_stands() throws Exception {
    Run run = endless().build().start();
    int rollout = Integer.parseInt(run.algorithm().value(Knob.T_MAX));
    for (int repetition = 0; repetition < 20; repetition++) {
      awaitSteps(run, run.steps() + 200);
      run.pause();
      long steps = run.steps();
      assertThat(run.isPaused()).isTrue();
      assertThat(run.record()).containsEntry("state", "paused");
      double seconds = run.progress().seconds();
      Experiment.of().threads(2).steps(2_000).build().run(); // Time enough for more.
      assertThat(run.steps()).isBetween(steps, steps + 2L * rollout);
      assertThat(run.progress().seconds()).isEqualTo(seconds);
      assertThat(run.progress().paused()).isTrue();
      run.pause();
      run.resume();
      run.resume();
      assertThat(run.isPaused()).isFalse();
    }
    run.pause();
    run.stop();
    run.await();
    assertThat(run.record()).containsEntry("state", "stopped");
  }

  @Test
  void a_run_that_is_paused_as_it_ends_ends() throws Exception {
    for (int repetition = 0; repetition < 50; repetition++) {
      Run run = Experiment.of().threads(1).steps(200 + repetition).build().start();
      awaitSteps(run, 150);
      try {
        run.pause();
        run.stop();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("has ended");
      }
      run.await();
      assertThat(run.isPaused()).isFalse();
      assertThat(run.progress().seconds()).isPositive();
    }
  }

  @Test
  void a_change_before_the_run_is_up_waits_for_what_it_adapts_to() throws Exception {
    Run run = endless().env("Pendulum").build().start();
    run.learningRate(1e-4);
    run.entropy(1e-3);
    Run other = endless().env("Pendulum").build().start();
    awaitSteps(other, 100);
    for (Knob knob : other.algorithm().settings().keySet()) {
      if (knob != Knob.LEARNING_RATE && knob != Knob.ENTROPY) {
        assertThat(run.algorithm().value(knob))
            .as(knob.label())
            .isEqualTo(other.algorithm().value(knob));
      }
    }
    awaitSteps(run, 1_000);
    for (Run each : List.of(run, other)) {
      each.stop();
      each.await();
    }
    Run third = endless().build().start();
    assertThatThrownBy(() -> third.learningRate(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pause() lets the run wait");
    third.stop();
    third.await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A3C", "A2C", "GA3C", "NStepQ"})
  void a_run_that_is_paused_can_be_stopped_and_checkpointed(String algorithm, @TempDir Path out)
      throws Exception {
    Run run =
        endless()
            .algorithm(Algorithms.named(algorithm))
            .out(out)
            .checkpointEvery(Duration.ofMillis(20))
            .build()
            .start();
    awaitSteps(run, 1_000);
    run.pause();
    for (int more = 0; more < 3; more++) {
      String written = String.valueOf(run.record().get("checkpoints"));
      while (written.equals(String.valueOf(run.record().get("checkpoints")))) {
        Thread.sleep(1);
      }
    }
    run.stop();
    run.await();
    assertThat(Checkpoint.newest(out, line -> {}).steps()).isEqualTo(run.steps());
  }

  @ParameterizedTest
  @CsvSource({
    "A3C, CartPole",
    "NStepQ, CartPole",
    "OneStepQ, Catch",
    "OneStepSarsa, CartPole",
    "A2C, CartPole"
  })
  void pauses_and_a_setting_set_to_what_it_is_change_no_bit(String algorithm, String env)
      throws Exception {
    Run reference = repeatable(algorithm).env(env).build().run();
    Run run = repeatable(algorithm).env(env).build().start();
    double factor = Double.parseDouble(run.algorithm().value(Knob.VALUE_WEIGHT));
    for (int i = 1; i <= 20; i++) {
      awaitSteps(run, 500 * i);
      run.pause();
      run.valueWeight(factor);
      run.resume();
    }
    run.await();

    assertThat(run.changes()).hasSize(20);
    assertThat(run.theta().orElseThrow()).isEqualTo(reference.theta().orElseThrow());
  }

  @Test
  void the_learning_rate_of_a_run_can_be_changed_and_a_resumed_run_keeps_it(@TempDir Path out)
      throws Exception {
    Run run =
        Experiment.of()
            .algorithm(A3C.set("anneal-steps", "budget"))
            .threads(2)
            .steps(400_000)
            .out(out)
            .build()
            .start();
    awaitSteps(run, 50_000);
    run.pause();
    double before = run.learning().get(run.learning().size() - 1).learningRate();
    run.learningRate(before / 4);
    run.resume();
    awaitSteps(run, 100_000);
    run.stop();
    run.await();

    Change change = run.changes().get(0);
    assertThat(change.step()).isBetween(50_000L, 100_000L);
    assertThat(change.knob()).isEqualTo("learning-rate");
    assertThat(Double.parseDouble(change.to())).isEqualTo(before / 4);
    for (LearningRecord r : run.learning()) {
      double share = 1 - r.step() / 400_000.0; // η falls in a line over the run.
      double then = r.learningRate() / share;
      if (r.step() < change.step()) {
        assertThat(then).isCloseTo(before / (1 - change.step() / 400_000.0), Offset.offset(1e-4));
      } else if (r.step() > change.step() + 4_000) {
        assertThat(then)
            .isCloseTo(before / 4 / (1 - change.step() / 400_000.0), Offset.offset(1e-4));
      }
    }
    JsonNode json = RunDirectory.read(out);
    assertThat(json.at("/changes/0/to").asDouble()).isEqualTo(before / 4);
    assertThat(json.at("/algorithm/knobs/learning-rate/value").asDouble()).isEqualTo(before / 4);
    long stopped = run.steps();

    Run resumed = Experiment.resume(out).build().start();
    awaitSteps(resumed, stopped + 20_000);
    resumed.stop();
    resumed.await();
    assertThat(resumed.changes()).isEqualTo(run.changes());
    LearningRecord last = resumed.learning().get(resumed.learning().size() - 1);
    assertThat(last.step()).isGreaterThan(stopped);
    assertThat(last.learningRate())
        .isCloseTo(
            before / 4 / (1 - change.step() / 400_000.0) * (1 - last.step() / 400_000.0),
            Offset.offset(1e-4));
    assertThat(resumed.algorithm().value(Knob.LEARNING_RATE)).isEqualTo(change.to());
    assertThat(resumed.learning().subList(0, 10)).isEqualTo(run.learning().subList(0, 10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A3C", "A2C"})
  void the_weight_of_the_entropy_can_be_changed(String algorithm, @TempDir Path out)
      throws Exception {
    Experiment.Builder settings =
        Experiment.of().algorithm(Algorithms.named(algorithm)).threads(2).steps(2_000_000);
    Run run = settings.out(out).build().start();
    while (run.learning().isEmpty() || lastEntropy(run) > 0.6) {
      Thread.sleep(5);
    }
    run.entropy(100);
    awaitSteps(run, run.steps() + 100_000);
    run.stop();
    run.await();

    assertThat(lastEntropy(run)).isBetween(0.65, Math.log(2) + 1e-6);
    assertThat(run.algorithm().value(Knob.ENTROPY)).isEqualTo("100.0");
    assertThat(run.algorithm().differencesFromPaper().toString()).contains("entropy: 100.0");

    Run resumed = Experiment.resume(out).build().start(); // Its checkpoint knows.
    awaitSteps(resumed, run.steps() + 20_000);
    resumed.stop();
    resumed.await();
    assertThat(resumed.algorithm().value(Knob.ENTROPY)).isEqualTo("100.0");
    assertThat(lastEntropy(resumed)).isBetween(0.65, Math.log(2) + 1e-6);
  }

  private static double lastEntropy(Run run) {
    return run.learning().get(run.learning().size() - 1).entropy();
  }

  @ParameterizedTest
  @CsvSource({"A3C, CartPole", "NStepQ, Catch", "OneStepQ, Corridor", "OneStepSarsa, CartPole"})
  void there_can_be_more_threads_and_fewer_while_it_runs(String algorithm, String env)
      throws Exception {
    Run run = endless().algorithm(Algorithms.named(algorithm)).env(env).build().start();
    for (int threads : new int[] {4, 1, 3, 2}) {
      awaitSteps(run, run.steps() + 500);
      run.threads(threads);
      assertThat(run.threads()).isEqualTo(threads);
      awaitThreads(run, threads);
    }
    assertThat(run.changes()).extracting(Change::to).containsExactly("4", "1", "3", "2");
    run.stop();
    run.await();
  }

  /** Until just these end episodes. */
  private static void awaitThreads(Run run, int threads) throws InterruptedException {
    Set<Integer> seen = Set.of();
    while (seen.size() != threads && run.isRunning()) {
      int before = run.episodes().size();
      awaitSteps(run, run.steps() + 3_000);
      List<EpisodeRecord> all = run.episodes();
      seen =
          all.subList(before, all.size()).stream()
              .map(EpisodeRecord::thread)
              .collect(Collectors.toSet());
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(range(threads));
  }

  private static List<Integer> range(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @Test
  void a_run_whose_threads_were_changed_is_checkpointed_paused_and_goes_on(@TempDir Path out)
      throws Exception {
    Run run = endless().out(out).checkpointEvery(Duration.ofMillis(20)).build().start();
    for (int repetition = 0; repetition < 20; repetition++) {
      awaitSteps(run, run.steps() + 200);
      run.threads(1 + repetition % 5);
      if (repetition % 4 == 1) {
        run.pause();
        run.threads(3);
        run.resume();
      }
    }
    run.threads(3);
    awaitThreads(run, 3);
    run.stop();
    run.await();
    assertThat(String.valueOf(run.record().get("checkpoints"))).contains("lastStep=" + run.steps());

    Run resumed = Experiment.resume(out).build().start();
    awaitThreads(resumed, 3);
    assertThat(resumed.threads()).isEqualTo(3);
    resumed.threads(5);
    awaitThreads(resumed, 5);
    resumed.stop();
    resumed.await();
  }

  @Test
  void threads_that_are_changed_as_the_run_ends_are_all_joined() throws Exception {
    for (int repetition = 0; repetition < 100; repetition++) {
      Run run = Experiment.of().threads(2).steps(300 + repetition).build().start();
      awaitSteps(run, 200);
      try {
        while (run.isRunning()) {
          run.threads(1 + repetition % 4);
        }
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("expected a run that is under way");
      }
      run.await();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("actor-learner"));
    }
  }

  @Test
  void the_number_of_threads_is_fixed_where_it_means_something_else() throws Exception {
    for (String algorithm : List.of("A2C", "GA3C")) {
      Run run = endless().algorithm(Algorithms.named(algorithm)).build().start();
      assertThatThrownBy(() -> run.threads(3)).hasMessageContaining("an asynchronous algorithm");
      assertThatThrownBy(() -> run.threads(0)).hasMessageContaining("at least 1 but got 0");
      run.stop();
      run.await();
    }
    Run run = repeatable("A3C").steps(Long.MAX_VALUE).build().start();
    assertThatThrownBy(() -> run.threads(2)).hasMessageContaining("this one is deterministic");
    run.stop();
    run.await();
  }

  @Test
  void what_cannot_be_changed_is_refused_in_words_and_the_run_goes_on() throws Exception {
    Run ended = Experiment.of().steps(500).build().run();
    for (Runnable change :
        Arrays.<Runnable>asList(
            ended::pause,
            ended::resume,
            () -> ended.learningRate(1e-3),
            () -> ended.entropy(0.1))) {
      assertThatThrownBy(change::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected a run that is under way, but this one has ended");
    }

    Run q = endless().algorithm(Algorithms.named("NStepQ")).build().start();
    assertThatThrownBy(() -> q.entropy(0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no knob \"entropy\"");
    assertThatThrownBy(() -> q.learningRate(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning-rate");
    assertThatThrownBy(() -> q.learningRate(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    Run queued = endless().algorithm(Algorithms.named("GA3C")).build().start();
    assertThatThrownBy(() -> queued.entropy(0.1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only the learning rate can be changed while it runs");
    queued.learningRate(1e-4);
    for (Run run : List.of(q, queued)) {
      awaitSteps(run, run.steps() + 500);
      run.stop();
      run.await();
      assertThat(run.changes()).hasSize(run == queued ? 1 : 0);
    }
    assertThat(A3C.value(Knob.ENTROPY)).isEqualTo("0.01");
  }
}
