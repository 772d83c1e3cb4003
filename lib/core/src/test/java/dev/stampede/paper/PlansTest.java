package dev.stampede.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Knob;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlansTest {
  @ParameterizedTest
  @EnumSource(PaperExperiment.class)
  void each_run_has_a_folder_of_its_own(PaperExperiment experiment) {
    for (Scale scale : Scale.values()) {
      List<PlannedRun> plan = experiment.plan(scale, 1);

      assertThat(plan.stream().map(PlannedRun::label)).doesNotHaveDuplicates().isNotEmpty();
      assertThat(plan.stream().map(PlannedRun::label)).allMatch(label -> label.length() < 250);
    }
  }

  @Test
  void figure_2_of_the_paper_searches_50_learning_rates_for_four_methods_on_five_games() {
    List<PlannedRun> plan = PaperExperiment.FIGURE2.plan(Scale.PAPER, 1);

    assertThat(plan).hasSize(5 * 4 * 50);
    assertThat(plan).allMatch(run -> run.threads() == 16 && run.steps() == 80_000_000);
    assertThat(plan.stream().map(PlannedRun::env).distinct())
        .containsExactly("BeamRider", "Breakout", "Pong", "Qbert", "SpaceInvaders");
    Set<Double> rates = plan.stream().map(PlannedRun::learningRate).collect(Collectors.toSet());
    assertThat(rates).hasSize(50).allMatch(rate -> 1e-4 <= rate && rate <= 1e-2);
    assertThat(rates.stream().filter(rate -> rate < 1e-3).count()).isBetween(15L, 35L);
  }

  @Test
  void figures_1_and_2_of_the_paper_share_their_runs() {
    assertThat(labels(PaperExperiment.FIGURE1, Scale.PAPER))
        .isEqualTo(labels(PaperExperiment.FIGURE2, Scale.PAPER));
  }

  @Test
  void table_1_of_the_paper_has_57_games_for_each_of_three_agents() {
    List<PlannedRun> plan = PaperExperiment.TABLE1.plan(Scale.PAPER, 1);

    assertThat(plan).hasSize(3 * 57).allMatch(run -> run.threads() == 16);
    assertThat(plan.stream().map(PlannedRun::env).distinct()).hasSize(57).contains("YarsRevenge");
    assertThat(plan.stream().filter(run -> run.steps() == 80_000_000)).hasSize(57);
    assertThat(plan.stream().filter(run -> run.steps() == 250_000_000)).hasSize(2 * 57);
    assertThat(plan.stream().filter(run -> run.algorithm().value(Knob.LSTM).equals("256")))
        .hasSize(57)
        .allMatch(run -> run.algorithm().name().equals("A3C LSTM 4 days"));
  }

  @Test
  void times_are_taken_of_the_same_runs_that_data_efficiency_shows_but_in_folders_of_their_own() {
    Set<String> both = new HashSet<>(labels(PaperExperiment.TABLE2, Scale.SMALL));
    both.retainAll(labels(PaperExperiment.FIGURE3, Scale.SMALL));

    assertThat(both).isEmpty();
    assertThat(PaperExperiment.TABLE2.plan(Scale.SMALL, 1)).allMatch(PlannedRun::timed);
  }

  @Test
  void a_label_tells_what_was_set() {
    Task task = new Task("Acrobot", 1_000, 0, 1, List.of("target-interval=7 steps", "t-max=9"));
    PlannedRun run =
        Plans.run(Scale.SMALL, task.with(Algorithms.OneStepQ).learningRate(0.25), task, 3, 8);

    assertThat(run.label()) // One-step Q has no t-max.
        .isEqualTo(
            "Acrobot-OneStepQ-learning-rate=0.25-target-interval=7_steps-threads=3-steps=1000"
                + "-seed=8");
  }

  @Test
  void shortening_divides_budgets_and_distances_of_evaluations() {
    PlannedRun whole = PaperExperiment.FIGURE3.plan(Scale.SMALL, 1).get(0);
    PlannedRun shorter = PaperExperiment.FIGURE3.plan(Scale.SMALL, 100).get(0);

    assertThat(shorter.steps()).isEqualTo(whole.steps() / 100);
    assertThat(shorter.evaluateEvery()).isEqualTo(whole.evaluateEvery() / 100);
  }

  @Test
  void what_is_not_known_is_refused_with_what_is() {
    assertThatThrownBy(() -> PaperExperiment.named("figure4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean")
        .hasMessageContaining("\"figure1\"");
    assertThatThrownBy(() -> Scale.named("tiny"))
        .hasMessage("expected the scale small or paper but got tiny");
    assertThatThrownBy(
            () -> PaperExperiment.FIGURE1.start(Scale.SMALL, 0, Path.of("none"), line -> {}))
        .hasMessage("shorten: expected at least 1 but got 0");
  }

  private static Set<String> labels(PaperExperiment experiment, Scale scale) {
    return experiment.plan(scale, 1).stream().map(PlannedRun::label).collect(Collectors.toSet());
  }
}
