package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Space;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three updates of critic, policy and targets against torch's autograd and Adam, in plain Java and
 * on the tensor library.
 */
class DpgReferenceTest {
  private static final double RELATIVE = 2e-5; // Adam turns rounding of tiny gradients into steps.
  private static final Space.Box ACTIONS = Space.Box.floats(new int[] {2}, -1, 1);

  static List<Arguments> cases() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (Oracles each : Oracles.read("dpg").records("cases")) {
      all.add(Arguments.of(each, true));
      all.add(Arguments.of(each, false));
    }
    return all;
  }

  @ParameterizedTest(name = "{0}, plain Java: {1}")
  @MethodSource("cases")
  void updates_are_those_of_torch(Oracles reference, boolean fused) throws IOException {
    int every = Oracles.read("dpg").whole("every");
    try (ReferenceMinibatch batch = minibatch(reference, fused)) {
      double clip = reference.has("clip") ? reference.number("clip") : Double.POSITIVE_INFINITY;
      DeterministicPolicyGradient dpg =
          new DeterministicPolicyGradient(
              BoundedActions.of(ACTIONS), reference.number("errorWeight"), clip);
      for (Oracles step : reference.records("steps")) {
        double[] y = dpg.targets(batch);
        double[] p = new double[batch.size()];
        ActorLearner.Terms loss = dpg.updateCritic(batch, y, p);
        dpg.updatePolicy(batch, loss);
        batch.phiMinus.approach(batch.phi, reference.number("tau"));
        batch.thetaMinus.approach(batch.theta, reference.number("tau"));

        assertClose(y, step.numbers("y"));
        assertClose(doubles(batch.q), step.numbers("q"));
        for (int j = 0; j < p.length; j++) {
          assertThat(p[j]).isCloseTo(Math.abs(y[j] - batch.q[j]), within(1e-12));
        }
        assertClose(new double[] {loss.value()}, step.numbers("loss"));
        assertClose(new double[] {batch.policy.policy()}, step.numbers("policy"));
        assertThat(batch.policy.value()).isEqualTo(loss.value());
        assertClose(doubles(batch.dQ), step.numbers("dQ"));
        assertClose(some(batch.dPhi, every), step.numbers("dPhi"));
        assertClose(some(batch.dTheta, every), step.numbers("dTheta"));
        assertClose(some(batch.phi, every), step.numbers("phi"));
        assertClose(some(batch.theta, every), step.numbers("theta"));
        assertClose(some(batch.phiMinus, every), step.numbers("phiMinus"));
        assertClose(some(batch.thetaMinus, every), step.numbers("thetaMinus"));
      }
    }
  }

  private static ReferenceMinibatch minibatch(Oracles reference, boolean fused) {
    var rows =
        new ReferenceMinibatch.Rows(
            reference.rows("states"),
            reference.rows("next"),
            reference.rows("actions"),
            reference.numbers("rewards"),
            reference.numbers("discounts"),
            reference.numbers("weights"));
    Space.Box observations = Space.Box.floats(rows.states()[0].length);
    Nonlinearity nonlinearity = Nonlinearity.valueOf(reference.text("activation"));
    Network policy =
        new Network(
            Networks.mlp(observations, 2, nonlinearity, reference.wholes("policy")),
            observations,
            fused);
    CriticNetwork critic =
        new CriticNetwork(
            Networks.critic(observations, 2, nonlinearity, reference.wholes("critic")),
            observations,
            2,
            fused);
    assertThat(policy.isFused()).isEqualTo(fused);
    assertThat(critic.network().isFused()).isEqualTo(fused);
    return new ReferenceMinibatch(
        rows,
        policy,
        critic,
        Oracles.parameters(reference.shapes("policyShapes"), policy.size()),
        Oracles.parameters(reference.shapes("criticShapes"), critic.network().size()),
        reference.number("weightDecay"));
  }

  private static double[] some(Parameters all, int every) {
    return some(all.toArray(), every);
  }

  private static double[] some(float[] all, int every) {
    double[] some = new double[(all.length + every - 1) / every];
    for (int i = 0; i < some.length; i++) {
      some[i] = all[i * every];
    }
    return some;
  }

  private static double[] doubles(float[] all) {
    return some(all, 1);
  }

  private static void assertClose(double[] actual, double[] expected) {
    double largest = 1e-12;
    for (double each : expected) {
      largest = Math.max(largest, Math.abs(each));
    }
    assertThat(actual).containsExactly(expected, within(RELATIVE * largest));
  }
}
