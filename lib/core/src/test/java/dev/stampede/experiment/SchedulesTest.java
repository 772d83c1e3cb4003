package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A2C;
import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.runtime.LearningRateSchedule;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Of the learning rate, of the entropy's weight and of ε, in whole runs. */
class SchedulesTest {
  private static final long STEPS = 2_000;

  @Test
  void a_constant_learning_rate_is_one_that_is_never_annealed() {
    float[] constant = theta(A3C.learningRateSchedule(LearningRateSchedule.CONSTANT));

    assertThat(constant).isEqualTo(theta(A3C.set("anneal-steps", "never")));
    assertThat(constant).isNotEqualTo(theta(A3C));
  }

  @ParameterizedTest
  @EnumSource(
      value = LearningRateSchedule.class,
      names = {"LINEAR", "COSINE"})
  void nothing_is_learned_once_the_learning_rate_is_0(LearningRateSchedule schedule) {
    Preset preset = A3C.learningRateSchedule(schedule).set("anneal-steps", "1000");

    assertThat(theta(preset, 3 * STEPS)).isEqualTo(theta(preset, STEPS));
    assertThat(theta(preset, STEPS)).isNotEqualTo(theta(preset, STEPS / 4));
  }

  @Test
  void a_hundredth_of_the_learning_rate_stays_where_it_falls_exponentially() {
    Preset preset =
        A3C.learningRateSchedule(LearningRateSchedule.EXPONENTIAL).set("anneal-steps", "1000");

    assertThat(theta(preset, 3 * STEPS)).isNotEqualTo(theta(preset, STEPS));
  }

  @Test
  void a_schedule_is_a_difference_from_the_paper() {
    assertThat(A3C.learningRateSchedule(LearningRateSchedule.COSINE).differencesFromPaper())
        .singleElement()
        .hasToString("learning-rate-schedule: cosine instead of linear (set by the user)");
    assertThatThrownBy(() -> A3C.set("learning-rate-schedule", "steps"))
        .hasMessageContaining("expected linear or constant or cosine or exponential")
        .hasMessageContaining("but got \"steps\"");
    assertThatThrownBy(
            () ->
                theta(
                    A3C.learningRateSchedule(LearningRateSchedule.COSINE)
                        .set("anneal-steps", "never")))
        .hasMessageContaining("expected agent steps over which η falls for cosine")
        .hasMessageContaining("set anneal-steps to a number or to budget");
  }

  @Test
  void the_first_thread_has_the_first_weight_of_the_entropy() {
    float[] first = theta(A3C.entropy(0.5, 0.1));

    assertThat(first).isEqualTo(theta(A3C.entropy(0.5)));
    assertThat(first).isNotEqualTo(theta(A3C.entropy(0.1)));
  }

  @Test
  void weights_of_the_entropy_are_a_list_by_name_and_by_method_alike() {
    Preset preset = A2C.entropy(0.02, 0.01, 0);

    assertThat(preset.settings()).isEqualTo(A2C.set("entropy", "0.02, 0.01,0").settings());
    assertThat(preset.differencesFromPaper())
        .singleElement()
        .hasToString("entropy: 0.02,0.01,0.0 instead of 0.01 (set by the user)");
  }

  @ParameterizedTest
  @CsvSource({"''", "'0.1,'", "'0.1,-1'", "'0.1;0.2'", "'0.1,101'"})
  void what_is_no_list_of_weights_is_refused(String list) {
    assertThatThrownBy(() -> A3C.set("entropy", list))
        .hasMessageContaining("entropy (β, weight of the policy's entropy")
        .hasMessageContaining("expected a number")
        .hasMessageContaining("but got \"" + list + "\"");
  }

  @Test
  void an_epsilon_of_ones_own_is_asked_for_by_all_threads() {
    Queue<Integer> threads = new ConcurrentLinkedQueue<>();
    Queue<Long> steps = new ConcurrentLinkedQueue<>();
    Preset preset =
        NStepQ.exploration(
            (T, thread) -> {
              threads.add(thread);
              steps.add(T);
              return thread == 0 ? 0 : 1.0 / (1 + T);
            });
    Run run = Experiment.of().algorithm(preset).threads(3).steps(20_000).build().run();

    assertThat(threads).contains(0, 1, 2).allMatch(thread -> thread < 3);
    assertThat(steps).hasSize((int) run.steps()).allMatch(T -> T < run.steps());
    assertThat(preset.differencesFromPaper())
        .singleElement()
        .hasToString(
            "epsilon-final: a schedule of the user's own instead of 0.1,0.01,0.5 (set by the"
                + " user)");
  }

  @Test
  void an_epsilon_of_0_is_greedy_and_one_of_1_is_not() {
    float[] greedy = theta(NStepQ.exploration((T, thread) -> 0));

    assertThat(greedy)
        .isEqualTo(
            theta(
                NStepQ.set("epsilon-final", "0")
                    .set("epsilon-probabilities", "1")
                    .set("epsilon-anneal", "1 steps")
                    .set("epsilon-redraw", "never")));
    assertThat(greedy).isNotEqualTo(theta(NStepQ.exploration((T, thread) -> 1)));
  }

  @Test
  void an_epsilon_of_ones_own_must_be_given_again_and_be_a_probability(@TempDir Path folder) {
    Preset preset = NStepQ.exploration((T, thread) -> 0.1);
    Experiment.of().algorithm(preset).steps(1_000).out(folder).build().run();

    assertThatThrownBy(() -> Experiment.resume(folder).steps(2_000).build())
        .hasMessageContaining("exploration of the user's own: the run that is resumed has yes")
        .hasMessageContaining("give it again with algorithm(….exploration(…))");
    Run resumed = Experiment.resume(folder).algorithm(preset).steps(2_000).build().run();
    assertThat(resumed.steps()).isGreaterThanOrEqualTo(2_000);
    assertThatThrownBy(() -> theta(NStepQ.exploration((T, thread) -> Double.NaN)))
        .hasMessageContaining("expected an ε in [0, 1] but the schedule gave NaN for thread 0");
    assertThatThrownBy(() -> A3C.exploration((T, thread) -> 0.1))
        .hasMessageContaining("A3C draws its actions from a policy and has no ε");
  }

  private static float[] theta(Preset preset) {
    return theta(preset, STEPS);
  }

  private static float[] theta(Preset preset, long steps) {
    return Experiment.of()
        .algorithm(preset)
        .threads(1)
        .deterministic(true)
        .steps(steps)
        .build()
        .run()
        .theta()
        .orElseThrow();
  }
}
