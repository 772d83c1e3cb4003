package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.record.Take;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  private final Path folder;

  SnapshotTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Experiment.Builder experiment(String out) {
    return Experiment.of()
        .algorithm(A3C)
        .env("CartPole")
        .threads(1)
        .deterministic(true)
        .out(folder.resolve(out))
        .keepParametersEvery(1_000);
  }

  @Test
  void a_policy_near_a_step_says_which_step_it_has_and_plays_as_a_run_that_ended_there() {
    Run run = experiment("run").steps(5_000).build().run();

    PolicySnapshot early = run.at(1_900);
    PolicySnapshot now = run.at(1_000_000);

    assertThat(early.step()).isBetween(2_000L, 2_004L);
    assertThat(now.step()).isEqualTo(run.steps());
    assertThat(run.at(0).step()).isBetween(1_000L, 1_004L);
    Path kept = folder.resolve("run/parameters-%012d.safetensors".formatted(early.step()));
    assertThat(early.evaluate(3, 7, true))
        .isEqualTo(TrainedPolicy.of(kept).evaluate(Optional.empty(), 3, 7, true, line -> {}))
        .isNotEqualTo(now.evaluate(3, 7, true));
    assertThat(early.watch(folder.resolve("a.gif"), new Take(1, 7), true, false).recording())
        .satisfies(
            recording -> assertThat(recording.scores()).isEqualTo(early.evaluate(1, 7, true)));
  }

  @Test
  void keeping_parameters_changes_no_bit_of_a_deterministic_run() {
    Run plain =
        Experiment.of().algorithm(A3C).threads(1).deterministic(true).steps(3_000).build().run();
    Run kept = experiment("run").steps(3_000).build().run();

    assertThat(kept.theta().orElseThrow()).isEqualTo(plain.theta().orElseThrow());
    assertThatThrownBy(() -> plain.at(1_000))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("keepParametersEvery");
  }

  @Test
  void a_run_that_goes_on_keeps_on_and_a_new_one_keeps_nothing_of_the_old() throws IOException {
    experiment("run").steps(3_000).checkpointEvery(Duration.ZERO).build().run();
    List<String> before = kept();
    Files.copy(
        folder.resolve("run").resolve(before.get(0)),
        folder.resolve("run/parameters-000000009000.safetensors"));

    Experiment.resume(folder.resolve("run")).steps(5_000).build().run();

    assertThat(before).hasSizeBetween(2, 3);
    assertThat(kept()).startsWith(before.toArray(String[]::new)).hasSizeBetween(4, 5);
    assertThat(kept()).doesNotContain("parameters-000000009000.safetensors");
    experiment("run").steps(1_500).build().run();
    assertThat(kept()).hasSize(1);
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("parameters-"))
          .sorted()
          .toList();
    }
  }
}
