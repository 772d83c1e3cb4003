package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TileCodingTest {
  private static final TileCoding EIGHT =
      new TileCoding(8, new int[] {8, 8}, new double[] {-1.2, -0.07}, new double[] {0.6, 0.07});

  static IntStream seeds() {
    return IntStream.range(0, 20);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void each_tiling_has_the_tile_that_its_moved_grid_says(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int k = random.nextInt(1, 5);
    int n = 1 << random.nextInt(5);
    int[] tiles = random.ints(k, 1, 7).toArray();
    double[] low = random.doubles(k, -3, 0).toArray();
    double[] high = random.doubles(k, 1, 4).toArray();
    TileCoding coding = new TileCoding(n, tiles, low, high);
    Set<String> tilesSeen = new HashSet<>();
    Set<Integer> indicesSeen = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      float[] x = new float[k];
      for (int d = 0; d < k; d++) {
        x[d] = (float) random.nextDouble(low[d], high[d]);
      }
      int[] active = active(coding, x);
      for (int j = 0; j < n; j++) {
        StringBuilder tile = new StringBuilder().append(j);
        for (int d = 0; d < k; d++) {
          double width = (high[d] - low[d]) / tiles[d];
          double moved = Math.floorMod(j * new int[] {1, 3, 5, 7}[d], n) * width / n;
          tile.append(' ').append((int) Math.floor((x[d] - low[d] + moved) / width + 1e-12));
        }
        assertThat(tilesSeen.add(tile.toString())).isEqualTo(indicesSeen.add(active[j]));
      }
    }
    assertThat(indicesSeen).allMatch(i -> i >= 0 && i < coding.features());
  }

  @Test
  void as_many_features_are_on_as_there_are_tilings_and_none_of_two_tilings_is_the_same() {
    assertThat(EIGHT.features()).isEqualTo(8 * 9 * 9);
    for (float[] corner : new float[][] {{-1.2f, -0.07f}, {0.6f, 0.07f}, {-1.2f, 0.07f}, {0, 0}}) {
      int[] active = active(EIGHT, corner);
      assertThat(Arrays.stream(active).map(i -> i / 81)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      assertThat(active(EIGHT, corner)).isEqualTo(active);
    }
  }

  @Test
  void neighbours_share_most_tiles_and_strangers_none() {
    float width = 1.8f / 8;

    assertThat(shared(-0.5f, -0.5f + width / 8)).isEqualTo(7); // An eighth of a tile: one of 8.
    assertThat(shared(-0.5f, -0.5f + width / 2)).isEqualTo(4);
    assertThat(shared(-0.5f, -0.5f + width * 1.01f)).isZero();
  }

  @Test
  void what_is_beyond_the_bounds_is_cut_off_at_them() {
    assertThat(active(EIGHT, -7, 3)).isEqualTo(active(EIGHT, -1.2f, 0.07f));
    assertThat(active(EIGHT, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY))
        .isEqualTo(active(EIGHT, -1.2f, 0.07f));
    Space.Box halfOpen =
        Space.Box.floats(
            new int[] {2},
            new float[] {0, Float.NEGATIVE_INFINITY},
            new float[] {1, Float.MAX_VALUE});
    TileCoding coding = TileCoding.of(halfOpen, 4, new int[] {5}, 2);
    assertThat(active(coding, 0.5f, 9)).isEqualTo(active(coding, 0.5f, 2));
    assertThat(active(coding, 0.5f, 1.5f)).isNotEqualTo(active(coding, 0.5f, 2));
  }

  @Test
  void what_cannot_be_tiled_is_refused_with_what_was_expected() {
    assertThatThrownBy(() -> active(EIGHT, Float.NaN, 0)).hasMessageContaining("dimension 0");
    assertThatThrownBy(() -> TileCoding.of(Space.Box.bytes(4, 84, 84), 8, new int[] {8}, 1))
        .hasMessageContaining("at most 2^24 features")
        .hasMessageContaining("28224 dimensions");
    assertThatThrownBy(() -> TileCoding.of(Space.Box.floats(3), 8, new int[] {8, 8}, 1))
        .hasMessageContaining("for each dimension");
    assertThatThrownBy(() -> new TileCoding(8, new int[] {8}, new double[] {1}, new double[] {1}))
        .hasMessageContaining("in [1.0, 1.0]");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void the_network_is_the_blocks_but_for_rounding(boolean pixels) {
    Space.Box space = pixels ? Space.Box.bytes(1, 1, 2) : Space.Box.floats(new int[] {2}, -1, 1);
    TileCoding coding = TileCoding.of(space, 4, new int[] {3, 5}, 1);
    Network network = new Network(Networks.tiles(coding, 3), space);
    SplittableRandom random = new SplittableRandom(1);
    Parameters theta = new Parameters(network.size());
    assertThat(Initialization.TORCH.values(network, random)).containsOnly(0);
    for (int i = 0; i < theta.size(); i++) {
      theta.add(i, random.nextDouble());
    }
    try (LocalNetwork plain = network.local(4);
        LocalNetwork tensors = new TensorNetwork(network, new Parameters(network.size()), 4)) {
      assertThat(plain).isInstanceOf(TileNetwork.class);
      float[] dTheta = outputsAndGradient(plain, theta, pixels);

      assertThat(dTheta).containsExactly(outputsAndGradient(tensors, theta, pixels), within(1e-5f));
      assertThatThrownBy(() -> tensors.active(0)).hasMessageContaining("expected a linear network");
    }
  }

  /** Outputs of three states, then the gradient. */
  private static float[] outputsAndGradient(LocalNetwork local, Parameters theta, boolean pixels) {
    local.sync(theta);
    for (int i = 0; i < 3; i++) {
      local.put(
          i,
          pixels
              ? Observation.of(new byte[] {(byte) (90 * i), (byte) (250 - 50 * i)})
              : Observation.of(-0.9f + 0.7f * i, 0.8f - 0.3f * i));
    }
    local.copy(2, 3);
    float[] all = Arrays.copyOf(local.outputs(1, 3), 9 + theta.size());
    local.backward(
        3,
        (out, dOut) -> {
          for (int k = 0; k < 9; k++) {
            dOut[k] = k - out[k];
          }
          return 0;
        },
        gradient -> System.arraycopy(gradient.toArray(), 0, all, 9, theta.size()));
    return all;
  }

  private static int shared(float x, float y) {
    Set<Integer> both = new TreeSet<>();
    IntStream.of(active(EIGHT, x, 0)).forEach(both::add);
    IntStream.of(active(EIGHT, y, 0)).forEach(both::add);
    return 16 - both.size();
  }

  private static int[] active(TileCoding coding, float... x) {
    int[] active = new int[coding.tilings()];
    coding.active(x, active);
    return active;
  }
}
