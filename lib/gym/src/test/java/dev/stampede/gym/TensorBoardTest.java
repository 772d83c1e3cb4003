package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.LearningRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real TensorBoard reads of a run. */
class TensorBoardTest {
  private static final Requirements TENSORBOARD =
      new Requirements(
          List.of("absl-py==2.5.1", "numpy==2.4.6", "protobuf==7.36.2", "tensorboard==2.21.0"),
          100);

  private static final String READ =
      """
      import json, sys
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
      events.Reload()
      def points(tag):
          return [[p.wall_time, p.step, p.value] for p in events.Scalars(tag)]
      print(json.dumps({tag: points(tag) for tag in events.Tags()["scalars"]}))
      """;

  @Test
  void tensorboard_reads_each_scalar_of_a_run(@TempDir Path folder) throws Exception {
    Run run =
        Experiment.of()
            .threads(1)
            .steps(5_000)
            .evaluateEvery(2_000)
            .evaluationEpisodes(2)
            .build()
            .run();
    run.report().tensorBoard(folder);

    List<String> said =
        Workers.output(Workers.python(TENSORBOARD), "-W", "ignore", "-c", READ, folder);
    JsonNode read = new ObjectMapper().readTree(said.get(said.size() - 1));

    assertThat(read.properties().stream().map(field -> field.getKey()))
        .containsExactlyInAnyOrder(
            "episode/return",
            "episode/length",
            "evaluation/mean_return",
            "learning/policy_loss",
            "learning/value_loss",
            "learning/entropy",
            "learning/explained_variance",
            "learning/gradient_norm",
            "learning/learning_rate",
            "learning/staleness",
            "speed/steps_per_second");
    assertThat(read.path("evaluation/mean_return")).hasSize(run.evaluations().size());
    List<EpisodeRecord> episodes = run.episodes();
    JsonNode returns = read.path("episode/return");
    assertThat(returns).hasSize(episodes.size());
    double start = returns.get(0).get(0).asDouble() - episodes.get(0).seconds();
    for (int i = 0; i < episodes.size(); i++) {
      JsonNode point = returns.get(i);
      assertThat(point.get(0).asDouble())
          .isCloseTo(start + episodes.get(i).seconds(), within(1e-4));
      assertThat(point.get(1).asLong()).isEqualTo(episodes.get(i).step());
      assertThat(point.get(2).asDouble()).isEqualTo(episodes.get(i).score());
    }
    LearningRecord last = run.learning().get(run.learning().size() - 1);
    JsonNode entropy = read.path("learning/entropy");
    assertThat(entropy.get(entropy.size() - 1).get(2).floatValue())
        .isEqualTo((float) last.entropy());
  }
}
