package dev.stampede.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.result.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  private static final Task TASK = new Task("CartPole", 100, 400, 500, List.of());

  @Test
  void between_evaluations_a_curve_is_a_line_and_beyond_them_it_is_level() {
    Outcome outcome = outcome(run(1, 1), 10, 1, evaluation(10, 1, 4), evaluation(20, 2, 8));

    assertThat(outcome.at(5)).isEqualTo(4);
    assertThat(outcome.at(15)).isEqualTo(6);
    assertThat(outcome.at(20)).isEqualTo(8);
    assertThat(outcome.at(30)).isEqualTo(8);
  }

  @Test
  void the_final_score_is_the_mean_of_the_last_fifth() {
    PlannedRun run = run(1, 1);

    assertThat(
            outcome(
                    run,
                    1,
                    1,
                    evaluation(80, 1, 1_000),
                    evaluation(90, 2, 4),
                    evaluation(100, 3, 8))
                .finalScore())
        .hasValue(6);
    assertThat(outcome(run, 1, 1, evaluation(40, 1, 3)).finalScore()).hasValue(3);
    assertThat(outcome(run, 1, 1).finalScore()).isEmpty();
  }

  @Test
  void a_curve_is_the_mean_over_runs_at_each_mark() {
    Outcomes outcomes =
        new Outcomes(
            List.of(
                outcome(run(1, 1), 1, 1, evaluation(50, 1, 10), evaluation(100, 2, 30)),
                outcome(run(1, 2), 1, 1, evaluation(50, 1, 20), evaluation(100, 2, 40))));

    List<Point> curve = outcomes.curve(1);

    assertThat(curve.stream().map(Point::x)).containsExactly(50.0, 100.0);
    assertThat(curve.stream().map(Point::y)).containsExactly(15.0, 35.0);
    assertThat(curve.get(0).low()).isEqualTo(10);
    assertThat(curve.get(0).high()).isEqualTo(20);
  }

  @Test
  void a_run_that_reaches_the_score_five_times_as_soon_is_five_times_as_fast() {
    List<Outcome> all = new ArrayList<>();
    for (Task task : Task.two(Scale.SMALL)) {
      for (Preset method : Plans.METHODS) {
        for (int seed = 1; seed <= 2; seed++) {
          all.add(
              outcome(
                  Plans.run(Scale.SMALL, method, task, 1, 100, seed, true),
                  20,
                  100,
                  evaluation(50, 10, 500)));
          all.add(
              outcome(
                  Plans.run(Scale.SMALL, method, task, 4, 100, seed, true),
                  9,
                  300,
                  evaluation(10, 1, -500),
                  evaluation(25, 2, 500)));
        }
      }
    }

    Findings findings = new Table2().findings(Scale.SMALL, new Outcomes(all));

    List<String> row =
        findings.tables().get(0).rows().stream()
            .filter(cells -> cells.get(0).equals("A3C") && cells.get(1).equals("4"))
            .findFirst()
            .orElseThrow();
    assertThat(row).containsExactly("A3C", "4", "5.00", "3.70", "3.00", "2.00", "4 of 4");
    Point point = findings.figure().panels().get(0).series().get(3).points().get(1);
    assertThat(point.x()).isEqualTo(4);
    assertThat(point.y()).isCloseTo(5, within(1e-9));
  }

  @Test
  void without_any_run_every_experiment_has_a_report_all_the_same() {
    for (PaperExperiment experiment : PaperExperiment.values()) {
      for (Scale scale : Scale.values()) {
        Findings findings = experiment.protocol().findings(scale, new Outcomes(List.of()));

        assertThat(findings.tables().get(0).rows()).as("%s %s", experiment, scale).isNotEmpty();
        assertThat(findings.figure().panels()).isNotEmpty();
      }
    }
  }

  @Test
  void table_1_says_what_the_paper_says_of_the_published_scores() {
    Findings findings = new Table1().findings(Scale.SMALL, new Outcomes(List.of()));

    assertThat(findings.tables().get(1).rows())
        .contains(
            List.of("Gorila, published", "215.2", "71.34"),
            List.of("A3C FF, 1 day, published", "344.1", "68.24"),
            List.of("A3C LSTM, 4 days, published", "623.1", "112.6"));
  }

  private static PlannedRun run(int threads, long seed) {
    return new PlannedRun(
        Plans.METHODS.get(3), TASK.env(), threads, TASK.steps(), seed, 50, false, false);
  }

  private static EvaluationRecord evaluation(long step, double seconds, double score) {
    return new EvaluationRecord(step, step, seconds, true, List.of(score));
  }

  private static Outcome outcome(
      PlannedRun run, double seconds, double stepsPerSecond, EvaluationRecord... evaluations) {
    return new Outcome(
        run, List.of(evaluations), seconds, stepsPerSecond, "build", "machine", List.of());
  }
}
