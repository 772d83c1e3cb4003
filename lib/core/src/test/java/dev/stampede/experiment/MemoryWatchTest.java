package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.ApexDQN;
import static dev.stampede.experiment.Algorithms.DQN;
import static dev.stampede.experiment.Algorithms.Gorila;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.diagnosis.Diagnosis;
import dev.stampede.diagnosis.Finding;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.MemoryProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of the memory of a run, and what is wrong if one side waits for the other. */
@Timeout(60)
class MemoryWatchTest {

  @Test
  void a_run_that_has_ended_still_shows_its_memory_and_each_actor(@TempDir Path folder) {
    Preset preset = ApexDQN.set("learning-starts", "200").set("replay-capacity", "1000");
    Run run = Experiment.of().algorithm(preset).actors(3).steps(4_000).out(folder).build().run();

    MemoryProgress memory = run.memory().orElseThrow();

    assertThat(memory.capacity()).isEqualTo(1_000);
    assertThat(memory.size()).isBetween(1_000L, 2_000L); // It is a soft limit.
    assertThat(memory.added())
        .isBetween(run.steps() - 3 * 20, run.steps()); // The rest is in local buffers.
    assertThat(memory.drawn()).isEqualTo(32 * run.updates());
    assertThat(memory.priorities()).hasSize(5).isSorted();
    assertThat(memory.meanAge()).isBetween(0.0, 4_000.0);
    assertThat(memory.bytes()).isPositive();
    assertThat(memory.actorsWaited()).isBetween(0.0, 1.0);
    assertThat(memory.learnerWaited()).isBetween(0.0, 1.0);
    double seconds = run.progress().seconds();
    assertThat(memory.transitionsPerSecond()).isCloseTo(memory.added() / seconds, within(1e-6));
    assertThat(memory.batchesPerSecond()).isCloseTo(run.updates() / seconds, within(1e-6));
    assertThat(memory.learningSeconds()).isBetween(0.0, seconds);
    assertThat(memory.drawsPerTransition())
        .isCloseTo(memory.drawn() / (memory.added() - 200.0), within(1e-9));
    assertThat(memory.actors())
        .extracting(actor -> actor.epsilon().orElseThrow())
        .containsExactly(0.4, Math.pow(0.4, 1 + 7 / 2.0), Math.pow(0.4, 8));
    for (MemoryProgress.Actor actor : memory.actors()) {
      assertThat(actor.meanReturn()).isCloseTo(lastTen(run, actor.id()), within(1e-9));
    }
    assertThat(run.progress().memory()).contains(memory);

    JsonNode written = RunDirectory.read(folder).path("memory");
    assertThat(written.path("drawn").asLong()).isEqualTo(memory.drawn());
    assertThat(written.path("learnerWaited").asDouble()).isEqualTo(memory.learnerWaited());
    assertThat(written.at("/actors/1/epsilon").asDouble()).isEqualTo(Math.pow(0.4, 4.5));
    assertThat(written.at("/actors/2/meanReturn").asDouble())
        .isEqualTo(memory.actors().get(2).meanReturn());
  }

  private static double lastTen(Run run, int thread) {
    List<EpisodeRecord> own =
        run.episodes().stream().filter(episode -> episode.thread() == thread).toList();
    return own.subList(Math.max(0, own.size() - 10), own.size()).stream()
        .mapToDouble(EpisodeRecord::score)
        .average()
        .orElseThrow();
  }

  @Test
  void looking_all_the_time_from_two_threads_harms_neither_the_run_nor_its_end() throws Exception {
    for (int repetition = 0; repetition < 6; repetition++) {
      Run run =
          Experiment.of()
              .algorithm(ApexDQN.set("learning-starts", "100"))
              .actors(2)
              .steps(Long.MAX_VALUE)
              .build()
              .start();
      Thread other =
          new Thread(
              () -> {
                while (run.isRunning()) {
                  run.progress();
                }
              });
      other.start();
      while (run.memory().map(MemoryProgress::drawn).orElse(0L) == 0) {
        Thread.onSpinWait();
      }
      run.stop();
      while (run.isRunning()) {
        run.memory();
      }
      other.join();

      assertThat(run.failure()).isEmpty();
      assertThat(run.memory().orElseThrow().drawn()).isEqualTo(32 * run.updates());
    }
  }

  @Test
  void threads_with_memories_of_their_own_are_seen_together() {
    Run run =
        Experiment.of()
            .algorithm(DQN.set("learning-starts", "200").set("priority-exponent", "0.6"))
            .threads(2)
            .steps(2_000)
            .build()
            .run();

    MemoryProgress memory = run.memory().orElseThrow();

    assertThat(memory.capacity()).isEqualTo(50_000);
    assertThat(memory.added()).isBetween(run.steps() - 2 * 17, run.steps());
    assertThat(memory.size()).isEqualTo(memory.added());
    assertThat(memory.drawn()).isEqualTo(32 * run.updates());
    assertThat(memory.priorities()).hasSize(5).isSorted();
    assertThat(memory.learnerWaited()).isNaN(); // Nobody waits for anybody.
    assertThat(memory.gradientsDropped()).isNaN(); // Nor sends gradients to a server.
    assertThat(memory.actors()).hasSize(2).allMatch(actor -> actor.epsilon().isEmpty());
  }

  @Test
  void gradients_that_a_parameter_server_found_too_old_are_seen() {
    Run run =
        Experiment.of()
            .algorithm(Gorila.set("learning-starts", "200").set("most-stale", "0"))
            .threads(4)
            .steps(4_000)
            .build()
            .run();

    assertThat(run.memory().orElseThrow().gradientsDropped()).isBetween(1e-4, 0.99);
  }

  @Test
  void memories_without_priorities_show_none_and_runs_without_memories_nothing() {
    Run uniform = Experiment.of().algorithm(DQN).threads(1).steps(1_500).build().run();
    Run without = Experiment.of().algorithm(A3C).threads(1).steps(500).build().run();

    assertThat(uniform.memory().orElseThrow().priorities()).isEmpty();
    assertThat(without.memory()).isEmpty();
    assertThat(without.record()).doesNotContainKey("memory");
  }

  @Test
  void a_resumed_run_counts_from_there(@TempDir Path folder) throws Exception {
    Experiment.Builder first =
        Experiment.of().algorithm(ApexDQN).actors(2).saveReplay(true).out(folder);
    Run cut = first.steps(3_000).build().run();
    long added = cut.memory().orElseThrow().added();

    Run resumed = Experiment.resume(folder).steps(4_000).build().run();

    MemoryProgress memory = resumed.memory().orElseThrow();
    assertThat(memory.size()).isEqualTo(added + memory.added());
    assertThat(memory.added()).isBetween(1_000L - 40, 1_000L + 40);
    assertThat(memory.drawn()).isEqualTo(32 * (resumed.updates() - cut.updates()));
    assertThat(memory.drawn()).isBetween(32 * 800L, 32 * 1_100L); // 32 for each that was added.
  }

  @Test
  void a_learner_that_waits_for_slow_actors_is_starved() throws Exception {
    Run run = ranForASecond(ApexDQN.set("draws-per-transition", "0.01"), 2);

    Finding finding = finding(run, "learner-starved");

    assertThat(finding.sentence()).contains("waited for its 2 actors for");
    assertThat(finding.numbers().get("waited")).isGreaterThan(0.5);
    assertThat(finding.advice()).contains("draws-per-transition, now 0.01");
  }

  @Test
  void actors_that_wait_for_a_slow_learner_are_starved() throws Exception {
    Run run =
        ran(
            ApexDQN.set("draws-per-transition", "512.0"),
            3,
            memory -> memory.learningSeconds() > 1 && memory.drawsPerTransition() > 100);

    Finding finding = finding(run, "actors-starved");

    assertThat(finding.sentence()).contains("all 3 waited");
    assertThat(finding.numbers().get("waited")).isGreaterThan(0.75);
    assertThat(finding.numbers().get("drawsPerTransition")).isBetween(64.0, 600.0);
    assertThat(finding.advice()).contains("draws-per-transition, now 512.0");
  }

  @Test
  void a_learner_for_whom_nobody_waits_can_be_outrun() throws Exception {
    Preset preset =
        ApexDQN.set("draws-per-transition", "free")
            .set("minibatch", "1")
            .set("replay-capacity", "2000");

    Finding finding =
        finding(
            ran(
                preset,
                3,
                memory -> memory.learningSeconds() > 1 && memory.added() > 4 * memory.capacity()),
            "learner-outrun");

    assertThat(finding.numbers().get("drawsPerTransition")).isLessThan(0.5);
    assertThat(finding.sentence()).contains("the memory of 2,000 was filled");
  }

  @Test
  void neither_is_said_of_a_run_by_its_own_settings() throws Exception {
    Diagnosis diagnosis = ranForASecond(ApexDQN, 4).diagnose();

    assertThat(diagnosis.silent()).contains("learner-starved", "actors-starved");
    assertThat(diagnosis.unjudged()).doesNotContainKey("learner-starved");
    assertThat(diagnosis.toString()).doesNotContain("starved:", "is starved", "are starved");
  }

  @Test
  void of_runs_without_a_learner_apart_the_rules_say_why_they_cannot_tell() {
    Run without = Experiment.of().algorithm(A3C).threads(1).steps(500).build().run();
    Run alone = Experiment.of().algorithm(DQN).threads(1).steps(1_500).build().run();

    assertThat(reason(without)).isEqualTo("it learns from no memory, or has none yet");
    assertThat(reason(alone)).startsWith("no learner apart from its actors");
  }

  private static String reason(Run run) {
    Map<String, String> unjudged = run.diagnose().unjudged();
    return Optional.ofNullable(unjudged.get("actors-starved")).orElse("");
  }

  private static Finding finding(Run run, String rule) {
    Diagnosis diagnosis = run.diagnose();
    return diagnosis.findings().stream()
        .filter(each -> each.rule().equals(rule))
        .findFirst()
        .orElseThrow(() -> new AssertionError(diagnosis + "\n" + run.memory()));
  }

  /** A second of learning, however fast the machine is. */
  private static Run ranForASecond(Preset preset, int actors) throws Exception {
    return ran(preset, actors, memory -> memory.learningSeconds() > 1);
  }

  private static Run ran(Preset preset, int actors, Predicate<MemoryProgress> until)
      throws Exception {
    Run run =
        Experiment.of()
            .algorithm(preset.set("learning-starts", "200"))
            .actors(actors)
            .steps(Long.MAX_VALUE)
            .build()
            .start();
    while (run.memory().filter(until).isEmpty()) {
      assertThat(run.isRunning()).isTrue();
      Thread.sleep(5);
    }
    run.stop();
    return run.await();
  }
}
