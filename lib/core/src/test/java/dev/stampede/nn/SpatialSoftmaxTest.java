package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.nn.Block;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** In closed form; {@code SequencesGradientTest} holds whole networks with it against torch. */
class SpatialSoftmaxTest {
  private static final Offset<Float> ROUNDING = offset(1e-6f);

  @Test
  void each_channel_gives_x_and_y_of_where_it_is_active() {
    float[] channels = new float[2 * 3 * 5];
    channels[4] = 100; // Channel 0: first row, last column.
    channels[15 + 5 + 2] = 100; // Channel 1: the centre.

    assertThat(outputs(new SpatialSoftmax(), channels, 2, 3, 5))
        .containsExactly(new float[] {1, -1, 0, 0}, ROUNDING);
    assertThat(outputs(new SpatialSoftmax(), new float[30], 2, 3, 5))
        .containsExactly(new float[] {0, 0, 0, 0}, ROUNDING);
    assertThat(outputs(new SpatialSoftmax(), new float[] {3, 9}, 2, 1, 1))
        .containsExactly(new float[] {0, 0, 0, 0}, ROUNDING);
  }

  /** Of two positions side by side, x is tanh((b − a) / 2α). */
  @Test
  void the_temperature_divides_what_a_channel_holds() {
    float[] pair = {0.25f, 1.5f};
    for (double alpha : new double[] {0.5, 1, 4}) {
      float x = (float) Math.tanh(1.25 / (2 * alpha));

      assertThat(outputs(new SpatialSoftmax(alpha), pair, 1, 1, 2))
          .containsExactly(new float[] {x, 0}, ROUNDING);
      assertThat(outputs(SpatialSoftmax.learned(alpha), pair, 1, 1, 2))
          .containsExactly(new float[] {x, 0}, ROUNDING);
    }
  }

  @Test
  void a_learned_temperature_starts_where_it_was_told_and_has_its_gradient() {
    double alpha = 2;
    Network network = new Network(SpatialSoftmax.learned(alpha), Space.Box.floats(1, 1, 2));
    Parameters theta = new Parameters(network.size());
    theta.set(Initialization.HE.values(network, new SplittableRandom(1)));
    assertThat(theta.toArray()).containsExactly((float) alpha);
    try (LocalNetwork local = network.local(1)) {
      local.sync(theta);
      local.put(0, Observation.of(0.25f, 1.5f));
      float[][] gradient = new float[1][];
      local.backward(
          1,
          (out, dOut) -> {
            dOut[0] = 1;
            return 0;
          },
          dTheta -> gradient[0] = dTheta.toArray());

      double x = Math.tanh(1.25 / (2 * alpha));
      double expected = -(1 - x * x) * 1.25 / (2 * alpha * alpha);
      assertThat(gradient[0]).containsExactly(new float[] {(float) expected}, ROUNDING);
    }
  }

  @Test
  void what_is_no_picture_and_no_temperature_is_refused() {
    assertThatThrownBy(() -> new SpatialSoftmax(0))
        .hasMessageContaining("expected a number above 0 but got 0.0");
    assertThatThrownBy(() -> new Network(new SpatialSoftmax(), Space.Box.floats(4)))
        .hasMessageContaining("(batch, channels, height, width)");
  }

  private static float[] outputs(Block block, float[] state, int... shape) {
    Network network = new Network(block, Space.Box.floats(shape));
    Parameters theta = new Parameters(network.size());
    theta.set(Initialization.TORCH.values(network, new SplittableRandom(1)));
    try (LocalNetwork local = network.local(1)) {
      local.sync(theta);
      local.put(0, Observation.of(state));
      return local.forward(0).clone();
    }
  }
}
