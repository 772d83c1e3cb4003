package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.Networks.Nonlinearity;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ObservationGradientTest {
  private static final Space.Box SIX = Space.Box.floats(6);
  private static final Space.Box GRID = Space.Box.floats(2, 5, 5);

  static Stream<Arguments> networks() {
    var layers = new SequentialBlock(); // Smooth, so that slopes are those of the same branch.
    layers.add(
        Conv2d.builder()
            .setKernelShape(new Shape(3, 3))
            .optStride(new Shape(1, 1))
            .setFilters(4)
            .build());
    layers.add(Activation.tanhBlock()).add(Blocks.batchFlattenBlock());
    Block conv = Networks.linear(layers, 3);
    return Stream.of(
        Arguments.of("dense in Java", Networks.mlp(SIX, 3, Nonlinearity.TANH, 8), SIX, true),
        Arguments.of("dense", Networks.mlp(SIX, 3, Nonlinearity.TANH, 8), SIX, false),
        Arguments.of("convolutions", conv, GRID, true),
        Arguments.of("LSTM", Networks.mlpLstm(SIX, 3, 4, Nonlinearity.TANH, 8), SIX, true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void is_that_of_finite_differences(String name, Block block, Space.Box box, boolean fused) {
    Network network = new Network(block, box, fused);
    assertThat(network.isFused()).isEqualTo(name.equals("dense in Java"));
    float[] state = random(box.size(), 3);
    try (LocalNetwork local = network.local(3)) {
      Parameters theta = new Parameters(network.size());
      theta.set(Initialization.HE.values(network, new SplitMix(1)));
      local.sync(theta);
      local.start(Observation.of(random(box.size(), 2)));
      local.forward(0);
      local.put(1, Observation.of(state));

      float[] gradient = local.observationGradient(1, ObservationGradientTest::loss);

      assertThat(gradient).hasSize(box.size());
      for (int k = 0; k < state.length; k++) {
        double slope = (at(local, state, k, 1e-3f) - at(local, state, k, -1e-3f)) / 2e-3;
        assertThat((double) gradient[k]).isCloseTo(slope, within(2e-2 * (1 + Math.abs(slope))));
      }
      assertThat(gradient).isNotEqualTo(new float[box.size()]);
    }
  }

  /** 2 out₀ − out₂. */
  private static double loss(float[] out, float[] dOut) {
    dOut[0] = 2;
    dOut[2] = -1;
    return 2 * out[0] - out[2];
  }

  private static double at(LocalNetwork local, float[] state, int k, float by) {
    float[] moved = state.clone();
    moved[k] += by;
    local.put(1, Observation.of(moved));
    return loss(local.forward(1), new float[3]);
  }

  private static float[] random(int n, long seed) {
    SplitMix random = new SplitMix(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  @Test
  void looking_at_it_leaves_outputs_and_parameter_gradients_as_they_were() {
    Network network = new Network(Networks.linear(Networks.gridConvFeatures(), 3), GRID);
    try (LocalNetwork local = network.local(2)) {
      Parameters theta = new Parameters(network.size());
      theta.set(Initialization.HE.values(network, new SplitMix(1)));
      local.sync(theta);
      local.start(Observation.of(random(GRID.size(), 2)));
      float[] before = local.forward(0).clone();
      float[] dTheta = gradient(local);
      float[] out = local.forward(0);

      local.observationGradient(0, ObservationGradientTest::loss);

      assertThat(out).as("the array that is acted on").isEqualTo(before);
      assertThat(gradient(local)).isEqualTo(dTheta);
    }
  }

  private static float[] gradient(LocalNetwork local) {
    float[][] taken = new float[1][];
    local.backward(1, ObservationGradientTest::loss, dTheta -> taken[0] = dTheta.toArray());
    return taken[0];
  }

  @Test
  void saliency_is_the_largest_of_each_places_channels() {
    for (Space.Box box : new Space.Box[] {Space.Box.floats(2, 3, 4), Space.Box.floats(3, 4, 2)}) {
      Network network = new Network(Networks.mlp(box, 3, Nonlinearity.TANH, 8), box);
      try (LocalNetwork local = network.local(1)) {
        Parameters theta = new Parameters(network.size());
        theta.set(Initialization.HE.values(network, new SplitMix(1)));
        local.sync(theta);
        local.start(Observation.of(random(box.size(), 2)));
        float[] g = local.observationGradient(0, ObservationGradientTest::loss);

        Saliency saliency = Saliency.of(local, 0, box, ObservationGradientTest::loss);

        boolean first = box.shape()[0] == 2;
        assertThat(new int[] {saliency.width(), saliency.height()}).containsExactly(4, 3);
        assertThat(saliency.values()[7])
            .isEqualTo(
                first
                    ? Math.max(Math.abs(g[7]), Math.abs(g[12 + 7]))
                    : Math.max(Math.abs(g[14]), Math.abs(g[15])));
      }
    }
  }

  @Test
  void tiles_have_none() {
    Network network = new Network(Networks.tiles(TileCoding.of(SIX, 2, new int[] {2}, 1), 3), SIX);
    try (LocalNetwork local = network.local(1)) {
      assertThatThrownBy(() -> local.observationGradient(0, ObservationGradientTest::loss))
          .hasMessageContaining("tiles are constant");
    }
  }
}
