package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Block;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.HiddenLayer.Kind;
import dev.stampede.nn.Networks.Nonlinearity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HiddenLayerTest {
  private static final Space.Box ONE_NUMBER = Space.Box.floats(1);

  /** More than are computed at once. */
  private static List<Observation> states() {
    List<Observation> states = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      states.add(Observation.of(i / 100f)); // From 0 to 0.99.
    }
    return states;
  }

  @Test
  void relu_units_that_are_never_above_0_are_dead() {
    Network network = new Network(Networks.mlp(ONE_NUMBER, 1, Nonlinearity.RELU, 4), ONE_NUMBER);
    // Weights and biases of the hidden units, weights and bias of the output.
    float[] theta = {1, -1, 2, 1, /**/ 0, 0, -1.97f, -1, /**/ 1, 1, 1, 1, /**/ 0};

    List<HiddenLayer> layers = HiddenLayer.of(network, theta, states());

    // Unit 1 fires, unit 2 is never above 0, unit 3 is for the last state alone, unit 4 never is.
    assertThat(layers).containsExactly(new HiddenLayer(1, Kind.RELU, 4, 2, 0, 100));
  }

  @Test
  void tanh_units_that_stay_at_an_end_are_saturated() {
    Network network = new Network(Networks.mlp(ONE_NUMBER, 1, Nonlinearity.TANH, 4), ONE_NUMBER);
    float[] theta = {1, 0, 9, -500, /**/ 0, 9, 0, -0.1f, /**/ 1, 1, 1, 1, /**/ 0};

    HiddenLayer layer = HiddenLayer.of(network, theta, states()).get(0);

    // Unit 2 is at 1; unit 4 at −1 in all states but the first, which is 1 %.
    assertThat(layer.kind()).isEqualTo(Kind.TANH);
    assertThat(layer.saturated()).isEqualTo(2);
  }

  @Test
  void each_hidden_layer_is_looked_into_and_a_channel_is_a_unit() {
    Space.Box picture = Space.Box.bytes(4, 84, 84);
    Network network = new Network(Networks.smallConv(7), picture);
    byte[] pixels = new byte[4 * 84 * 84];
    new SplitMix(3).nextBytes(pixels);
    float[] theta = Initialization.HE.values(network, new SplitMix(1));

    List<HiddenLayer> layers = HiddenLayer.of(network, theta, List.of(Observation.of(pixels)));

    assertThat(layers).extracting(HiddenLayer::units).containsExactly(16, 32, 256);
    assertThat(layers).extracting(HiddenLayer::number).containsExactly(1, 2, 3);
    assertThat(layers.get(2).dead()).isBetween(50, 200); // Of one state, about half.
    assertThat(HiddenLayer.of(network, new float[network.size()], List.of(Observation.of(pixels))))
        .extracting(HiddenLayer::dead)
        .containsExactly(16, 32, 256);
  }

  @Test
  void separate_networks_side_by_side_are_both_looked_into() {
    Block block = Networks.separateMlps(ONE_NUMBER, 2, Nonlinearity.RELU, 3, 5);
    Network network = new Network(block, ONE_NUMBER);

    List<HiddenLayer> layers =
        HiddenLayer.of(network, new float[network.size()], states().subList(0, 40));

    assertThat(layers).extracting(HiddenLayer::units).containsExactly(3, 5, 3, 5);
    assertThat(layers).extracting(HiddenLayer::states).containsOnly(40);
  }

  @Test
  void a_recurrent_network_is_not_looked_into() {
    Network network =
        new Network(Networks.mlpLstm(ONE_NUMBER, 2, 4, Nonlinearity.TANH, 3), ONE_NUMBER);

    assertThat(HiddenLayer.of(network, new float[network.size()], states())).isEmpty();
    assertThat(
            HiddenLayer.of(
                new Network(Networks.mlp(ONE_NUMBER, 1, Nonlinearity.RELU, 2), ONE_NUMBER),
                new float[7],
                List.of()))
        .isEmpty();
  }
}
