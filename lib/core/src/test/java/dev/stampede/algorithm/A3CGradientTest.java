package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against float64 gradients by Python's torch; {@code src/test/python/make_gradients.py} makes
 * them.
 */
class A3CGradientTest {
  private static final int STATES = 5;

  @ParameterizedTest
  @ValueSource(strings = {"conv", "mlp", "mlp-tensors"})
  void gradients_equal_those_of_python_torch(String name) throws IOException {
    Case reference = new Case(name);
    try (LocalNetwork network = reference.newNetwork()) {
      Result result = reference.gradient(network);

      assertThat(result.loss).isCloseTo(reference.loss, within(1e-5 * Math.abs(reference.loss)));
      assertThat(result.norm).isCloseTo(reference.norm, within(1e-5 * reference.norm));
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < reference.gradient.length; i++) {
        largest = Math.max(largest, Math.abs(reference.gradient[i]));
        difference =
            Math.max(
                difference,
                Math.abs(result.gradient[i * reference.stride] - reference.gradient[i]));
      }
      assertThat(difference / largest).isLessThanOrEqualTo(1e-5);
    }
  }

  @Test
  void sixteen_threads_at_one_fixed_theta_compute_one_threads_bits() throws Exception {
    for (String name : List.of("conv", "mlp", "mlp-tensors")) {
      Case reference = new Case(name);
      float[] alone;
      try (LocalNetwork network = reference.newNetwork()) {
        alone = reference.gradient(network).gradient;
      }
      int repetitions = name.equals("conv") ? 10 : 300;
      ExecutorService threads = Executors.newFixedThreadPool(16);
      try {
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          tasks.add(
              () -> {
                try (LocalNetwork network = reference.newNetwork()) {
                  boolean same = true;
                  for (int k = 0; k < repetitions; k++) {
                    same &= java.util.Arrays.equals(alone, reference.gradient(network).gradient);
                  }
                  return same;
                }
              });
        }
        for (Future<Boolean> same : threads.invokeAll(tasks)) {
          assertThat(same.get()).as(name).isTrue();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private record Result(double loss, double norm, float[] gradient) {}

  /**
   * One network with its parameters, states, actions and returns, all from the formulas of
   * make_gradients.py.
   */
  private static final class Case {
    final Network network;
    final Parameters theta;
    final List<Observation> states = new ArrayList<>();
    final int actions;
    final int stride;
    final double loss;
    final double norm;
    final float[] gradient;

    Case(String nameAndPath) throws IOException {
      String name = nameAndPath.replace("-tensors", "");
      boolean conv = name.equals("conv");
      actions = conv ? 6 : 2;
      Space.Box box = conv ? Space.Box.bytes(4, 84, 84) : Space.Box.floats(4);
      Block block =
          conv
              ? Networks.smallConv(actions + 1)
              : Networks.mlp(box, actions + 1, Nonlinearity.TANH, 64);
      network = new Network(block, box, name.equals(nameAndPath));
      int[][] shapes =
          conv
              ? new int[][] {{16, 256}, {16}, {32, 256}, {32}, {256, 2592}, {256}, {7, 256}, {7}}
              : new int[][] {{64, 4}, {64}, {3, 64}, {3}};
      theta = new Parameters(network.size());
      theta.set(Oracles.parameters(shapes, network.size()));
      double[] raw = Oracles.hashed(STATES * box.size(), 100);
      for (int i = 0; i < STATES; i++) {
        byte[] bytes = new byte[box.size()];
        float[] floats = new float[box.size()];
        for (int j = 0; j < box.size(); j++) {
          bytes[j] = (byte) (int) (raw[i * box.size() + j] * 256);
          floats[j] = (float) (2 * raw[i * box.size() + j] - 1);
        }
        states.add(conv ? Observation.of(bytes) : Observation.of(floats));
      }
      Properties properties = new Properties();
      try (InputStream in = resource(name + ".properties")) {
        properties.load(in);
      }
      assertThat(network.size()).isEqualTo(Integer.parseInt(properties.getProperty("size")));
      stride = Integer.parseInt(properties.getProperty("stride"));
      loss = Double.parseDouble(properties.getProperty("loss"));
      norm = Double.parseDouble(properties.getProperty("norm"));
      try (InputStream in = resource(name + ".f32")) {
        ByteBuffer buffer = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        gradient = new float[buffer.remaining() / 4];
        buffer.asFloatBuffer().get(gradient);
      }
    }

    LocalNetwork newNetwork() {
      LocalNetwork local = network.local(STATES + 1);
      local.sync(theta);
      return local;
    }

    Result gradient(LocalNetwork local) {
      Rollout rollout = new Rollout(STATES);
      for (int i = 0; i < STATES; i++) {
        local.put(i, states.get(i));
        rollout.add(Action.of(i % actions), 0);
        rollout.setTarget(i, -1 + 0.5 * i);
      }
      A3C a3c = new A3C(0.99, 1, 0.01, 0.5, STATES);
      double[] norm = new double[1];
      float[][] gradient = new float[1][];
      double value =
          local.backward(
              STATES,
              (out, dOut) -> a3c.loss(new Softmax(actions), rollout, out, dOut).sum(),
              dTheta -> {
                norm[0] = dTheta.norm();
                gradient[0] = dTheta.toArray();
              });
      return new Result(value, norm[0], gradient[0]);
    }

    private static InputStream resource(String name) {
      return java.util.Objects.requireNonNull(
          A3CGradientTest.class.getResourceAsStream("/gradients/" + name));
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }
}
