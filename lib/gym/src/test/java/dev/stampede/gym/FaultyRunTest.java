package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import dev.stampede.experiment.RunFailedException;
import dev.stampede.result.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on environments that misbehave and workers that are killed. */
@EnabledOnOs(OS.LINUX) // It sends signals and reads /proc.
class FaultyRunTest {
  private static final int KILLS = Integer.getInteger("stampede.test.kills", 100);

  /** faulty.py, as seen from this module's directory, where tests run. */
  private static final String FAULTY = "src.test.python.faulty:";

  private final Path folder;
  private final Queue<String> messages = new ConcurrentLinkedQueue<>();

  FaultyRunTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @AfterEach
  void no_worker_is_left() {
    Workers.await(
        "the end of every worker",
        Duration.ofSeconds(5),
        () -> workers().isEmpty()); // Killed, not yet gone.
  }

  @Test
  void a_run_survives_a_hundred_random_kills() throws Exception {
    int stepsBetween = 500;
    int budget = (KILLS + 2) * stepsBetween;
    var random = new SplittableRandom(1);
    Run run = start(Experiment.of().env("CartPole-v1").threads(4).steps(budget));

    for (int kill = 1; kill <= KILLS; kill++) {
      while (run.steps() < kill * stepsBetween && run.isRunning()) {
        Thread.sleep(1);
      }
      Thread.sleep(random.nextInt(30));
      List<ProcessHandle> alive = workers();
      while (alive.isEmpty() && run.isRunning()) { // All at once are starting.
        Thread.sleep(1);
        alive = workers();
      }
      assertThat(run.failure()).as("after %d kills", kill).isEmpty();
      assertThat(run.isRunning()).isTrue();
      alive.get(random.nextInt(alive.size())).destroyForcibly();
    }
    run.await();

    JsonNode json = RunDirectory.read(folder);
    assertThat(json.path("state").asText()).isEqualTo("finished");
    assertThat(json.path("steps").asInt()).isGreaterThanOrEqualTo(budget);
    // Killed twice before it is noticed, or at the very end, is one restart less.
    assertThat(json.path("workerRestarts").asInt()).isBetween(KILLS * 8 / 10, KILLS);
    assertThat(json.path("lostEpisodes").asInt()).isPositive();
    assertThat(json.path("workerRestartCauses")).hasSize(Math.min(20, run.workerRestarts()));
    assertThat(json.path("workerRestartCauses"))
        .allSatisfy(cause -> assertThat(cause.asText()).contains(") ended with signal 9"));
    assertThat(messages)
        .filteredOn(m -> m.startsWith("a Python worker is started again: "))
        .hasSize(run.workerRestarts());
    assertThat(Files.readAllLines(folder.resolve("episodes.csv")))
        .hasSize(run.episodes().size() + 1)
        .hasSizeGreaterThan(KILLS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BadReward-v0 | BadReward-v0: expected a finite reward but got NaN in step 3 of the episode
          BadNumber-v0 | BadNumber-v0: expected numbers but element 1 of the observation is NaN in step 5 of the episode
          Raises-v0    | ValueError: this environment has had enough
          Exits-v0     | the environment called sys.exit(3)
          WrongShape-v0| observation: expected shape (2,), as its space says, but got (3, 1)
          WrongDtype-v0| observation: expected uint8, as its space says, but got float64 with 0.5 in it
          Asks-v0      | EOFError
          RaisesNonsense-v0 | xxxxxxxx
          """)
  void a_run_that_fails_says_why_and_keeps_its_results(String id, String words) throws Exception {
    Run run = start(Experiment.of().env(FAULTY + id).threads(2).steps(1_000));

    assertThatThrownBy(run::await).isInstanceOf(RunFailedException.class);

    assertThat(run.failure().orElseThrow()).hasMessageContaining(words);
    JsonNode json = RunDirectory.read(folder);
    assertThat(json.path("state").asText()).isEqualTo("failed");
    assertThat(json.path("failure").asText()).contains(words).hasSizeLessThan(25_000);
    assertThat(folder.resolve("parameters.safetensors")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A3C", "A2C"}) // A2C steps and resets in one call.
  void a_worker_that_leaks_is_replaced_between_episodes(String algorithm) throws Exception {
    System.setProperty(GymProvider.MEMORY_LIMIT, "200");
    try {
      Run run =
          start(
                  Experiment.of()
                      .algorithm(algorithm)
                      .env(FAULTY + "Leaks-v0")
                      .threads(2)
                      .steps(15_000))
              .await();

      JsonNode json = RunDirectory.read(folder);
      assertThat(json.path("workerRestarts").asInt()).isPositive();
      assertThat(json.path("lostEpisodes").asInt()).isZero();
      assertThat(json.path("workerRestartCauses").get(0).asText())
          .contains("MB of memory, more than the 200 of -Dstampede.worker.memory");
      assertThat(run.episodes()).allMatch(episode -> episode.length() == 50);
      assertThat(run.episodes()).hasSizeBetween(15_000 / 50 - 2, 15_000 / 50);
    } finally {
      System.clearProperty(GymProvider.MEMORY_LIMIT);
    }
  }

  private Run start(Experiment.Builder experiment) {
    return experiment.out(folder).build().start(messages::add);
  }

  private static List<ProcessHandle> workers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).contains("-P"))
        .filter(child -> Workers.runs(child.pid()))
        .toList();
  }
}
