package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import org.junit.jupiter.api.Test;

class RmsPropTest {
  /**
   * y = w·x + b with w and b one number each, so that the gradient is known: dw = x·dy, db = dy.
   */
  private static final Network LINE =
      new Network(
          Networks.mlp(Space.Box.floats(1), 1, Networks.Nonlinearity.TANH), Space.Box.floats(1));

  @Test
  void divides_by_the_root_of_the_running_square_plus_epsilon_inside_the_root() {
    RmsProp optimizer = new RmsProp(2, 0.9, 0.1, Double.POSITIVE_INFINITY);
    Parameters theta = new Parameters(2);
    theta.set(new float[] {1, 2});

    double norm = update(optimizer, theta, 3, 2, 0.5);
    double gw = 0.1 * 36;
    double gb = 0.1 * 4;
    double w = 1 - 0.5 * 6 / Math.sqrt(gw + 0.1);
    double b = 2 - 0.5 * 2 / Math.sqrt(gb + 0.1);
    assertThat(norm).isCloseTo(Math.sqrt(40), offset(1e-6));
    assertThat((double) theta.toArray()[0]).isCloseTo(w, offset(1e-6));
    assertThat((double) theta.toArray()[1]).isCloseTo(b, offset(1e-6));

    update(optimizer, theta, 3, 2, 0.5);
    gw = 0.9 * gw + 0.1 * 36;
    assertThat((double) theta.toArray()[0])
        .isCloseTo(w - 0.5 * 6 / Math.sqrt(gw + 0.1), offset(1e-6));
  }

  @Test
  void scales_a_gradient_down_to_the_largest_norm_allowed() {
    RmsProp optimizer = new RmsProp(2, 0, 0, 5);
    Parameters theta = new Parameters(2);

    // With α = 0 and ε = 0 each step is ±η whatever the gradient's size; with ε it shows the
    // clipped size.
    update(optimizer, theta, 0.75f, 40, 1);
    assertThat(theta.toArray()).containsExactly(-1f, -1f);

    RmsProp damped = new RmsProp(2, 1, 1, 5);
    Parameters zero = new Parameters(2);
    update(damped, zero, 0.75f, 40, 1); // (30, 40) has norm 50, scaled to 5: (3, 4); √(0 + 1) = 1
    assertThat((double) zero.toArray()[0]).isCloseTo(-3, offset(1e-5));
    assertThat((double) zero.toArray()[1]).isCloseTo(-4, offset(1e-5));
  }

  @Test
  void updates_every_element_of_a_vector_longer_than_a_chunk() {
    Network wide =
        new Network(
            Networks.mlp(Space.Box.floats(2500), 1, Networks.Nonlinearity.TANH),
            Space.Box.floats(2500));
    RmsProp optimizer = new RmsProp(wide.size(), 0, 0, Double.POSITIVE_INFINITY);
    Parameters theta = new Parameters(wide.size());
    float[] ones = new float[2500];
    java.util.Arrays.fill(ones, 1);
    try (LocalNetwork network = wide.local(1)) {
      network.put(0, Observation.of(ones));
      network.backward(
          1, (out, dOut) -> dOut[0] = 7, dTheta -> optimizer.update(theta, dTheta, 0.25));
    }
    assertThat(theta.toArray()).hasSize(2501).containsOnly(-0.25f);
  }

  @Test
  void a_gradient_that_is_not_a_number_leaves_theta_as_it_was() {
    RmsProp optimizer = new RmsProp(2, 0.9, 0.1, 40);
    Parameters theta = new Parameters(2);
    theta.set(new float[] {1, 2});

    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> update(optimizer, theta, 3, bad, 0.5))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the gradient's norm is");
    }
    assertThat(theta.toArray()).containsExactly(1, 2);
  }

  private static double update(RmsProp optimizer, Parameters theta, float x, float dy, double eta) {
    double[] norm = new double[1];
    try (LocalNetwork network = LINE.local(1)) {
      network.sync(theta);
      network.put(0, Observation.of(x));
      network.backward(
          1, (out, dOut) -> dOut[0] = dy, dTheta -> norm[0] = optimizer.update(theta, dTheta, eta));
    }
    return norm[0];
  }
}
