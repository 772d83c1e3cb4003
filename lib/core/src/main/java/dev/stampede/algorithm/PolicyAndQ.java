package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A policy and the values of its actions from one network's outputs for a state: preferences, then
 * Q(x, ·).
 *
 * <p>Everywhere, {@code at} is where a state's outputs begin in {@code out}. Safe for any number of
 * threads.
 */
record PolicyAndQ(Softmax policy) {

  static PolicyAndQ over(Space actions) {
    return new PolicyAndQ(new Softmax(ActionValues.of(actions, false).actions()));
  }

  int actions() {
    return policy.actions();
  }

  int outputs() {
    return 2 * actions();
  }

  /** Where Q(x, a) stands. */
  int q(int at, int a) {
    return at + actions() + a;
  }

  Action sample(float[] out, RandomGenerator random) {
    return policy.sample(out, 0, random);
  }

  Action mode(float[] out) {
    return policy.mode(out, 0);
  }

  /** π(·|x). */
  double[] probabilities(float[] out, int at) {
    double[] p = new double[actions()];
    policy.probabilities(out, at, p);
    return p;
  }

  /** V(x) = Σ_a Q(x, a) π(a|x). */
  double value(float[] out, int at) {
    double[] p = probabilities(out, at);
    double sum = 0;
    for (int a = 0; a < p.length; a++) {
      sum += out[q(at, a)] * p[a];
    }
    return sum;
  }

  double entropy(float[] out, int at) {
    return policy.entropy(out, at);
  }

  /**
   * Puts −∂(gain)/∂preferences into {@code dOut}.
   *
   * @param p the probabilities
   * @param dP ∂(gain)/∂p
   */
  void descend(double[] p, double[] dP, int at, float[] dOut) {
    gradient(p, dP, -1, at, dOut);
  }

  private static void gradient(double[] p, double[] dP, int sign, int at, float[] dOut) {
    double mean = 0;
    for (int a = 0; a < p.length; a++) {
      mean += p[a] * dP[a];
    }
    for (int a = 0; a < p.length; a++) {
      dOut[at + a] = (float) (sign * p[a] * (dP[a] - mean));
    }
  }

  Outlook outlook(float[] out) {
    List<Double> numbers = Arrays.stream(probabilities(out, 0)).boxed().toList();
    return new Outlook(Outlook.Kind.PROBABILITIES, value(out, 0), numbers, List.of());
  }

  /** Puts ∂V/∂out into {@code dOut}. */
  void valueGradient(float[] out, float[] dOut) {
    double[] p = probabilities(out, 0);
    double[] q = new double[p.length];
    for (int a = 0; a < p.length; a++) {
      q[a] = out[q(0, a)];
      dOut[q(0, a)] = (float) p[a];
    }
    gradient(p, q, 1, 0, dOut);
  }
}
