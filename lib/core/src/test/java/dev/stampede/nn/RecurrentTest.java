package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.Networks.Nonlinearity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecurrentTest {
  private static final Space.Box THREE = Space.Box.floats(3);
  private static final int LENGTH = 8;
  private static final Offset<Float> ROUNDING = offset(1e-6f);

  static List<Network> networks() {
    return List.of(
        new Network(Networks.mlpLstm(THREE, 4, 6, Nonlinearity.TANH, 5), THREE),
        new Network(Networks.separateMlpLstms(THREE, 3, 6, Nonlinearity.RELU, 5), THREE),
        new Network(Networks.recurrent(Blocks.identityBlock(), 6, dense(4)), THREE),
        new Network(
            new Summing((before, x) -> before.add(x), dense(4)), THREE)); // A block of the user's
  }

  @ParameterizedTest
  @MethodSource("networks")
  void what_is_remembered_is_carried_from_rollout_to_rollout(Network network) {
    Parameters theta = parameters(network, 1);
    float[] unrolled = unrolled(network, theta, states(LENGTH));

    for (int tMax : new int[] {1, 3, LENGTH}) {
      try (LocalNetwork local = network.local(tMax + 1)) {
        List<Observation> states = states(LENGTH + 1);
        local.sync(theta);
        local.start(states.get(0));
        int t = 0;
        for (int i = 0; i < LENGTH; i++) {
          if (t == tMax) {
            local.forward(t); // The value to bootstrap from.
            local.copy(t, 0);
            local.sync(theta);
            t = 0;
          }
          assertThat(local.forward(t)).containsExactly(row(unrolled, i, network), ROUNDING);
          t++;
          local.put(t, states.get(i + 1));
        }
        local.start(states.get(0));
        local.sync(theta);
        assertThat(local.forward(0)).containsExactly(row(unrolled, 0, network), ROUNDING);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void outputs_depend_on_what_was_seen_before(Network network) {
    Parameters theta = parameters(network, 1);
    List<Observation> states = states(2);

    float[] first = unrolled(network, theta, List.of(states.get(0), states.get(1)));
    float[] second = unrolled(network, theta, List.of(states.get(1), states.get(1)));

    assertThat(row(first, 1, network)).isNotEqualTo(row(second, 1, network));
  }

  @Test
  void carried_numbers_stay_what_they_were_when_theta_changes() {
    Network network = networks().get(0);
    Parameters old = parameters(network, 1);
    Parameters fresh = parameters(network, 2);
    List<Observation> states = states(2);
    try (LocalNetwork carried = network.local(2);
        LocalNetwork anew = network.local(2)) {
      for (LocalNetwork each : List.of(carried, anew)) {
        each.sync(old);
        each.start(states.get(0));
        each.put(1, states.get(1));
      }
      carried.forward(0);
      carried.copy(1, 0);
      carried.sync(fresh);
      anew.sync(fresh);

      assertThat(carried.forward(0)).isNotEqualTo(anew.forward(1));
      float[] both = carried.outputs(1).clone();
      assertThat(Arrays.copyOf(both, network.outputs()))
          .containsExactly(carried.forward(0), ROUNDING);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void native_arrays_and_managers_do_not_pile_up_over_many_updates(Network network)
      throws Exception {
    try (LocalNetwork local = network.local(LENGTH + 1)) {
      local.sync(parameters(network, 1));
      List<Observation> states = states(LENGTH + 1);
      local.start(states.get(0));
      int[] managed = new int[2];
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++) {
          for (int t = 0; t < LENGTH; t++) {
            local.forward(t);
            local.put(t + 1, states.get(t + 1));
          }
          local.outputs(LENGTH);
          local.backward(LENGTH, (out, dOut) -> dOut[0] = 1, Gradient::norm);
          local.copy(LENGTH, 0);
        }
        managed[round] = NetworkTest.managedEverywhere();
      }
      assertThat(managed[1]).isEqualTo(managed[0]);
    }
  }

  @Test
  void cells_start_within_one_over_the_root_of_their_number_and_fill_it() {
    Network network = new Network(Networks.recurrent(dense(2), 16, dense(1)), THREE);
    for (Initialization rule : Initialization.values()) {
      float[] theta = rule.values(network, new SplittableRandom(1));

      double largest = 0;
      int from = 2 * 3 + 2;
      for (int i = from; i < from + 64 * (2 + 16 + 1 + 1); i++) {
        largest = Math.max(largest, Math.abs(theta[i]));
      }
      assertThat(largest).isBetween(0.245, 0.25);
    }
  }

  @Test
  void the_papers_lstm_network_has_its_layers() {
    assertThat(new Network(Networks.smallConvLstm(5, 256), Space.Box.bytes(4, 84, 84)).size())
        .isEqualTo(
            new Network(Networks.smallConv(5), Space.Box.bytes(4, 84, 84)).size()
                + 4 * 256 * (256 + 256 + 2));
  }

  @Test
  void parameters_come_back_from_a_file_as_they_were(@TempDir Path folder) throws IOException {
    for (Network network : networks()) {
      float[] theta = parameters(network, 3).toArray();
      Path file = folder.resolve("parameters.safetensors");
      ParametersFile.write(file, network, theta);

      assertThat(ParametersFile.read(file, network)).isEqualTo(theta);
    }
  }

  @Test
  void a_block_that_gives_no_states_or_other_ones_for_a_sequence_is_refused_with_the_reason() {
    Block forgetful =
        new Summing((before, x) -> before.add(x), dense(4)) {
          @Override
          protected NDList forwardInternal(
              ParameterStore store,
              NDList inputs,
              boolean training,
              @Nullable PairList<String, Object> params) {
            return new NDList(super.forwardInternal(store, inputs, training, params).head());
          }
        };
    assertThatThrownBy(() -> new Network(forgetful, THREE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("outputs and then its states")
        .hasMessageContaining("(1, 3)");

    Block rowsAreBatch =
        new Summing((before, x) -> x, dense(4)) {
          @Override
          protected NDList forwardInternal(
              ParameterStore store,
              NDList inputs,
              boolean training,
              @Nullable PairList<String, Object> params) {
            NDArray x = inputs.get(0).add(inputs.get(1));
            NDList out = head.forward(store, new NDList(x), training);
            return new NDList(out.head(), x.get(new ai.djl.ndarray.index.NDIndex("-1:")));
          }
        };
    assertThatThrownBy(() -> new Network(rowsAreBatch, THREE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("step by step")
        .hasMessageContaining("time · batch");
  }

  @Test
  void a_target_network_and_copies_elsewhere_than_to_the_start_are_refused() {
    try (LocalNetwork local = networks().get(0).local(3)) {
      assertThatThrownBy(local::twin).hasMessageContaining("Q(s, a)");
      assertThatThrownBy(() -> local.copy(0, 1)).hasMessageContaining("state 0 only");
    }
  }

  private static float[] unrolled(Network network, Parameters theta, List<Observation> states) {
    try (LocalNetwork local = network.local(states.size())) {
      local.sync(theta);
      local.start(states.get(0));
      for (int i = 1; i < states.size(); i++) {
        local.put(i, states.get(i));
      }
      return local.outputs(states.size()).clone();
    }
  }

  private static float[] row(float[] outputs, int i, Network network) {
    return Arrays.copyOfRange(outputs, i * network.outputs(), (i + 1) * network.outputs());
  }

  private static Parameters parameters(Network network, int seed) {
    Parameters theta = new Parameters(network.size());
    theta.set(Initialization.TORCH.values(network, new SplittableRandom(seed)));
    return theta;
  }

  private static List<Observation> states(int n) {
    SplittableRandom random = new SplittableRandom(7);
    return java.util.stream.IntStream.range(0, n)
        .mapToObj(
            i ->
                Observation.of(
                    (float) random.nextDouble(),
                    (float) random.nextDouble(),
                    (float) random.nextDouble()))
        .toList();
  }

  private static Block dense(int units) {
    return Linear.builder().setUnits(units).build();
  }

  /** Remembers the sum of all observations so far, and looks at it. */
  private static class Summing extends AbstractBlock implements Recurrent {
    private final BinaryOperator<NDArray> sum;
    final Block head;

    Summing(BinaryOperator<NDArray> sum, Block head) {
      this.sum = sum;
      this.head = addChildBlock("head", head);
    }

    @Override
    public int[] stateSizes() {
      return new int[] {3};
    }

    @Override
    protected void initializeChildBlocks(
        ai.djl.ndarray.NDManager manager, ai.djl.ndarray.types.DataType type, Shape... inputs) {
      head.initialize(manager, type, inputs[0]);
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      NDArray state = inputs.get(1);
      NDList sums = new NDList();
      for (NDArray x : inputs.get(0).split(inputs.get(0).getShape().get(0))) {
        state = sum.apply(state, x);
        sums.add(state);
      }
      NDArray all = ai.djl.ndarray.NDArrays.concat(sums);
      return new NDList(head.forward(store, new NDList(all), training).head(), state);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
      return new Shape[] {new Shape(inputs[0].get(0), 4), inputs[1]};
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs, ai.djl.ndarray.types.DataType[] types) {
      return getOutputShapes(inputs);
    }
  }
}
