package dev.stampede.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {
  @Test
  void a_caller_cannot_change_them_afterwards() {
    double[][] given = {{1, 2}, {3, 4}};
    Scores scores = Scores.of(given);
    given[0][0] = 99;
    scores.toArray()[0] = 99;
    scores.ofTask(0)[0] = 99;

    assertThat(scores.toArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void what_is_not_a_matrix_of_numbers_is_refused() {
    assertThatThrownBy(() -> Scores.of(new double[][] {{1, 2}, {3}}))
        .hasMessage("run 1: expected scores on 2 tasks, as run 0 has, but got 1");
    assertThatThrownBy(() -> Scores.of(new double[][] {{1}, {Double.NaN}}))
        .hasMessage("run 1, task 0: expected a finite score but got NaN");
    assertThatThrownBy(Scores::ofOneTask).hasMessageContaining("got 0 runs");
  }

  @Test
  void normalised_scores_name_their_formula_and_do_not_mix_with_others() {
    Scores raw = Scores.of(new double[][] {{15, 40}});
    double[] random = {10, 30};
    double[] human = {20, 20};
    Scores plain = raw.humanNormalised(HumanNormalisation.PLAIN, random, human);
    Scores fitted = raw.humanNormalised(HumanNormalisation.MNIH_2016_RECONSTRUCTED, random, human);

    assertThat(plain.toArray()).containsExactly(0.5, -1);
    assertThat(plain.formula()).contains("(score − random)/(human − random)");
    assertThat(fitted.toArray()).containsExactly(0.5, 2);
    assertThat(fitted.formula().orElseThrow()).contains("reconstruction");
    assertThatThrownBy(() -> plain.humanNormalised(HumanNormalisation.PLAIN, random, human))
        .hasMessageContaining("normalised already");
    assertThatThrownBy(() -> Aggregate.probabilityOfImprovement(plain, fitted))
        .hasMessageContaining("same formula");
    assertThatThrownBy(() -> raw.humanNormalised(HumanNormalisation.PLAIN, random, random))
        .hasMessageContaining("finite");
  }

  @Test
  void sample_efficiency_is_the_iqm_at_each_step() {
    List<SampleEfficiency.Point> curve =
        SampleEfficiency.curve(
            List.of(1_000L, 2_000L),
            List.of(Scores.ofOneTask(1, 2, 3, 40), Scores.ofOneTask(7, 7, 7, 7)),
            Bootstrap.seeded(1, 1_000));

    assertThat(curve.get(0).iqm()).isEqualTo(2.5);
    assertThat(curve.get(0).interval().low()).isLessThan(2.5);
    assertThat(curve.get(0).interval().high()).isGreaterThan(3);
    assertThat(curve.get(1)).isEqualTo(new SampleEfficiency.Point(2_000, 7, new Interval(7, 7)));
  }

  @Test
  void the_same_seed_gives_the_same_interval_and_it_is_that_of_the_normal_distribution() {
    java.util.SplittableRandom random = new java.util.SplittableRandom(3);
    double[] values = random.doubles(400).toArray();
    Interval interval =
        Bootstrap.seeded(5, 4_000).interval(Scores.ofOneTask(values), Aggregate::mean);

    // Uniform on [0, 1): standard error of the mean √(1/12/400).
    double halfWidth = 1.96 * Math.sqrt(1 / 12.0 / 400);
    assertThat(interval)
        .isEqualTo(Bootstrap.seeded(5, 4_000).interval(Scores.ofOneTask(values), Aggregate::mean));
    assertThat((interval.high() - interval.low()) / 2)
        .isCloseTo(halfWidth, within(0.1 * halfWidth));
  }

  @Test
  void scores_on_a_common_scale_know_their_formula_and_a_task_without_width_is_0() {
    Scores raw = Scores.of(new double[][] {{5, 0.7}, {10, Math.nextUp(0.7)}});

    Scores rescaled =
        raw.rescaled(
            "(score − low)/(high − low)",
            new double[] {0, 0.7},
            new double[] {10, Math.nextUp(0.7)});

    assertThat(rescaled.toArray()).containsExactly(0.5, 0, 1, 0);
    assertThat(rescaled.formula()).hasValue("(score − low)/(high − low)");
    assertThatThrownBy(() -> rescaled.rescaled("again", new double[2], new double[2]))
        .hasMessageContaining("normalised already");
    assertThatThrownBy(() -> raw.rescaled("short", new double[1], new double[2]))
        .hasMessageContaining("one for each task, but got 1 and 2");
  }
}
