package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The losses of PPO and DPPO and their gradients at the outputs, against torch's autograd. */
class PpoReferenceTest {
  private static final double RELATIVE = 1e-6;

  static List<Oracles> clipped() throws IOException {
    return Oracles.read("ppo").records("cases");
  }

  static List<Oracles> penalized() throws IOException {
    return Oracles.read("ppo").records("penalized");
  }

  @ParameterizedTest
  @MethodSource("clipped")
  void terms_and_gradient_of_the_clipped_surrogate_equal_those_of_torch(Oracles reference) {
    Policy policy = policy(reference);
    float[] old = reference.floats("old");
    Action[] actions = actions(reference);
    int n = actions.length;
    int environments = n == 1 ? 1 : 3;
    Experience experience = new Experience(environments, n / environments);
    int[] states = new int[n];
    for (int state = 0; state < n; state++) {
      int i = n - 1 - state; // Rows come in another order than states.
      int e = state % environments;
      int t = state / environments;
      int row = i * (policy.outputs() + 1);
      states[i] = state;
      experience.begin(e, actions[i], policy.logProbability(old, row, actions[i]), 0);
      experience.rollout(e).end(step(), 0);
      experience.rollout(e).setAdvantage(t, reference.numbers("advantages")[i]);
      experience.rollout(e).setTarget(t, reference.numbers("targets")[i]);
    }
    float[] out = reference.floats("out");
    float[] dOut = new float[out.length];
    ActorLearner.Terms terms =
        ppo(reference, n).loss(policy, experience, states, reference.number("clip"), out, dOut);

    assertClose(
        new double[] {terms.policy(), terms.value(), terms.entropy()}, reference.numbers("terms"));
    assertClose(wide(dOut), reference.numbers("dOut"));
  }

  @ParameterizedTest
  @MethodSource("penalized")
  void terms_and_gradients_of_the_penalized_surrogate_equal_those_of_torch(Oracles reference) {
    Policy policy = policy(reference);
    float[] old = reference.floats("old");
    float[] out = reference.floats("out");
    Action[] actions = actions(reference);
    int n = actions.length;
    Rollout rollout = new Rollout(n);
    for (int t = 0; t < n; t++) {
      rollout.begin(actions[t], 0);
      rollout.end(step(), 0);
      rollout.setAdvantage(t, reference.numbers("advantages")[t]);
      rollout.setTarget(t, reference.numbers("targets")[t]);
    }
    double[] divergence = new double[n];
    Arrays.setAll(divergence, t -> policy.divergenceAt(old, out, t * (policy.outputs() + 1)));
    DPPO dppo = dppo(reference, n);
    float[] dOut = new float[out.length];
    ActorLearner.Terms terms =
        dppo.policyLoss(
            policy,
            reference.number("beta"),
            reference.number("klWeight"),
            rollout,
            old,
            out,
            dOut);
    float[] dBaseline = new float[out.length];
    ActorLearner.Terms baseline = dppo.baselineLoss(policy, rollout, out, dBaseline);

    assertClose(divergence, reference.numbers("divergence"));
    assertClose(
        new double[] {terms.policy(), terms.entropy(), terms.other()}, reference.numbers("terms"));
    assertClose(wide(dOut), reference.numbers("dOut"));
    assertClose(new double[] {baseline.value()}, reference.numbers("value"));
    assertClose(wide(dBaseline), reference.numbers("dBaseline"));
  }

  private static PPO ppo(Oracles reference, int n) {
    return new PPO(
        0.99,
        0.95,
        PerThread.of(reference.number("beta")),
        reference.number("valueWeight"),
        reference.number("clip"),
        false,
        n,
        1,
        n,
        reference.yes("normalized"));
  }

  private static DPPO dppo(Oracles reference, int n) {
    return new DPPO(
        0.99,
        PerThread.of(reference.number("beta")),
        reference.number("valueWeight"),
        n,
        n,
        1,
        1,
        0,
        new KlPenalty(
            reference.number("klWeight"),
            reference.number("klTarget"),
            0.5,
            2,
            1.5,
            reference.number("xi")),
        false);
  }

  private static Step step() {
    return new Step(Observation.of(0f), 0, false, false);
  }

  private static Policy policy(Oracles reference) {
    int size = reference.whole("size");
    return reference.text("policy").equals("softmax") ? new Softmax(size) : new Gaussian(size);
  }

  private static Action[] actions(Oracles reference) {
    if (reference.text("policy").equals("gaussian")) {
      return Arrays.stream(reference.rows("actions")).map(Action::of).toArray(Action[]::new);
    }
    return Arrays.stream(reference.wholes("actions")).mapToObj(Action::of).toArray(Action[]::new);
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /** Each number by itself: a large one must not hide a small one. */
  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("number %d", i)
          .isCloseTo(expected[i], within(RELATIVE * Math.max(1, Math.abs(expected[i]))));
    }
  }
}
