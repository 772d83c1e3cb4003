package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DenseNetworkTest {
  private static final int STATES = 19;

  static Stream<Arguments> randomNetworks() {
    return IntStream.range(0, 60).mapToObj(seed -> Arguments.of(seed));
  }

  /** Random depth, width, activations, heads, biases, batch, floats and bytes. */
  @ParameterizedTest
  @MethodSource("randomNetworks")
  void outputs_and_gradients_are_those_of_the_tensor_library(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean bytes = random.nextInt(4) == 0;
    int inputs = 1 + random.nextInt(20);
    Space.Box box = bytes ? Space.Box.bytes(inputs) : Space.Box.floats(inputs);
    long layout = random.nextLong();
    Network fused = new Network(block(new SplittableRandom(layout)), box);
    Network plain = new Network(block(new SplittableRandom(layout)), box, false);
    assertThat(fused.isFused()).isTrue();
    assertThat(plain.isFused()).isFalse();
    Parameters theta = new Parameters(fused.size());
    theta.set(Initialization.HE.values(fused, random));
    try (LocalNetwork a = fused.local(STATES);
        LocalNetwork b = plain.local(STATES);
        LocalNetwork c = fused.onShared(theta, STATES);
        LocalNetwork twin = a.twin()) {
      List<LocalNetwork> all = List.of(a, b, c);
      all.forEach(each -> each.sync(theta));
      twin.sync(theta);
      for (int i = 0; i < STATES; i++) {
        Observation state = state(random, inputs, bytes);
        all.forEach(each -> each.put(0, state));
        int at = i;
        all.forEach(each -> each.copy(0, at));
      }
      assertClose(a.outputs(STATES), b.outputs(STATES));
      assertThat(a.forward(2)).isEqualTo(c.forward(2)).isEqualTo(twin.forward(2));
      assertClose(twin.outputs(STATES), b.outputs(STATES));
      Observation another = state(random, inputs, bytes);
      all.forEach(each -> each.put(3, another));
      all.forEach(each -> each.copy(4, 1));
      assertClose(twin.outputs(STATES), b.outputs(STATES)); // It sees new states too.
      float[] dOut = new float[STATES * fused.outputs()];
      for (int k = 0; k < dOut.length; k++) {
        dOut[k] = (float) (2 * random.nextDouble() - 1);
      }
      int n = 1 + random.nextInt(STATES);
      float[] expected = gradient(b, n, dOut);
      assertClose(gradient(a, n, dOut), expected);
      assertClose(gradient(c, n, dOut), expected);
    }
  }

  @Test
  void a_view_of_shared_parameters_sees_each_change_and_its_own_copy_none_until_it_syncs() {
    Space.Box box = Space.Box.floats(3);
    Network network = new Network(Networks.mlp(box, 2, Networks.Nonlinearity.RELU, 4), box);
    for (boolean fused : new boolean[] {true, false}) {
      Network each =
          fused
              ? network
              : new Network(Networks.mlp(box, 2, Networks.Nonlinearity.RELU, 4), box, false);
      Parameters theta = new Parameters(each.size());
      theta.set(Initialization.HE.values(each, new SplittableRandom(1)));
      try (LocalNetwork shared = each.onShared(theta, 1);
          LocalNetwork own = each.local(1)) {
        own.sync(theta);
        shared.put(0, Observation.of(1, 2, 3));
        own.put(0, Observation.of(1, 2, 3));
        float[] before = shared.forward(0).clone();
        assertClose(own.forward(0), before);
        theta.set(Initialization.HE.values(each, new SplittableRandom(2)));
        assertClose(own.forward(0), before);
        assertThat(shared.forward(0)).isNotEqualTo(before);
        own.sync(theta);
        assertClose(own.forward(0), shared.forward(0));
      }
    }
  }

  @Test
  void blocks_of_other_kinds_and_lambdas_that_lie_about_their_name_go_to_the_tensor_library() {
    Space.Box box = Space.Box.floats(3);
    List<Supplier<Block>> others =
        List.of(
            () -> Activation.seluBlock(),
            () -> LambdaBlock.singleton(array -> array.mul(2), "ReLU"),
            () -> LambdaBlock.singleton(array -> array.getNDArrayInternal().relu(), "Tanh"),
            () -> ai.djl.nn.norm.LayerNorm.builder().build(),
            () -> new SequentialBlock().add(Activation.reluBlock()).add(Activation.tanhBlock()));
    for (Supplier<Block> other : others) {
      Block block = new SequentialBlock().add(linear(4, true)).add(other.get());
      assertThat(new Network(block, box).isFused()).isFalse();
    }
    Block reversed =
        new SequentialBlock()
            .add(linear(4, true))
            .add(
                new ParallelBlock(
                    heads -> new NDList(heads.get(1).head(), heads.get(0).head()),
                    List.of(linear(2, true), linear(2, true))));
    assertThat(new Network(reversed, box).isFused()).isFalse();
  }

  @Test
  void tanh_is_right_to_a_few_units_in_the_last_place() {
    for (double x = -12; x < 12; x += 1e-4) {
      double exact = Math.tanh((float) x);
      assertThat(Math.abs(Elementwise.tanh((float) x) - exact))
          .as("tanh(%s)", x)
          .isLessThanOrEqualTo(4e-7 * Math.max(Math.abs(exact), 1e-3));
    }
  }

  private static Block block(SplittableRandom random) {
    SequentialBlock block = new SequentialBlock();
    if (random.nextBoolean()) {
      block.add(Blocks.batchFlattenBlock());
    }
    hidden(block, random, random.nextInt(4));
    if (random.nextBoolean()) {
      return block.add(linear(1 + random.nextInt(5), random.nextBoolean()));
    }
    Block[] heads = new Block[1 + random.nextInt(3)];
    for (int i = 0; i < heads.length; i++) {
      SequentialBlock head = new SequentialBlock();
      hidden(head, random, random.nextInt(2));
      heads[i] = head.add(linear(1 + random.nextInt(4), true));
    }
    return block.add(
        new ParallelBlock(
            lists -> {
              NDList all = new NDList();
              lists.forEach(all::addAll);
              return all;
            },
            List.of(heads)));
  }

  private static void hidden(SequentialBlock block, SplittableRandom random, int layers) {
    for (int i = 0; i < layers; i++) {
      block.add(linear(1 + random.nextInt(40), random.nextInt(4) > 0));
      switch (random.nextInt(5)) {
        case 0 -> block.add(Activation.reluBlock());
        case 1 -> block.add(Activation.tanhBlock());
        case 2 -> block.add(Activation.sigmoidBlock());
        case 3 -> block.add(Activation.softPlusBlock());
        default -> {} // Two dense layers in a row.
      }
    }
  }

  private static Block linear(int units, boolean bias) {
    return Linear.builder().setUnits(units).optBias(bias).build();
  }

  private static Observation state(SplittableRandom random, int n, boolean bytes) {
    byte[] pixels = new byte[n];
    float[] numbers = new float[n];
    for (int j = 0; j < n; j++) {
      pixels[j] = (byte) random.nextInt(256);
      numbers[j] = (float) (4 * random.nextDouble() - 2);
    }
    return bytes ? Observation.of(pixels) : Observation.of(numbers);
  }

  private static float[] gradient(LocalNetwork local, int n, float[] dLoss) {
    float[][] gradient = new float[1][];
    local.backward(
        n,
        (out, dOut) -> {
          System.arraycopy(dLoss, 0, dOut, 0, n * dLoss.length / STATES);
          return 0;
        },
        dTheta -> gradient[0] = dTheta.toArray());
    return gradient[0];
  }

  private static void assertClose(float[] actual, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    assertThat(difference).isLessThanOrEqualTo(4e-6 * largest); // Processors round differently.
  }
}
