package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import dev.stampede.Oracles;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Features;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs and gradients over environments whose episodes end within a rollout, against torch in
 * float64, which {@code src/test/python/make_sequences.py} computes one environment at a time.
 */
class SequencesGradientTest {
  static List<Oracles> cases() throws IOException {
    return Oracles.read("sequences").records("cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradients_end_where_an_episode_starts_as_those_of_python_torch(Oracles reference)
      throws IOException {
    try (Rollouts rollouts = new Rollouts(reference)) {
      A3C a3c = new A3C(0.99, 1, 0.01, 0.5, rollouts.n);
      Rollout rollout = rollouts.rollout();
      double[] norm = new double[1];
      float[][] gradient = new float[1][];
      double value =
          rollouts.local.backward(
              rollouts.n,
              (out, dOut) ->
                  a3c.loss(new Softmax(rollouts.actions), 0.01, rollout, out, dOut).sum(),
              dTheta -> {
                norm[0] = dTheta.norm();
                gradient[0] = dTheta.toArray();
              });

      assertThat(value).isCloseTo(reference.number("value"), within(1e-5 * Math.abs(value)));
      assertThat(norm[0]).isCloseTo(reference.number("norm"), within(1e-5 * norm[0]));
      double[] expected = reference.numbers("gradient");
      int every = reference.whole("every");
      assertThat(expected).hasSize((gradient[0].length + every - 1) / every);
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs(gradient[0][i * every] - expected[i]));
      }
      assertThat(difference / largest).isLessThanOrEqualTo(1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputs_are_the_same_step_by_step_and_together(Oracles reference) throws IOException {
    try (Rollouts rollouts = new Rollouts(reference)) {
      float[] expected = reference.floats("outputs");
      float[] together = rollouts.local.outputs(rollouts.n);
      assertThat(Arrays.copyOf(together, expected.length)).containsExactly(expected, offset(1e-5f));

      int width = expected.length / rollouts.n;
      for (int t = 0; t < rollouts.steps; t++) {
        int from = t * rollouts.environments;
        float[] step = rollouts.local.outputs(from, rollouts.environments);
        assertThat(Arrays.copyOf(step, rollouts.environments * width))
            .containsExactly(
                Arrays.copyOfRange(expected, from * width, (from + rollouts.environments) * width),
                offset(1e-5f));
      }
    }
  }

  /** The states of the reference, with what was remembered before them, in one local network. */
  private static final class Rollouts implements AutoCloseable {
    final int steps;
    final int environments;
    final int actions;
    final int n;
    final LocalNetwork local;

    Rollouts(Oracles reference) throws IOException {
      Oracles all = Oracles.read("sequences");
      steps = all.whole("steps");
      environments = all.whole("environments");
      actions = all.whole("actions");
      n = steps * environments;
      boolean image = !reference.text("features").equals("mlp");
      int[] shape = reference.wholes("states");
      Space.Box box = image ? Space.Box.bytes(shape) : Space.Box.floats(shape);
      Network network = new Network(block(reference, box, actions), box);
      Parameters theta = new Parameters(network.size());
      theta.set(Oracles.parameters(reference.shapes("shapes"), network.size()));
      local = network.local(environments, steps);
      local.sync(theta);
      List<String> starts = Arrays.stream(all.shapes("starts")).map(Arrays::toString).toList();
      double[] raw = Oracles.hashed(n * box.size(), 100);
      int remembered = 2 * reference.whole("cells") * (reference.yes("separate") ? 2 : 1);
      double[] memory = Oracles.hashed(environments * remembered, 101);
      for (int i = 0; i < n; i++) {
        int t = i / environments;
        int e = i % environments;
        boolean start = starts.contains(Arrays.toString(new int[] {t, e}));
        Observation state = state(raw, i * box.size(), box);
        if (start) {
          local.start(i, state);
        } else {
          local.put(i, state);
        }
        if (t == 0 && !start) {
          float[] before = new float[remembered];
          for (int k = 0; k < remembered; k++) {
            before[k] = (float) (2 * memory[e * remembered + k] - 1);
          }
          local.setMemory(e, before);
        }
      }
    }

    Rollout rollout() {
      Rollout rollout = new Rollout(n);
      for (int i = 0; i < n; i++) {
        rollout.add(Action.of(i % actions), 0);
        rollout.setTarget(i, -1 + 0.25 * i);
      }
      return rollout;
    }

    private static Observation state(double[] raw, int from, Space.Box box) {
      byte[] bytes = new byte[box.size()];
      float[] floats = new float[box.size()];
      for (int j = 0; j < box.size(); j++) {
        bytes[j] = (byte) (int) (raw[from + j] * 256);
        floats[j] = (float) (2 * raw[from + j] - 1);
      }
      return box.element() == Space.Element.UINT8 ? Observation.of(bytes) : Observation.of(floats);
    }

    private static Block block(Oracles reference, Space.Box box, int actions) {
      return reference.yes("separate")
          ? Networks.separate(one(reference, box, actions), one(reference, box, 1))
          : one(reference, box, actions + 1);
    }

    private static Block one(Oracles reference, Space.Box box, int outputs) {
      int cells = reference.whole("cells");
      Features seen = reference.yes("points") ? Features.POINTS : Features.MAPS;
      if (reference.text("features").equals("mlp")) {
        int hidden = reference.whole("hidden");
        return Networks.mlpLstm(box, outputs, cells, Nonlinearity.TANH, hidden);
      }
      SequentialBlock body =
          reference.text("features").equals("small-conv")
              ? Networks.smallConvFeatures(seen)
              : Networks.linearConvFeatures(seen);
      return cells > 0
          ? Networks.lstm(body, cells, outputs)
          : body.add(Linear.builder().setUnits(outputs).build());
    }

    @Override
    public void close() {
      local.close();
    }
  }
}
