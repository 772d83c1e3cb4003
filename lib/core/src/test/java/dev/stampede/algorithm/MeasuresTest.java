package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MeasuresTest {
  private static Measures of(double[] values, double[] targets) {
    Measures measures = new Measures();
    for (int i = 0; i < values.length; i++) {
      measures.value(values[i], targets[i]);
    }
    return measures;
  }

  @Test
  void values_explain_all_nothing_or_less_than_nothing() {
    double[] targets = {1, 2, 3, 6};
    assertThat(of(targets, targets).explainedVariance()).isEqualTo(1);
    assertThat(of(new double[] {5, 6, 7, 10}, targets).explainedVariance())
        .as("a constant error is no matter of variance")
        .isEqualTo(1);
    assertThat(of(new double[] {4, 4, 4, 4}, targets).explainedVariance()).isZero();
    assertThat(of(new double[] {-1, -2, -3, -6}, targets).explainedVariance())
        .isCloseTo(-3, within(1e-12));
  }

  @Test
  void targets_that_do_not_differ_leave_nothing_to_explain() {
    assertThat(of(new double[] {1, 2}, new double[] {7, 7}).explainedVariance()).isNaN();
    assertThat(new Measures().explainedVariance()).isNaN();
    assertThat(new Measures().entropy()).isNaN();
  }

  @Test
  void parts_added_are_the_whole() {
    SplittableRandom random = new SplittableRandom(1);
    Measures whole = new Measures();
    Measures sum = new Measures();
    for (int part = 0; part < 5; part++) {
      Measures each = new Measures();
      for (int i = 0; i < 10 * part; i++) {
        double value = random.nextDouble();
        double target = value + random.nextDouble() / 2;
        double entropy = random.nextDouble();
        each.value(value, target);
        whole.value(value, target);
        assertThat(each.entropy(entropy)).isEqualTo(entropy);
        whole.entropy(entropy);
      }
      sum.add(each);
    }
    assertThat(sum.explainedVariance()).isCloseTo(whole.explainedVariance(), within(1e-12));
    assertThat(sum.entropy()).isCloseTo(whole.entropy(), within(1e-12));
  }
}
