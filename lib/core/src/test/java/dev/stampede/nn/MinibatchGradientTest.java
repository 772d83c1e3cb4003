package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Block;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.Networks.Nonlinearity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients over some of the states that a network holds, in any order. */
class MinibatchGradientTest {
  private static final Space.Box FLOATS = Space.Box.floats(3);
  private static final Space.Box BYTES = Space.Box.bytes(4, 84, 84);
  private static final int STATES = 9;

  private final SplittableRandom random = new SplittableRandom(7);

  @ParameterizedTest
  @ValueSource(strings = {"dense", "tensor", "bytes", "tiles"})
  void it_is_that_of_these_states_alone(String kind) {
    Network network = network(kind);
    Parameters theta = new Parameters(network.size());
    theta.set(Initialization.TORCH.values(network, new SplitMix(1)));
    List<Observation> all = observations(network);
    try (LocalNetwork holdsAll = network.local(STATES);
        LocalNetwork holdsSome = network.local(STATES)) {
      holdsAll.sync(theta);
      holdsSome.sync(theta);
      for (int i = 0; i < STATES; i++) {
        holdsAll.put(i, all.get(i));
      }
      for (int[] some : new int[][] {{4}, {8, 0, 5}, {2, 2}, {7, 6, 5, 4, 3, 2, 1, 0, 8}}) {
        for (int i = 0; i < some.length; i++) {
          holdsSome.put(i, all.get(some[i]));
        }
        List<float[]> seen = new ArrayList<>();
        float[] expected = gradient(seen, (l, g) -> holdsSome.backward(some.length, l, g));
        float[] actual = gradient(seen, (l, g) -> holdsAll.backward(some, l, g));

        double size = largestDifference(expected, new float[expected.length]);
        assertThat(size).isPositive();
        assertThat(largestDifference(actual, expected)).isLessThanOrEqualTo(1e-5 * size);
        assertThat(Arrays.copyOf(seen.get(1), some.length * 2))
            .containsExactly(Arrays.copyOf(seen.get(0), some.length * 2), within(1e-6f));
      }
    }
  }

  @Test
  void states_of_a_recurrent_network_are_not_torn_apart() {
    Network network = new Network(Networks.mlpLstm(FLOATS, 2, 4, Nonlinearity.TANH, 5), FLOATS);
    try (LocalNetwork local = network.local(3)) {
      assertThatThrownBy(() -> local.backward(new int[] {0}, (out, dOut) -> 0, dTheta -> {}))
          .hasMessageContaining("this one is recurrent");
    }
  }

  private interface Backward {
    void run(LocalNetwork.Loss loss, LocalNetwork.GradientConsumer consumer);
  }

  /** Of Σ (row + 1) · ½(out + 1)². */
  private static float[] gradient(List<float[]> seen, Backward backward) {
    List<float[]> gradients = new ArrayList<>();
    backward.run(
        (out, dOut) -> {
          seen.add(out.clone());
          for (int k = 0; k < Math.min(out.length, dOut.length); k++) {
            dOut[k] = (k / 2 + 1) * (out[k] + 1);
          }
          return 0;
        },
        dTheta -> gradients.add(dTheta.toArray().clone()));
    return gradients.get(0);
  }

  private static double largestDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  private static Network network(String kind) {
    Block block =
        switch (kind) {
          case "bytes" -> Networks.smallConv(2);
          case "tiles" -> Networks.tiles(TileCoding.of(FLOATS, 4, new int[] {4}, 2), 2);
          default -> Networks.mlp(FLOATS, 2, Nonlinearity.TANH, 8);
        };
    return new Network(block, kind.equals("bytes") ? BYTES : FLOATS, kind.equals("dense"));
  }

  private List<Observation> observations(Network network) {
    List<Observation> all = new ArrayList<>();
    for (int i = 0; i < STATES; i++) {
      if (network.observations().equals(FLOATS)) {
        all.add(Observation.of(number(), number(), number()));
      } else {
        byte[] bytes = new byte[BYTES.bytes()];
        random.nextBytes(bytes);
        all.add(Observation.of(ByteBuffer.wrap(bytes)));
      }
    }
    return all;
  }

  private float number() {
    return (float) random.nextGaussian();
  }
}
