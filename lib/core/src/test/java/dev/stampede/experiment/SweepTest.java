package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static dev.stampede.experiment.KnobValues.logUniform;
import static dev.stampede.experiment.KnobValues.oneOf;
import static dev.stampede.experiment.KnobValues.uniform;
import static dev.stampede.experiment.KnobValues.wholeNumbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.classic.CartPole;
import dev.stampede.experiment.SweepResults.Trial;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.Metric;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SweepTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void a_grid_has_each_combination_once() throws IOException {
    SweepResults results =
        small()
            .vary(Knob.LEARNING_RATE, oneOf(0.001, 0.01))
            .vary(Knob.T_MAX, oneOf(5, 10, 20))
            .build()
            .start()
            .await();

    assertThat(results.trials().stream().map(Trial::values).map(Sweep::inWords))
        .containsExactlyInAnyOrder(
            "learning-rate 0.001, t-max 5",
            "learning-rate 0.001, t-max 10",
            "learning-rate 0.001, t-max 20",
            "learning-rate 0.01, t-max 5",
            "learning-rate 0.01, t-max 10",
            "learning-rate 0.01, t-max 20");
    assertThat(results.trials().stream().map(Trial::seed)).doesNotHaveDuplicates();
    assertThat(results.trials())
        .isSortedAccordingTo(Comparator.comparingDouble(trial -> -trial.score()));
    for (Trial trial : results.trials()) {
      JsonNode run = RunDirectory.read(trial.folder());
      assertThat(run.at("/algorithm/knobs/t-max/value").asText())
          .isEqualTo(trial.values().get(Knob.T_MAX));
      assertThat(run.at("/experiment/seed").asLong()).isEqualTo(trial.seed());
    }
    assertThat(results.best()).isEqualTo(results.trials().get(0));
    assertThat(results.best().algorithm().value(Knob.T_MAX))
        .isEqualTo(results.best().values().get(Knob.T_MAX));
    assertThat(results.toString())
        .contains("trial  learning-rate  t-max  seed  steps  score")
        .endsWith(
            "Corridor; score: mean return of the last evaluation, 3 episodes, sampled actions");
    Path csv = folder.resolve("sweep.csv");
    results.csv(csv);
    assertThat(Files.readAllLines(csv))
        .hasSize(7)
        .startsWith("trial,learning-rate,t-max,seed,steps,score,folder");
  }

  @Test
  void more_trials_leave_the_first_ones_as_they_were() {
    KnobValues rates = logUniform(1e-4, 1e-2);

    SweepResults three = small().vary(Knob.LEARNING_RATE, rates).runs(3).build().start().await();
    SweepResults five = small().vary(Knob.LEARNING_RATE, rates).runs(5).build().start().await();

    assertThat(three.trials()).hasSize(3);
    assertThat(five.trials()).hasSize(5);
    assertThat(five.trials().stream().map(Trial::toString))
        .containsAll(three.trials().stream().map(Trial::toString).toList());
    assertThat(five.isLogarithmic(Knob.LEARNING_RATE)).isTrue();
  }

  @Test
  void values_are_drawn_as_their_names_say() {
    SplittableRandom random = new SplittableRandom(0);
    int small = 0;
    int ones = 0;
    for (int i = 0; i < 10_000; i++) {
      double rate = Double.parseDouble(logUniform(1e-4, 1e-2).draw(random));
      assertThat(rate).isBetween(1e-4, 1e-2);
      small += rate < 1e-3 ? 1 : 0;
      assertThat(Double.parseDouble(uniform(-1, 3).draw(random))).isBetween(-1.0, 3.0);
      ones += wholeNumbers(1, 4).draw(random).equals("1") ? 1 : 0;
    }
    assertThat(small).isBetween(4_750, 5_250); // Five standard deviations of ½.
    assertThat(ones).isBetween(2_280, 2_720);
  }

  @Test
  void halving_goes_on_with_the_best_from_their_checkpoints() {
    Sweep plan = halving().build();
    assertThat(plan.budgets()).containsExactly(300L, 600L, 1_200L);

    SweepResults results = plan.start().await();

    Map<Integer, List<Long>> resumed = new HashMap<>();
    Map<Integer, Double> first = new HashMap<>();
    for (Trial trial : results.trials()) {
      List<Long> steps = new ArrayList<>();
      RunDirectory.read(trial.folder())
          .path("resumedFrom")
          .forEach(from -> steps.add(from.path("step").asLong()));
      resumed.put(trial.number(), steps);
      first.put(trial.number(), scoreBefore(trial, steps.isEmpty() ? 600 : steps.get(0)));
    }
    assertThat(results.trials().stream().map(Trial::steps))
        .containsExactly(1_200L, 1_200L, 600L, 600L, 300L, 300L, 300L, 300L);
    assertThat(resumed.values()).filteredOn(List::isEmpty).hasSize(4);
    assertThat(resumed.values())
        .filteredOn(steps -> steps.size() == 2)
        .hasSize(2)
        .allMatch(steps -> 300 <= steps.get(0) && steps.get(0) < 400)
        .allMatch(steps -> 600 <= steps.get(1) && steps.get(1) < 700);
    double worstKept =
        resumed.keySet().stream()
            .filter(number -> !resumed.getOrDefault(number, List.of()).isEmpty())
            .mapToDouble(number -> first.getOrDefault(number, Double.NaN))
            .min()
            .orElseThrow();
    assertThat(first.values()).anyMatch(score -> score < worstKept);
    assertThat(resumed.keySet())
        .filteredOn(number -> resumed.getOrDefault(number, List.of()).isEmpty())
        .allMatch(number -> first.getOrDefault(number, Double.NaN) <= worstKept);
    assertThat(results.best().steps()).isEqualTo(1_200);
  }

  @Test
  void the_last_round_ends_at_the_budget_whatever_divides_it() {
    assertThat(halving().steps(1_001).build().budgets()).containsExactly(250L, 500L, 1_001L);
  }

  @Test
  void areas_under_curves_are_compared_in_each_round() {
    Sweep plan = halving().halving(3, 4).steps(6_400).metric(Metric.AUC).build();
    assertThat(plan.evaluateEvery()).isEqualTo(200);

    SweepResults results = plan.start().await();

    assertThat(results.trials()).hasSize(8);
    assertThat(results.best().steps()).isEqualTo(6_400);
    assertThatThrownBy(() -> halving().metric(Metric.AUC).evaluateEvery(151).build())
        .hasMessageContaining("at most 150 steps, so that the 300 of a run");
  }

  @Test
  void a_trial_that_fails_is_given_up_and_told() {
    AtomicInteger made = new AtomicInteger();
    Sweep plan =
        Sweep.of(A3C)
            .vary(Knob.T_MAX, oneOf(5, 10, 15, 20))
            .halving(2, 2)
            .env(
                purpose -> {
                  if (purpose == Purpose.TRAINING && made.incrementAndGet() == 2) {
                    throw new IllegalStateException("the wheel fell off");
                  }
                  return new CartPole();
                })
            .steps(200)
            .threads(1)
            .out(folder.resolve("out"))
            .build();

    StudyRun<SweepResults> run = plan.start();
    SweepResults results = run.await();

    assertThat(run.failures()).hasSize(1).allMatch(why -> why.contains("the wheel fell off"));
    assertThat(results.trials().stream().map(Trial::steps)).containsExactly(200L, 200L, 100L);
    assertThat(results.toString()).contains("note: 1 of 4 trials are not complete");
  }

  @Test
  void halving_that_is_stopped_ends_as_if_it_never_was() throws Exception {
    SweepResults reference = halving().out(folder.resolve("whole")).build().start().await();
    Sweep plan = halving().build();
    for (int stopAt : new int[] {3, 10}) { // In the first round and in the second.
      StudyRun<SweepResults> run = plan.start();
      while (run.progress().done() < stopAt) {
        assertThat(run.await(1)).isFalse();
      }
      run.stop();
      run.await();
    }

    StudyRun<SweepResults> run = plan.start();
    SweepResults results = run.await();

    assertThat(run.progress().done()).isEqualTo(8 + 4 + 2);
    assertThat(run.progress().fraction()).isEqualTo(1);
    assertThat(results.trials().stream().map(Trial::toString))
        .isEqualTo(reference.trials().stream().map(Trial::toString).toList());
  }

  @Test
  void what_does_not_go_together_is_said() {
    small().vary(Knob.LEARNING_RATE, oneOf(0.01)).build().start().await();

    assertThatThrownBy(() -> small().build()).hasMessageContaining("vary: say what is to be tried");
    assertThatThrownBy(() -> small().vary(Knob.LEARNING_RATE, uniform(0, 1)).build())
        .hasMessageContaining("values of learning-rate are drawn, uniform in [0.0, 1.0]")
        .hasMessageContaining("runs(50)");
    assertThatThrownBy(() -> small().vary(Knob.TILES, oneOf(8)).build())
        .hasMessageContaining("A3C has no knob \"tiles\"");
    assertThatThrownBy(() -> small().vary(Knob.T_MAX, oneOf(0.5)).build())
        .hasMessageContaining("expected a whole number");
    assertThatThrownBy(() -> logUniform(0, 1)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> uniform(2, 1)).hasMessageContaining("a lower number and a higher");
    assertThatThrownBy(() -> small().halving(1, 2)).hasMessageContaining("at least 2 rounds");
    assertThatThrownBy(() -> small().vary(Knob.T_MAX, oneOf(5, 6)).halving(9, 3).steps(100).build())
        .hasMessageContaining("too small for 9 rounds");
    assertThatThrownBy(() -> small().vary(Knob.T_MAX, oneOf(5)).env("CartPole").build())
        .hasMessageContaining("a sweep is of one environment");
    assertThatThrownBy(() -> halving().evaluateEvery(301).build())
        .hasMessageContaining("at most 300 steps");
    assertThatThrownBy(() -> small().vary(Knob.LEARNING_RATE, oneOf(0.02)).build().start())
        .hasMessageContaining("vary learning-rate: one of 0.01, but one of 0.02 was asked for");
    assertThatThrownBy(
            () ->
                Sweep.of(NStepQ)
                    .vary(Knob.LEARNING_RATE, oneOf(0.01))
                    .env("Corridor")
                    .steps(200)
                    .threads(1)
                    .evaluationEpisodes(3)
                    .out(folder.resolve("out"))
                    .build()
                    .start())
        .hasMessageContaining("have algorithm: A3C, but NStepQ was asked for");
  }

  private Sweep.Builder halving() {
    return small()
        .vary(Knob.LEARNING_RATE, logUniform(1e-4, 1e-1))
        .runs(8)
        .halving(3, 2)
        .steps(1_200);
  }

  private Sweep.Builder small() {
    return Sweep.of(A3C)
        .env("Corridor")
        .steps(200)
        .threads(1)
        .evaluationEpisodes(3)
        .out(folder.resolve("out"));
  }

  /** The score at the end of the first round, read from the file. */
  private static double scoreBefore(Trial trial, long step) {
    List<EvaluationRecord> before =
        RunDirectory.readEvaluations(trial.folder()).stream()
            .filter(each -> each.step() <= step)
            .toList();
    return before.get(before.size() - 1).mean();
  }
}
