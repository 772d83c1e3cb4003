package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Action;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses and their gradients at the outputs, against torch's distributions and autograd. */
class LossReferenceTest {
  private static final double RELATIVE = 1e-6;

  static List<Oracles> policies() throws IOException {
    return cases("softmax", "gaussian");
  }

  static List<Oracles> gaussians() throws IOException {
    return cases("gaussian");
  }

  static List<Oracles> values() throws IOException {
    return cases("none");
  }

  private static List<Oracles> cases(String... policies) throws IOException {
    return Oracles.read("losses").records("cases").stream()
        .filter(each -> Set.of(policies).contains(each.text("policy")))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void log_probability_and_entropy_equal_those_of_torch(Oracles reference) {
    Policy policy = policy(reference);
    float[] out = reference.floats("out");
    Action[] actions = actions(reference);
    double[] logProbability = new double[actions.length];
    double[] entropy = new double[actions.length];
    for (int i = 0; i < actions.length; i++) {
      int at = i * (policy.outputs() + 1);
      logProbability[i] = policy.logProbability(out, at, actions[i]);
      entropy[i] = policy.entropy(out, at);
    }
    assertClose(logProbability, reference.numbers("logProbability"));
    assertClose(entropy, reference.numbers("entropy"));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void terms_and_gradient_of_the_actor_critic_loss_equal_those_of_torch(Oracles reference) {
    Action[] actions = actions(reference);
    double[] returns = reference.numbers("returns");
    A3C a3c =
        new A3C(0.99, 1, reference.number("beta"), reference.number("valueWeight"), returns.length);
    float[] out = reference.floats("out");
    float[] dOut = new float[out.length];
    ActorLearner.Terms terms =
        a3c.loss(policy(reference), a3c.beta().of(0), rollout(actions, returns), out, dOut);

    assertTerms(terms, reference);
    assertClose(dOut, reference.numbers("dOut"));
  }

  /** Of a = μ + σz it is −½z² + ½ − H in each dimension. */
  @ParameterizedTest
  @MethodSource("gaussians")
  void an_action_is_drawn_so_many_standard_deviations_from_the_mean(Oracles reference) {
    double z = 1.5;
    RandomGenerator random =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            throw new UnsupportedOperationException("one Gaussian number for each dimension");
          }

          @Override
          public double nextGaussian() {
            return z;
          }
        };
    Gaussian gaussian = new Gaussian(reference.whole("size"));
    float[] out = reference.floats("out");
    double[] entropy = reference.numbers("entropy");
    for (int i = 0; i < entropy.length; i++) {
      int at = i * (gaussian.outputs() + 1);
      Action a = gaussian.sample(out, at, random);
      double expected = gaussian.dimensions() * (1 - z * z) / 2 - entropy[i];

      // An action is a float: where σ is 0.001 its rounding is seen.
      assertThat(gaussian.logProbability(out, at, a)).isCloseTo(expected, within(0.02));
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void action_values_and_squared_error_equal_those_of_torch(Oracles reference) {
    ActionValues Q = new ActionValues(reference.whole("size"), reference.yes("dueling"));
    float[] out = reference.floats("out");
    double[] y = reference.numbers("y");
    double[] q = new double[y.length * Q.actions()];
    for (int i = 0; i < q.length; i++) {
      q[i] = Q.q(out, i / Q.actions() * Q.outputs(), i % Q.actions());
    }
    float[] dOut = new float[out.length];
    ActorLearner.Terms terms =
        OneStepQ.squaredError(
            Q, rollout(actions(reference), y), reference.number("valueWeight"), out, dOut);

    assertClose(q, reference.numbers("q"));
    assertTerms(terms, reference);
    assertClose(dOut, reference.numbers("dOut"));
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

  private static Rollout rollout(Action[] actions, double[] targets) {
    Rollout rollout = new Rollout(actions.length);
    for (int i = 0; i < actions.length; i++) {
      rollout.add(actions[i], 0);
      rollout.setTarget(i, targets[i]);
    }
    return rollout;
  }

  private static void assertTerms(ActorLearner.Terms terms, Oracles reference) {
    assertClose(
        new double[] {terms.policy(), terms.value(), terms.entropy()}, reference.numbers("terms"));
  }

  private static void assertClose(float[] actual, double[] expected) {
    double[] wide = new double[actual.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = actual[i];
    }
    assertClose(wide, expected);
  }

  /** Each number by itself: a large one must not hide a small one. */
  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("number %d: %s, not %s", i, actual[i], expected[i])
          .isLessThanOrEqualTo(RELATIVE * (0.1 + Math.abs(expected[i])));
    }
  }
}
