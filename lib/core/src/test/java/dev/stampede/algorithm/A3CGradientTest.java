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
  private static final int WARM_UP = 3;

  @ParameterizedTest
  @ValueSource(strings = {"conv", "mlp", "mlp-tensors", "conv-lstm", "mlp-lstm"})
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

  @ParameterizedTest
  @ValueSource(strings = {"conv", "mlp", "mlp-tensors", "conv-lstm", "mlp-lstm"})
  void outputs_equal_those_of_python_torch_one_by_one_and_together(String name) throws IOException {
    Case reference = new Case(name);
    try (LocalNetwork network = reference.newNetwork()) {
      reference.putStates(network);
      int outputs = reference.network.outputs();
      float[] oneByOne = new float[STATES * outputs];
      for (int i = 0; i < STATES; i++) {
        System.arraycopy(network.forward(i), 0, oneByOne, i * outputs, outputs);
      }
      float[] together = java.util.Arrays.copyOf(network.outputs(STATES), oneByOne.length);

      assertThat(oneByOne).containsExactly(reference.outputs, TOLERANCE);
      assertThat(together).containsExactly(reference.outputs, TOLERANCE);
    }
  }

  @Test
  void sixteen_threads_at_one_fixed_theta_compute_one_threads_bits() throws Exception {
    for (String name : List.of("conv", "mlp", "mlp-tensors", "conv-lstm", "mlp-lstm")) {
      Case reference = new Case(name);
      float[] alone;
      try (LocalNetwork network = reference.newNetwork()) {
        alone = reference.gradient(network).gradient;
      }
      int repetitions = name.startsWith("conv") ? 10 : 300;
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
    final float[] outputs;
    final Parameters warmUpTheta;
    final List<Observation> warmUpStates = new ArrayList<>();

    Case(String nameAndPath) throws IOException {
      String name = nameAndPath.replace("-tensors", "");
      boolean conv = name.startsWith("conv");
      boolean lstm = name.endsWith("lstm");
      actions = conv ? 6 : 2;
      Space.Box box = conv ? Space.Box.bytes(4, 84, 84) : Space.Box.floats(4);
      Block block =
          lstm
              ? conv
                  ? Networks.smallConvLstm(actions + 1, 256)
                  : Networks.mlpLstm(box, actions + 1, 32, Nonlinearity.TANH, 64)
              : conv
                  ? Networks.smallConv(actions + 1)
                  : Networks.mlp(box, actions + 1, Nonlinearity.TANH, 64);
      network = new Network(block, box, name.equals(nameAndPath));
      List<int[]> shapes = new ArrayList<>();
      if (conv) {
        shapes.addAll(List.of(new int[][] {{16, 256}, {16}, {32, 256}, {32}, {256, 2592}, {256}}));
      } else {
        shapes.addAll(List.of(new int[][] {{64, 4}, {64}}));
      }
      int features = conv ? 256 : 64;
      int hidden = conv ? 256 : lstm ? 32 : 64;
      if (lstm) {
        int gates = 4 * hidden;
        shapes.addAll(List.of(new int[][] {{gates, features}, {gates, hidden}, {gates}, {gates}}));
      }
      shapes.addAll(List.of(new int[][] {{actions + 1, hidden}, {actions + 1}}));
      theta = new Parameters(network.size());
      theta.set(parameters(shapes, network.size(), 0));
      warmUpTheta = new Parameters(network.size());
      warmUpTheta.set(parameters(shapes, network.size(), 50));
      states.addAll(states(box, STATES, 100));
      warmUpStates.addAll(states(box, lstm ? WARM_UP : 0, 200));
      Properties properties = new Properties();
      try (InputStream in = resource(name + ".properties")) {
        properties.load(in);
      }
      assertThat(network.size()).isEqualTo(Integer.parseInt(properties.getProperty("size")));
      stride = Integer.parseInt(properties.getProperty("stride"));
      loss = Double.parseDouble(properties.getProperty("loss"));
      norm = Double.parseDouble(properties.getProperty("norm"));
      String[] numbers = properties.getProperty("outputs").split(" ");
      outputs = new float[numbers.length];
      for (int k = 0; k < numbers.length; k++) {
        outputs[k] = Float.parseFloat(numbers[k]);
      }
      try (InputStream in = resource(name + ".f32")) {
        ByteBuffer buffer = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        gradient = new float[buffer.remaining() / 4];
        buffer.asFloatBuffer().get(gradient);
      }
    }

    /** A recurrent network remembers some states that it saw with other parameters. */
    LocalNetwork newNetwork() {
      LocalNetwork local = network.local(STATES + 1);
      if (!warmUpStates.isEmpty()) {
        local.sync(warmUpTheta);
        local.start(warmUpStates.get(0));
        for (int i = 0; i < WARM_UP; i++) {
          local.put(i, warmUpStates.get(i));
          local.forward(i);
        }
        local.copy(WARM_UP, 0);
      }
      local.sync(theta);
      return local;
    }

    void putStates(LocalNetwork local) {
      for (int i = 0; i < STATES; i++) {
        local.put(i, states.get(i));
      }
    }

    Result gradient(LocalNetwork local) {
      Rollout rollout = new Rollout(STATES);
      putStates(local);
      for (int i = 0; i < STATES; i++) {
        rollout.add(Action.of(i % actions), 0);
        rollout.setTarget(i, -1 + 0.5 * i);
      }
      A3C a3c = new A3C(0.99, 1, 0.01, 0.5, STATES);
      double[] norm = new double[1];
      float[][] gradient = new float[1][];
      double value =
          local.backward(
              STATES,
              (out, dOut) ->
                  a3c.loss(new Softmax(actions), a3c.beta().of(0), rollout, out, dOut).sum(),
              dTheta -> {
                norm[0] = dTheta.norm();
                gradient[0] = dTheta.toArray();
              });
      return new Result(value, norm[0], gradient[0]);
    }

    private static List<Observation> states(Space.Box box, int n, int salt) {
      List<Observation> all = new ArrayList<>();
      double[] raw = Oracles.hashed(n * box.size(), salt);
      for (int i = 0; i < n; i++) {
        byte[] bytes = new byte[box.size()];
        float[] floats = new float[box.size()];
        for (int j = 0; j < box.size(); j++) {
          bytes[j] = (byte) (int) (raw[i * box.size() + j] * 256);
          floats[j] = (float) (2 * raw[i * box.size() + j] - 1);
        }
        all.add(
            box.element() == Space.Element.UINT8 ? Observation.of(bytes) : Observation.of(floats));
      }
      return all;
    }

    private static float[] parameters(List<int[]> shapes, int size, int firstSalt) {
      float[] theta = new float[size];
      int offset = 0;
      double fanIn = 1;
      int salt = firstSalt;
      for (int[] shape : shapes) {
        fanIn = shape.length > 1 ? shape[1] : fanIn;
        int count = shape.length > 1 ? shape[0] * shape[1] : shape[0];
        double[] values = Oracles.hashed(count, salt++);
        for (int i = 0; i < count; i++) {
          theta[offset + i] = (float) ((2 * values[i] - 1) / Math.sqrt(fanIn));
        }
        offset += count;
      }
      return theta;
    }

    private static InputStream resource(String name) {
      return java.util.Objects.requireNonNull(
          A3CGradientTest.class.getResourceAsStream("/gradients/" + name));
    }
  }

  private static final org.assertj.core.data.Offset<Float> TOLERANCE =
      org.assertj.core.data.Offset.offset(1e-5f);

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }
}
