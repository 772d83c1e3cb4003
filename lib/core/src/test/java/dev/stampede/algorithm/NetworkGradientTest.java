package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Block;
import dev.stampede.Oracles;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients of each head's loss through whole networks, in plain Java and on the tensor library,
 * against torch in float64.
 */
class NetworkGradientTest {

  static Stream<Arguments> networks() throws IOException {
    return Oracles.read("networks").records("cases").stream()
        .flatMap(
            each ->
                each.text("network").equals("small-conv")
                    ? Stream.of(Arguments.of(each, false))
                    : Stream.of(Arguments.of(each, true), Arguments.of(each, false)));
  }

  @ParameterizedTest(name = "{0}, fused: {1}")
  @MethodSource("networks")
  void gradients_of_every_head_equal_those_of_python_torch(Oracles reference, boolean fused)
      throws IOException {
    Oracles all = Oracles.read("networks");
    int n = all.whole("count");
    Space.Box box = box(reference);
    Network network = new Network(block(reference, box), box, fused);
    assertThat(network.isFused()).isEqualTo(fused);
    Parameters theta = new Parameters(network.size());
    theta.set(Oracles.parameters(reference.shapes("shapes"), network.size()));
    Rollout rollout = rollout(reference, n);
    LocalNetwork.Loss loss = loss(reference, all, rollout);
    double[] norm = new double[1];
    float[][] gradient = new float[1][];
    double value;
    try (LocalNetwork local = network.local(n)) {
      local.sync(theta);
      for (int i = 0; i < n; i++) {
        local.put(i, state(box, i, n));
      }
      value =
          local.backward(
              n,
              loss,
              dTheta -> {
                norm[0] = dTheta.norm();
                gradient[0] = dTheta.toArray();
              });
    }

    assertThat(value).isCloseTo(reference.number("value"), within(1e-5 * Math.abs(value)));
    assertThat(norm[0]).isCloseTo(reference.number("norm"), within(1e-5 * norm[0]));
    double[] expected = reference.numbers("gradient");
    int every = reference.whole("every");
    assertThat(expected).hasSize((network.size() + every - 1) / every);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(gradient[0][i * every] - expected[i]));
    }
    assertThat(difference / largest).isLessThanOrEqualTo(1e-5);
  }

  private static Space.Box box(Oracles reference) {
    int[] shape = reference.wholes("states");
    return reference.yes("bytes") ? Space.Box.bytes(shape) : Space.Box.floats(shape);
  }

  private static Block block(Oracles reference, Space.Box box) {
    int size = reference.whole("size");
    int policy = reference.text("loss").equals("gaussian") ? 2 * size : size;
    int outputs = reference.text("loss").equals("q") ? size : policy + 1;
    Nonlinearity nonlinearity = Nonlinearity.valueOf(reference.text("activation"));
    int[] hidden = reference.wholes("hidden");
    return switch (reference.text("network")) {
      case "small-conv" -> Networks.smallConv(outputs);
      case "separate" -> Networks.separateMlps(box, policy, nonlinearity, hidden);
      default -> Networks.mlp(box, outputs, nonlinearity, hidden);
    };
  }

  private static Rollout rollout(Oracles reference, int n) {
    Rollout rollout = new Rollout(n);
    boolean gaussian = reference.text("loss").equals("gaussian");
    for (int i = 0; i < n; i++) {
      Action a =
          gaussian
              ? Action.of(reference.rows("actions")[i])
              : Action.of(reference.wholes("actions")[i]);
      rollout.add(a, 0);
      rollout.setTarget(i, -1 + 0.5 * i);
    }
    return rollout;
  }

  private static LocalNetwork.Loss loss(Oracles reference, Oracles all, Rollout rollout) {
    int size = reference.whole("size");
    String head = reference.text("loss");
    if (head.equals("q") || head.equals("dueling")) {
      ActionValues Q = new ActionValues(size, head.equals("dueling"));
      return (out, dOut) -> OneStepQ.squaredError(Q, rollout, 1, out, dOut).sum();
    }
    Policy policy = head.equals("softmax") ? new Softmax(size) : new Gaussian(size);
    A3C a3c = new A3C(0.99, 1, all.number("beta"), all.number("valueWeight"), rollout.size());
    return (out, dOut) -> a3c.loss(policy, a3c.beta().of(0), rollout, out, dOut).sum();
  }

  private static Observation state(Space.Box box, int i, int n) {
    double[] raw = Oracles.hashed(n * box.size(), 100);
    byte[] bytes = new byte[box.size()];
    float[] floats = new float[box.size()];
    for (int j = 0; j < box.size(); j++) {
      double value = raw[i * box.size() + j];
      bytes[j] = (byte) (int) (value * 256);
      floats[j] = (float) (2 * value - 1);
    }
    return box.element() == Space.Element.UINT8 ? Observation.of(bytes) : Observation.of(floats);
  }
}
