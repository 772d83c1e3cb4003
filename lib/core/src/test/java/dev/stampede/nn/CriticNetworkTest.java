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

class CriticNetworkTest {
  private static final int N = 7;
  private static final int ACTIONS = 2;
  private static final Space.Box STATES = Space.Box.floats(6);
  private static final Space.Box PICTURES = Space.Box.bytes(2, 5, 5);

  static Stream<Arguments> critics() {
    return Stream.of(
        Arguments.of("dense in Java", STATES, true, dense()),
        Arguments.of("dense", STATES, false, dense()),
        Arguments.of("convolutions", PICTURES, true, convolutions()));
  }

  private static Block dense() {
    return Networks.critic(STATES, ACTIONS, Nonlinearity.TANH, 9, 7);
  }

  private static Block convolutions() {
    var layers = new SequentialBlock(); // Smooth, so that slopes are those of the same branch.
    layers.add(
        Conv2d.builder()
            .setKernelShape(new Shape(3, 3))
            .optStride(new Shape(1, 1))
            .setFilters(4)
            .build());
    layers.add(Activation.tanhBlock()).add(Blocks.batchFlattenBlock());
    return Networks.critic(PICTURES, ACTIONS, layers, Nonlinearity.TANH, 7);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("critics")
  void action_gradients_of_a_minibatch_are_those_of_finite_differences(
      String name, Space.Box states, boolean fused, Block block) {
    CriticNetwork critic = new CriticNetwork(block, states, ACTIONS, fused);
    assertThat(critic.network().isFused()).isEqualTo(name.equals("dense in Java"));
    try (LocalCritic local = filled(critic)) {
      float[] actions = random(N * ACTIONS, 3);
      float[] q = new float[N];
      float[] gradients = local.actionGradients(N, actions, q).clone();

      assertThat(q).containsExactly(values(local, actions), within(1e-6f));
      for (int k = 0; k < N * ACTIONS; k++) {
        double slope =
            (values(local, moved(actions, k, 1e-2f))[k / ACTIONS]
                    - values(local, moved(actions, k, -1e-2f))[k / ACTIONS])
                / 2e-2;
        assertThat((double) gradients[k]).isCloseTo(slope, within(1e-3 + 2e-2 * Math.abs(slope)));
      }
      assertThat(gradients).doesNotContain(0);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("critics")
  void asking_for_them_leaves_the_gradient_of_the_parameters_as_it_was(
      String name, Space.Box states, boolean fused, Block block) {
    try (LocalCritic local = filled(new CriticNetwork(block, states, ACTIONS, fused))) {
      float[] actions = random(N * ACTIONS, 3);
      float[] before = dPhi(local, actions);
      local.actionGradients(N, random(N * ACTIONS, 4), new float[N]);

      assertThat(dPhi(local, actions)).isEqualTo(before);
    }
  }

  @Test
  void in_java_and_on_the_tensor_library_it_is_the_same_but_for_rounding() {
    try (LocalCritic java = filled(new CriticNetwork(dense(), STATES, ACTIONS, true));
        LocalCritic tensors = filled(new CriticNetwork(dense(), STATES, ACTIONS, false))) {
      float[] actions = random(N * ACTIONS, 3);

      assertThat(values(java, actions)).containsExactly(values(tensors, actions), within(1e-5f));
      assertThat(dPhi(java, actions)).containsExactly(dPhi(tensors, actions), within(1e-4f));
    }
  }

  @Test
  void first_actions_and_values_are_near_0() {
    Network critic = new CriticNetwork(dense(), STATES, ACTIONS, true).network();
    float[] phi = Initialization.DDPG.values(critic, new SplitMix(1));
    int last = critic.size() - 8;
    double first = 1 / Math.sqrt(6);
    double second = 1 / Math.sqrt(ACTIONS + 9);
    int cut = 7 * 9;
    assertThat(bound(phi, 0, cut)).isBetween(0.8 * first, first);
    assertThat(bound(phi, cut, last)).isBetween(0.8 * second, second);
    assertThat(bound(phi, last, phi.length)).isBetween(0.001, 0.003);
    Network beside = new Network(Networks.separateMlps(STATES, 3, Nonlinearity.TANH, 4), STATES);
    float[] theta = Initialization.DDPG.values(beside, new SplitMix(1));
    int policy = 7 * 4 + 5 * 3;
    assertThat(bound(theta, 28, policy)).as("of the policy").isLessThanOrEqualTo(0.003);
    assertThat(bound(theta, policy, policy + 28)).isGreaterThan(0.2);
    assertThat(bound(theta, theta.length - 5, theta.length)).isLessThanOrEqualTo(0.003);
  }

  @Test
  void a_block_of_more_than_one_value_is_refused() {
    Block two = Networks.mlp(Space.Box.floats(8), 2, Nonlinearity.TANH, 4);

    assertThatThrownBy(() -> new CriticNetwork(two, STATES, ACTIONS, true))
        .hasMessageContaining("expected one output")
        .hasMessageContaining("gives 2");
  }

  @Test
  void a_state_of_another_size_is_refused() {
    try (LocalCritic local = new CriticNetwork(dense(), STATES, ACTIONS, true).local(1)) {
      assertThatThrownBy(() -> local.put(0, Observation.of(1, 2)))
          .hasMessageContaining("24 bytes, but got 8");
    }
  }

  private static LocalCritic filled(CriticNetwork critic) {
    Parameters phi = new Parameters(critic.network().size());
    phi.set(Initialization.HE.values(critic.network(), new SplitMix(1)));
    LocalCritic local = critic.local(N);
    local.sync(phi);
    SplitMix random = new SplitMix(2);
    for (int i = 0; i < N; i++) {
      byte[] pixels = new byte[critic.observations().size()];
      random.nextBytes(pixels);
      local.put(
          i,
          critic.observations() == PICTURES
              ? Observation.of(pixels)
              : Observation.of(random(pixels.length, 10 + i)));
    }
    return local;
  }

  private static float[] values(LocalCritic local, float[] actions) {
    return java.util.Arrays.copyOf(local.values(N, actions), N);
  }

  private static float[] dPhi(LocalCritic local, float[] actions) {
    float[][] taken = new float[1][];
    local.backward(
        N,
        actions,
        (q, dQ) -> {
          for (int i = 0; i < N; i++) {
            dQ[i] = q[i] - i;
          }
          return 0;
        },
        d -> taken[0] = d.toArray());
    return taken[0];
  }

  private static float[] moved(float[] actions, int k, float by) {
    float[] moved = actions.clone();
    moved[k] += by;
    return moved;
  }

  private static double bound(float[] values, int from, int to) {
    double most = 0;
    for (int i = from; i < to; i++) {
      most = Math.max(most, Math.abs(values[i]));
    }
    return most;
  }

  private static float[] random(int n, long seed) {
    SplitMix random = new SplitMix(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return values;
  }
}
