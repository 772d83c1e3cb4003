package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Experiment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PeerCheckpointTest {

  /** A run with nothing left to do only reads the checkpoint and writes it again. */
  @ParameterizedTest
  @ValueSource(strings = {"EvolutionStrategies", "ParallelSarsa", "MapReduceLSPI"})
  void every_worker_comes_back_with_all_that_it_knew(String algorithm, @TempDir Path folder)
      throws IOException {
    Experiment.of()
        .algorithm(Algorithms.named(algorithm))
        .env("Corridor")
        .threads(3)
        .steps(6_321)
        .out(folder)
        .build()
        .run();
    Checkpoint before = Checkpoint.newest(folder, line -> {});

    Experiment.resume(folder).steps(before.steps()).build().run();

    Checkpoint after = Checkpoint.newest(folder, line -> {});
    assertThat(after.steps()).isEqualTo(before.steps());
    assertThat(after.actors()).hasSize(3);
    List<byte[]> states = before.actors();
    for (int id = 0; id < 3; id++) {
      assertThat(after.actors().get(id)).isEqualTo(states.get(id));
    }
    assertThat(states.get(1)).isNotEqualTo(states.get(0));
  }
}
