package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Twenty updates by two learners, of a vector of more than two chunks, in parts that chunks do not
 * divide. Adam and momentum SGD against torch.optim in float64, RMSProp (ε inside the root, which
 * torch has outside) against its formula.
 */
class OptimizerReferenceTest {

  static List<Oracles> cases() throws IOException {
    return Oracles.read("optimizers").records("cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theta_takes_the_path_of_the_reference(Oracles reference) throws IOException {
    Oracles all = Oracles.read("optimizers");
    int size = all.whole("size");
    OptimizerKind kind =
        Stream.of(OptimizerKind.values())
            .filter(each -> each.label().equals(reference.text("kind")))
            .findFirst()
            .orElseThrow();
    double clip = reference.has("clip") ? reference.number("clip") : Double.POSITIVE_INFINITY;
    Optimizer[] ofLearner = new Optimizer[2];
    for (int i = 0; i < ofLearner.length; i++) {
      ofLearner[i] =
          kind.shared() && i > 0
              ? ofLearner[0]
              : kind.make(size, reference.number("decay"), reference.number("epsilon"), clip);
    }
    float[] start = floats(size, 50, 0.1);
    Parameters theta = new Parameters(size);
    theta.set(start);
    double[] eta = all.numbers("learningRates");
    double[] norms = all.numbers("norms");
    List<Integer> kept = Arrays.stream(all.wholes("kept")).boxed().toList();
    float[][] path = reference.rows("theta");
    for (int k = 0; k < eta.length; k++) {
      Gradient dTheta = new InTwoParts(floats(size, 200 + k, all.numbers("scales")[k]), 700);
      double norm = ofLearner[all.wholes("learners")[k]].update(theta, dTheta, eta[k]);

      assertThat(norm).isCloseTo(norms[k], within(1e-6 * norms[k]));
      if (kept.contains(k + 1)) {
        assertMoved(start, theta.toArray(), path[kept.indexOf(k + 1)], all.whole("every"));
      }
    }
  }

  /** The error is held against how far θ has moved. */
  private static void assertMoved(float[] start, float[] theta, float[] expected, int every) {
    double moved = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      moved = Math.max(moved, Math.abs(expected[i] - start[i * every]));
      difference = Math.max(difference, Math.abs(expected[i] - theta[i * every]));
    }
    assertThat(expected).hasSize((theta.length + every - 1) / every);
    assertThat(difference / moved).isLessThanOrEqualTo(1e-5);
  }

  private static float[] floats(int n, int salt, double scale) {
    double[] values = Oracles.hashed(n, salt);
    float[] floats = new float[n];
    for (int i = 0; i < n; i++) {
      floats[i] = (float) ((2 * values[i] - 1) * scale);
    }
    return floats;
  }

  private static final class InTwoParts extends Gradient {
    private final float[] values;
    private final int cut;

    InTwoParts(float[] values, int cut) {
      this.values = values;
      this.cut = cut;
    }

    @Override
    public double norm() {
      double sum = 0;
      for (float value : values) {
        sum += (double) value * value;
      }
      return Math.sqrt(sum);
    }

    @Override
    int partCount() {
      return 2;
    }

    @Override
    int from(int part) {
      return part * cut;
    }

    @Override
    FloatBuffer part(int part) {
      float[] piece =
          part == 0
              ? Arrays.copyOfRange(values, 0, cut)
              : Arrays.copyOfRange(values, cut, values.length);
      return FloatBuffer.wrap(piece);
    }
  }
}
