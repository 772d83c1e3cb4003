package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.pytorch.engine.PtNDManager;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.Networks.Nonlinearity;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {
  private static final Space.Box FOUR = Space.Box.floats(4);

  @Test
  void the_papers_small_network_has_its_layers() {
    assertThat(new Network(Networks.smallConv(5), Space.Box.bytes(4, 84, 84)).size())
        .isEqualTo(16 * 4 * 64 + 16 + 32 * 16 * 16 + 32 + 256 * 2592 + 256 + 5 * 256 + 5);
  }

  @Test
  void a_filter_multiplies_at_each_place_of_the_picture() {
    Network conv = new Network(Networks.smallConv(5), Space.Box.bytes(4, 84, 84));
    Network dense = new Network(Networks.mlp(FOUR, 2, Networks.Nonlinearity.TANH, 8), FOUR);

    assertThat(conv.multiplications())
        .isEqualTo(
            20 * 20 * (16 * 4 * 64 + 16)
                + 9 * 9 * (32 * 16 * 16 + 32)
                + 256 * 2592
                + 256
                + 5 * 256
                + 5);
    assertThat(dense.multiplications()).isEqualTo(dense.size());
  }

  @Test
  void the_streams_of_a_dueling_network_share_the_convolutions_only() {
    Space.Box box = Space.Box.bytes(4, 84, 84);
    Network network =
        new Network(
            Networks.dueling(Networks.smallConvFeatures(Networks.Features.MAPS), 256, 3), box);
    int convolutions = 16 * 4 * 64 + 16 + 32 * 16 * 16 + 32;
    int stream = 256 * 2592 + 256;
    int value = stream + 256 + 1;
    assertThat(network.size()).isEqualTo(convolutions + value + stream + 3 * 256 + 3);

    Parameters theta = new Parameters(network.size());
    float[] values = Initialization.TORCH.values(network, new SplittableRandom(1));
    byte[] picture = new byte[box.bytes()];
    new SplittableRandom(2).nextBytes(picture);
    float[][] outputs = new float[2][];
    try (LocalNetwork local = network.local(1)) {
      for (int i = 0; i < 2; i++) {
        theta.set(values);
        local.sync(theta);
        local.put(0, Observation.of(picture));
        outputs[i] = local.forward(0).clone();
        Arrays.fill(values, convolutions, convolutions + value, 0.5f); // That of V.
      }
    }

    assertThat(outputs[1][0]).isNotCloseTo(outputs[0][0], within(1e-3f));
    assertThat(Arrays.copyOfRange(outputs[1], 1, 4))
        .isEqualTo(Arrays.copyOfRange(outputs[0], 1, 4));
  }

  @Test
  void channels_that_come_last_give_the_same_outputs_as_those_that_come_first() {
    int rows = 6;
    int columns = 5;
    int channels = 3;
    float[] last = new float[rows * columns * channels];
    float[] first = new float[last.length];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < rows * columns; i++) {
      for (int c = 0; c < channels; c++) {
        last[i * channels + c] = (float) random.nextDouble();
        first[c * rows * columns + i] = last[i * channels + c];
      }
    }

    assertThat(gridOutputs(Space.Box.floats(rows, columns, channels), last))
        .containsExactly(
            gridOutputs(Space.Box.floats(channels, rows, columns), first), within(1e-5f));
  }

  private static float[] gridOutputs(Space.Box box, float[] observation) {
    Network network =
        new Network(
            Networks.linear(Networks.channelsFirst(box, Networks.gridConvFeatures()), 4), box);
    Parameters theta = new Parameters(network.size());
    theta.set(Initialization.HE.values(network, new SplittableRandom(1)));
    try (LocalNetwork local = network.local(1)) {
      local.sync(theta);
      local.put(0, Observation.of(observation));
      return local.forward(0).clone();
    }
  }

  @Test
  void start_values_stay_within_one_over_the_root_of_fan_in_and_fill_it() {
    Network network =
        new Network(
            Networks.mlp(Space.Box.floats(25), 3, Nonlinearity.TANH, 100), Space.Box.floats(25));
    float[] theta = Initialization.TORCH.values(network, new SplittableRandom(5));

    double largestFirst = 0;
    for (int i = 0; i < 2600; i++) { // 100 × 25 weights and 100 biases, fan-in 25
      largestFirst = Math.max(largestFirst, Math.abs(theta[i]));
    }
    assertThat(largestFirst).isBetween(0.19, 0.2);
    double largestLast = 0;
    for (int i = 2600; i < theta.length; i++) { // fan-in 100
      largestLast = Math.max(largestLast, Math.abs(theta[i]));
    }
    assertThat(largestLast).isBetween(0.095, 0.1);
  }

  @Test
  void one_seed_gives_the_same_start_values() {
    Network network = new Network(Networks.mlp(FOUR, 3, Nonlinearity.RELU, 8), FOUR);
    assertThat(Initialization.TORCH.values(network, new SplittableRandom(1)))
        .isEqualTo(Initialization.TORCH.values(network, new SplittableRandom(1)))
        .isNotEqualTo(Initialization.TORCH.values(network, new SplittableRandom(2)));
  }

  @Test
  void outputs_of_several_heads_stand_side_by_side() {
    var heads =
        new ParallelBlock(
            lists -> new NDList(lists.get(0).head(), lists.get(1).head()),
            List.of(Linear.builder().setUnits(2).build(), Linear.builder().setUnits(1).build()));
    Network network =
        new Network(
            new SequentialBlock()
                .add(Linear.builder().setUnits(8).build())
                .add(Activation.reluBlock())
                .add(heads),
            FOUR);
    assertThat(network.outputs()).isEqualTo(3);
    try (LocalNetwork local = network.local(2)) {
      Parameters theta = new Parameters(network.size());
      theta.set(Initialization.TORCH.values(network, new SplittableRandom(1)));
      local.sync(theta);
      local.put(0, Observation.of(1, 2, 3, 4));
      local.put(1, Observation.of(4, 3, 2, 1));
      float[] one = local.forward(1).clone();
      local.backward(
          2,
          (out, dOut) -> {
            assertThat(new float[] {out[3], out[4], out[5]})
                .containsExactly(one, org.assertj.core.data.Offset.offset(1e-6f));
            java.util.Arrays.fill(dOut, 1);
            return 0;
          },
          dTheta -> assertThat(dTheta.norm()).isPositive());
    }
  }

  @Test
  void native_arrays_and_managers_do_not_pile_up_over_many_updates() throws Exception {
    Network network = new Network(Networks.mlp(FOUR, 3, Nonlinearity.TANH, 8), FOUR);
    try (LocalNetwork local = network.local(5)) {
      for (int i = 0; i < 5; i++) {
        local.put(i, Observation.of(1, 2, 3, 4));
      }
      int[] managed = new int[2];
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
          local.forward(i % 5);
          local.backward(5, (out, dOut) -> dOut[0] = 1, Gradient::norm);
        }
        managed[round] = managedEverywhere();
      }
      assertThat(managed[1]).isEqualTo(managed[0]);
    }
  }

  @Test
  void blocks_that_threads_would_share_state_through_are_refused_with_the_reason() {
    assertThatThrownBy(() -> new Network(with(BatchNorm.builder().build()), FOUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LayerNorm");
    assertThatThrownBy(() -> new Network(with(Dropout.builder().build()), FOUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one generator");
  }

  @Test
  void parameters_of_other_blocks_start_as_the_seed_says() {
    Network network = new Network(with(ai.djl.nn.norm.LayerNorm.builder().build()), FOUR);
    float[] theta = Initialization.TORCH.values(network, new SplittableRandom(1));

    assertThat(theta).isEqualTo(Initialization.TORCH.values(network, new SplittableRandom(1)));
    assertThat(java.util.Arrays.copyOfRange(theta, 15, 21))
        .containsExactlyInAnyOrder(1, 1, 1, 0, 0, 0);
    try (LocalNetwork local = network.local(1)) {
      Parameters parameters = new Parameters(network.size());
      parameters.set(theta);
      local.sync(parameters);
      local.put(0, Observation.of(1, 2, 3, 4));
      assertThat(local.forward(0)).hasSize(3).doesNotContain(Float.NaN);
    }
  }

  @Test
  void a_network_that_does_not_fit_the_observations_says_what_came() {
    assertThatThrownBy(() -> new Network(Networks.smallConv(3), FOUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Box(shape=[4], float32)")
        .hasMessageContaining("(channels, height, width)");
  }

  @Test
  void an_observation_of_another_size_is_refused_with_both_sizes() {
    Network network = new Network(Networks.mlp(FOUR, 3, Nonlinearity.TANH, 8), FOUR);
    try (LocalNetwork local = network.local(1)) {
      assertThatThrownBy(() -> local.put(0, Observation.of(1, 2, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4 numbers")
          .hasMessageContaining("gave 3");
    }
  }

  @Test
  void parameters_come_back_from_a_file_as_they_were(@TempDir Path folder) throws IOException {
    Network network = new Network(Networks.mlp(FOUR, 3, Nonlinearity.TANH, 8), FOUR);
    float[] theta = Initialization.TORCH.values(network, new SplittableRandom(3));
    Path file = folder.resolve("parameters.safetensors");
    ParametersFile.write(file, network, theta);

    assertThat(ParametersFile.read(file, network)).isEqualTo(theta);
    Network other = new Network(Networks.mlp(FOUR, 3, Nonlinearity.TANH, 9), FOUR);
    assertThatThrownBy(() -> ParametersFile.read(file, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another network");
  }

  /** Arrays and managers of the whole process: what a leak makes grow. DJL shows only arrays. */
  static int managedEverywhere() throws ReflectiveOperationException {
    try (PtNDManager any = Engine.newManager()) {
      return managed(any.getParentManager());
    }
  }

  private static int managed(Object manager) throws ReflectiveOperationException {
    Field field = BaseNDManager.class.getDeclaredField("resources");
    field.setAccessible(true);
    int count = 0;
    for (Object resource : ((Map<?, ?>) field.get(manager)).values()) {
      count += 1 + (resource instanceof BaseNDManager child ? managed(child) : 0);
    }
    return count;
  }

  private static SequentialBlock with(ai.djl.nn.Block block) {
    return new SequentialBlock().add(Linear.builder().setUnits(3).build()).add(block);
  }
}
