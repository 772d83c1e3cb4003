package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.result.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm on the task whose optimum {@link dev.stampede.env.classic.Corridor} states. */
class CorridorTest {
  private static final long STEPS = 40_000;

  static Stream<Arguments> everyAlgorithm() {
    List<Arguments> all = new ArrayList<>();
    for (Preset preset : Algorithms.all()) {
      if (!preset.takesChoices()) {
        continue; // DpgTest has them, with smaller networks.
      }
      for (int threads : new int[] {1, 8}) {
        // How an episode ends is nothing that threads have a part in.
        for (String ending : threads == 1 ? List.of("", "Truncated") : List.of("")) {
          all.add(Arguments.of(preset, threads, "Corridor" + ending));
          if (preset.takesNumbers()) {
            all.add(Arguments.of(preset, threads, "CorridorContinuous" + ending));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}, {1} threads, {2}")
  @MethodSource("everyAlgorithm")
  void is_solved_to_95_percent_of_the_optimum(Preset preset, int threads, String env) {
    double optimum = env.endsWith("Truncated") ? 1.6 : 0.8;
    Run run =
        Experiment.of()
            .algorithm(preset)
            .env(env)
            .threads(threads)
            .steps(STEPS)
            .evaluateEvery(STEPS / 10)
            .greedyEvaluation(true)
            .evaluationEpisodes(3)
            .build()
            .run();

    List<EvaluationRecord> evaluations = run.evaluations();
    assertThat(evaluations).hasSizeGreaterThanOrEqualTo(3);
    // Of the last three: a greedy policy that is still learning may be off at any one moment.
    double best =
        evaluations.subList(evaluations.size() - 3, evaluations.size()).stream()
            .mapToDouble(EvaluationRecord::mean)
            .max()
            .orElseThrow();
    assertThat(best).isGreaterThanOrEqualTo(0.95 * optimum);
  }

  @Test
  void methods_that_learn_q_say_that_they_need_a_choice_of_actions() {
    assertThatThrownBy(
            () ->
                Experiment.of()
                    .algorithm(Algorithms.NStepQ)
                    .env("CorridorContinuous")
                    .build()
                    .run())
        .hasMessageContaining("need a choice of actions")
        .hasMessageContaining("A3C takes numbers too");
  }
}
