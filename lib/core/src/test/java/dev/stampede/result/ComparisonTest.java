package dev.stampede.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
  private static final Bootstrap QUICK = Bootstrap.seeded(0, 1_000);
  private static final Bootstrap FEW = Bootstrap.seeded(0, 300);

  @Test
  void seeds_needed_follow_the_formula() {
    // 10 · 10/9 · (2/1)² = 44.4
    assertThat(SeedsNeeded.perAlgorithm(1, new Interval(-1, 3), 10, 10)).hasValue(45);
    assertThat(SeedsNeeded.perAlgorithm(-1, new Interval(-3, 1), 10, 10)).hasValue(45);
    // The harmonic mean of 5 and 20 is 8: 8 · 8/7 · (2/1)² = 36.6
    assertThat(SeedsNeeded.perAlgorithm(1, new Interval(-1, 3), 5, 20)).hasValue(37);
    assertThat(SeedsNeeded.perAlgorithm(0, new Interval(-1, 1), 10, 10)).isEmpty();
    assertThat(SeedsNeeded.perAlgorithm(0.01, new Interval(-1, 1), 10, 10)).isEmpty();
    assertThat(SeedsNeeded.perAlgorithm(1, new Interval(1, 1), 10, 10)).hasValue(1);
    assertThatThrownBy(() -> SeedsNeeded.perAlgorithm(1, new Interval(0, 2), 1, 9))
        .hasMessageContaining("one has no spread");
  }

  @Test
  void at_as_many_seeds_as_are_needed_about_half_of_the_experiments_decide() {
    // The true difference is 0.6 of a standard deviation; a large sample tells what is needed.
    SplittableRandom random = new SplittableRandom(11);
    Scores x = normal(random, 500, 0.6);
    Scores y = normal(random, 500, 0);
    Interval difference =
        QUICK.interval(
            x, y, (a, b) -> Aggregate.interquartileMean(a) - Aggregate.interquartileMean(b));
    int needed = SeedsNeeded.perAlgorithm(0.6, difference, 500, 500).orElseThrow();

    assertThat(needed).isBetween(18, 36); // (1.96/0.6)² · 2 = 21 for means; an IQM is less sharp.
    assertThat(decided(random, needed, 0.6)).isBetween(0.3, 0.7);
    assertThat(decided(random, 2 * needed, 0.6)).isBetween(0.65, 0.95);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8, 20})
  void of_equal_algorithms_hardly_any_are_told_apart(int seeds) {
    double wrong = decided(new SplittableRandom(seeds), seeds, 0);

    assertThat(wrong).isLessThanOrEqualTo(seeds < 4 ? 0 : 0.1);
  }

  @Test
  void a_clear_difference_is_decided_and_said_in_one_sentence() {
    Map<String, Scores> scores = new TreeMap<>();
    scores.put("A", Scores.ofOneTask(10, 11, 12, 13, 14));
    scores.put("B", Scores.ofOneTask(20, 21, 22, 23, 24));
    Comparison comparison = Comparison.of(scores);

    assertThat(comparison.verdict())
        .isEqualTo(
            "B is better than A, at the 95 % level: IQM 22.00 against 12.00, probability of"
                + " improvement 1.00 [95 %: 1.00, 1.00], 5 seeds of each.");
    assertThat(comparison.verdicts().get(0).seedsNeeded()).isEmpty();
    assertThat(comparison.rows().get(0).interval().orElseThrow().contains(12)).isTrue();
  }

  @Test
  void an_interval_with_one_half_in_it_is_not_decided_and_tells_how_many_seeds_more() {
    Verdict verdict =
        Verdict.of(
            "A",
            Scores.ofOneTask(10, 12, 14, 16, 18),
            "B",
            Scores.ofOneTask(11, 13, 16, 18, 20),
            QUICK);

    assertThat(verdict.probabilityInterval().contains(0.5)).isTrue();
    assertThat(verdict.decided()).isFalse();
    int needed = verdict.seedsNeeded().orElseThrow();
    assertThat(needed).isBetween(6, 200);
    assertThat(verdict.sentence())
        .startsWith("Not decided whether B is better than A: IQM 15.67 against 14.00,")
        .endsWith(
            "; about "
                + (needed - 5)
                + " more seeds of each would be needed if the difference stays as it is.");
  }

  @Test
  void what_is_the_same_no_sensible_number_of_seeds_tells_apart() {
    Scores solved = Scores.ofOneTask(500, 500, 500, 500, 500);
    Verdict verdict = Verdict.of("A", solved, "B", solved, QUICK);

    assertThat(verdict.probability()).isEqualTo(0.5);
    assertThat(verdict.seedsNeeded()).isEqualTo(OptionalInt.empty());
    assertThat(verdict.sentence())
        .startsWith("Not decided")
        .contains("no sensible number of seeds (at most 1000 of each)");
  }

  @Test
  void too_few_seeds_decide_nothing_however_far_apart() {
    Verdict one = Verdict.of("A", Scores.ofOneTask(1), "B", Scores.ofOneTask(9), QUICK);
    Verdict three =
        Verdict.of("A", Scores.ofOneTask(1, 2, 3), "B", Scores.ofOneTask(7, 8, 9), QUICK);
    Verdict four =
        Verdict.of("A", Scores.ofOneTask(1, 2, 3, 4), "B", Scores.ofOneTask(6, 7, 8, 9), QUICK);
    Verdict threeOnTwoTasks =
        Verdict.of(
            "A",
            Scores.of(new double[][] {{1, 1}, {2, 2}, {3, 3}}),
            "B",
            Scores.of(new double[][] {{7, 7}, {8, 8}, {9, 9}}),
            QUICK);

    assertThat(one.sentence())
        .contains("probability of improvement 1.00, 1 seed of each; at least 4 seeds of each");
    assertThat(three.probabilityInterval()).isEqualTo(new Interval(1, 1));
    assertThat(three.decided()).isFalse();
    assertThat(three.seedsNeeded()).hasValue(4);
    assertThat(four.decided()).isTrue();
    assertThat(threeOnTwoTasks.decided()).isFalse(); // More tasks are no more runs.
    assertThat(threeOnTwoTasks.probabilityInterval()).isEqualTo(new Interval(1, 1));
    assertThat(threeOnTwoTasks.seedsNeeded()).hasValue(4);
  }

  @Test
  void two_measures_that_disagree_are_said_to_disagree() {
    // B is higher in most pairs, A in the middle half.
    Verdict verdict =
        Verdict.of(
            "A",
            Scores.ofOneTask(0, 0, 0, 5, 90, 90, 90, 90),
            "B",
            Scores.ofOneTask(6, 6, 6, 6, 7, 91, 91, 91),
            QUICK);

    assertThat(verdict.x()).isEqualTo("A");
    assertThat(verdict.probability()).isLessThan(0.5);
    assertThat(verdict.decided()).isFalse();
    assertThat(verdict.sentence()).contains("disagree on which is better");
  }

  @Test
  void scores_of_different_tasks_are_refused() {
    assertThatThrownBy(
            () ->
                Comparison.of(
                    Map.of("A", Scores.ofOneTask(1, 2), "B", Scores.of(new double[][] {{1, 2}}))))
        .hasMessageContaining("same tasks");
  }

  private static double decided(SplittableRandom random, int seeds, double difference) {
    int experiments = 200;
    int decided = 0;
    for (int i = 0; i < experiments; i++) {
      Scores x = normal(random, seeds, difference);
      Scores y = normal(random, seeds, 0);
      decided += Verdict.of("x", x, "y", y, FEW).decided() ? 1 : 0;
    }
    return decided / (double) experiments;
  }

  /** Standard normal scores around a mean, by Box and Muller. */
  private static Scores normal(SplittableRandom random, int seeds, double mean) {
    return Scores.ofOneTask(
        random
            .doubles(seeds, Double.MIN_NORMAL, 1)
            .map(
                u ->
                    mean
                        + Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.nextDouble()))
            .toArray());
  }
}
