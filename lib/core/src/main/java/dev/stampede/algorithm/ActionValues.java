package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;

/**
 * Q(s, ·; θ) of some actions, from the network's outputs for a state.
 *
 * <p>Everywhere, {@code at} is where a state's outputs begin in {@code out}. Safe for any number of
 * threads.
 *
 * @param dueling the outputs are V, then an advantage for each action, and Q = V + A − mean A: Wang
 *     et al. (2016), arXiv:1511.06581, equation 9. Otherwise they are Q itself
 */
record ActionValues(int actions, boolean dueling) {

  static ActionValues of(Space space, boolean dueling) {
    if (space instanceof Space.Discrete discrete) {
      return new ActionValues(discrete.n(), dueling);
    }
    throw new IllegalArgumentException(
        "methods that learn Q(s, a) need a choice of actions, but the environment takes "
            + space
            + "; A3C takes numbers too");
  }

  int outputs() {
    return actions + (dueling ? 1 : 0);
  }

  /** Q(s, a). */
  double q(float[] out, int at, int a) {
    if (!dueling) {
      return out[at + a];
    }
    double mean = 0;
    for (int b = 0; b < actions; b++) {
      mean += out[at + 1 + b];
    }
    return out[at] + out[at + 1 + a] - mean / actions;
  }

  /** argmax_a Q(s, a); the first of equals. */
  int argmax(float[] out, int at) {
    int first = at + (dueling ? 1 : 0);
    int best = 0;
    for (int a = 1; a < actions; a++) {
      if (out[first + a] > out[first + best]) {
        best = a;
      }
    }
    return best;
  }

  /** max_a Q(s, a). */
  double max(float[] out, int at) {
    return q(out, at, argmax(out, at));
  }

  /** Puts ∂loss/∂out into {@code dOut}, where ∂loss/∂Q(s, a) = {@code dQ} for this action alone. */
  void gradient(int at, int a, double dQ, float[] dOut) {
    if (!dueling) {
      dOut[at + a] = (float) dQ;
      return;
    }
    dOut[at] = (float) dQ;
    for (int b = 0; b < actions; b++) {
      dOut[at + 1 + b] = (float) (dQ * ((b == a ? 1 : 0) - 1.0 / actions));
    }
  }

  Action greedy(float[] out, int at) {
    return Action.of(argmax(out, at));
  }
}
