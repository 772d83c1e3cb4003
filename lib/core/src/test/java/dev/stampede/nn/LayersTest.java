package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.nn.Block;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.Networks.Nonlinearity;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LayersTest {
  private static final Space.Box SCREENS = Space.Box.bytes(4, 84, 84);
  private static final Space.Box SMALL = Space.Box.bytes(10, 10, 4); // Channels last.
  private static final Space.Box STATES = Space.Box.floats(6);
  private static final Space.Box TABLE = Space.Box.floats(2, 3);

  static Stream<Arguments> papers() {
    return Stream.of(
        like(
            Networks.smallConv(5),
            SCREENS,
            layers -> {
              layers.conv(16, 8, 4);
              layers.conv(32, 4, 2);
              layers.dense(256);
            }),
        like(
            Networks.smallConvLstm(5, 32),
            SCREENS,
            layers -> {
              layers.conv(16, 8, 4);
              layers.conv(32, 4, 2);
              layers.dense(256);
              layers.lstm(32);
            }),
        like(
            Networks.linear(Networks.channelsFirst(SMALL, Networks.gridConvFeatures()), 5),
            SMALL,
            layers -> {
              layers.conv(16, 3, 1);
              layers.dense(128);
            }),
        like(
            Networks.mlp(STATES, 5, Nonlinearity.TANH, 8, 7),
            STATES,
            layers -> {
              layers.tanh();
              layers.dense(8);
              layers.dense(7);
            }),
        like(Networks.mlp(TABLE, 5, Nonlinearity.RELU, 8), TABLE, layers -> layers.dense(8)),
        like(
            Networks.mlpLstm(STATES, 5, 4, Nonlinearity.RELU, 3),
            STATES,
            layers -> {
              layers.dense(3);
              layers.lstm(4);
            }));
  }

  private static Arguments like(Block block, Space.Box observations, Consumer<Layers> describe) {
    return Arguments.of(block, observations, describe);
  }

  @ParameterizedTest
  @MethodSource("papers")
  void in_words_it_is_the_same_network(
      Block paper, Space.Box observations, Consumer<Layers> describe) {
    Layers layers = new Layers();
    describe.accept(layers);
    Network expected = new Network(paper, observations);
    Network actual = new Network(layers.block(observations, 5), observations);

    assertThat(actual.size()).isEqualTo(expected.size());
    assertThat(actual.isFused()).isEqualTo(expected.isFused());
    assertThat(outputs(actual)).isEqualTo(outputs(expected)).isNotEqualTo(new float[5]);
  }

  private static float[] outputs(Network network) {
    SplitMix random = new SplitMix(3);
    float[] values = new float[network.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 10;
    }
    Parameters theta = new Parameters(network.size());
    theta.set(values);
    byte[] bytes = new byte[network.observations().size()];
    random.nextBytes(bytes);
    float[] numbers = new float[bytes.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = bytes[i];
    }
    boolean pixels = network.observations().element() == Space.Element.UINT8;
    try (LocalNetwork local = network.local(1)) {
      local.sync(theta);
      local.start(pixels ? Observation.of(bytes) : Observation.of(numbers));
      return local.forward(0).clone();
    }
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void heads_come_last_each_with_layers_of_its_own(
      Space.Box observations, Consumer<Layers> describe) {
    Layers layers = new Layers();
    describe.accept(layers);
    layers.head("next", 3, hidden -> hidden.dense(10));
    layers.head("reward", 1, hidden -> {});

    assertThat(layers.heads()).containsExactly(Map.entry("next", 3), Map.entry("reward", 1));
    Network with = new Network(layers.block(observations, 5 + 4), observations);
    assertThat(with.outputs()).isEqualTo(9);
    Layers without = new Layers();
    describe.accept(without);
    int last = lastHidden(observations, describe);
    assertThat(with.size())
        .isEqualTo(
            new Network(without.block(observations, 5), observations).size()
                + (last + 1) * 10
                + 11 * 3
                + (last + 1));
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        Arguments.of(STATES, (Consumer<Layers>) layers -> layers.dense(12)),
        Arguments.of(STATES, (Consumer<Layers>) layers -> layers.lstm(12)),
        Arguments.of(
            SCREENS,
            (Consumer<Layers>)
                layers -> {
                  layers.conv(4, 8, 8);
                  layers.dense(12);
                }));
  }

  private static int lastHidden(Space.Box observations, Consumer<Layers> describe) {
    int[] sizes = new int[2];
    for (int outputs = 1; outputs <= 2; outputs++) {
      Layers layers = new Layers();
      describe.accept(layers);
      sizes[outputs - 1] = new Network(layers.block(observations, outputs), observations).size();
    }
    return sizes[1] - sizes[0] - 1;
  }

  @Test
  void what_cannot_follow_is_refused() {
    Layers layers = new Layers();
    layers.lstm(4);
    assertThatThrownBy(() -> layers.dense(3)).hasMessageContaining("before the LSTM cells");
    assertThatThrownBy(() -> layers.conv(3, 3, 1)).hasMessageContaining("before all dense layers");
    assertThatThrownBy(() -> layers.lstm(4)).hasMessageContaining("once");
    assertThatThrownBy(() -> new Layers().dense(0)).hasMessageContaining("at least 1 but got 0");
    assertThatThrownBy(() -> new Layers().head("x", 1, hidden -> hidden.lstm(2)))
        .hasMessageContaining("dense layers alone");
    layers.head("x", 1, hidden -> {});
    assertThatThrownBy(() -> layers.head("x", 1, hidden -> {}))
        .hasMessageContaining("there is one of that name");
  }
}
