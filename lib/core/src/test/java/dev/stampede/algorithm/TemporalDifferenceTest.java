package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Action;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Targets, loss and gradient of every combination of parts, against torch. */
class TemporalDifferenceTest {

  static List<Oracles> cases() throws IOException {
    return Oracles.read("replay").records("cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void targets_loss_priorities_and_gradient_equal_those_of_torch(Oracles reference) {
    TemporalDifference td =
        new TemporalDifference(
            new ActionValues(reference.whole("size"), reference.yes("dueling")),
            reference.yes("doubleQ"),
            reference.yes("huber"));
    Written batch = new Written(reference);
    float[] out = reference.floats("out");
    float[] dOut = new float[out.length];
    double[] p = new double[batch.size()];

    double[] y = td.targets(batch);
    ActorLearner.Terms terms = td.loss(batch, y, p, out, dOut);

    assertClose(y, reference.numbers("y"));
    assertClose(p, reference.numbers("p"));
    assertClose(new double[] {terms.sum()}, new double[] {reference.number("loss")});
    double[] gradient = new double[dOut.length];
    for (int k = 0; k < dOut.length; k++) {
      gradient[k] = dOut[k];
    }
    assertClose(gradient, reference.numbers("dOut"));
  }

  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int k = 0; k < expected.length; k++) {
      assertThat(actual[k]).isCloseTo(expected[k], within(2e-6 * Math.max(1, expected[k])));
    }
  }

  /** Transitions and outputs that are written down. */
  private record Written(Oracles reference) implements Minibatch {
    @Override
    public int size() {
      return reference.wholes("actions").length;
    }

    @Override
    public Action action(int j) {
      return Action.of(reference.wholes("actions")[j]);
    }

    @Override
    public double reward(int j) {
      return reference.numbers("rewards")[j];
    }

    @Override
    public double discount(int j) {
      return reference.numbers("discounts")[j];
    }

    @Override
    public double weight(int j) {
      return reference.numbers("weights")[j];
    }

    @Override
    public float[] next() {
      return reference.floats("next");
    }

    @Override
    public float[] nextTarget() {
      return reference.floats("target");
    }

    @Override
    public void update(ActorLearner.Loss loss) {
      throw new UnsupportedOperationException("nothing learns here");
    }

    @Override
    public void prioritize(double[] p) {
      throw new UnsupportedOperationException("nothing learns here");
    }
  }
}
