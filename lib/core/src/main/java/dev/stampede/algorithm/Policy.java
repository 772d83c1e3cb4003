package dev.stampede.algorithm;

import ai.djl.ndarray.NDArray;
import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/**
 * π(a|s; θ): a distribution over actions, from some of the network's outputs for a state.
 *
 * <p>Everywhere, {@code at} is where this distribution's outputs begin in {@code out}. Safe for any
 * number of threads.
 */
public sealed interface Policy permits Softmax, Gaussian {

  /** Softmax over a choice of actions, a diagonal Gaussian over numbers. */
  static Policy over(Space actions) {
    if (actions instanceof Space.Discrete discrete) {
      return new Softmax(discrete.n());
    }
    return new Gaussian(actions.size());
  }

  /** How many of the network's outputs it takes. */
  int outputs();

  /** Draws a ~ π. */
  Action sample(float[] out, int at, RandomGenerator random);

  /** The most probable action. */
  Action mode(float[] out, int at);

  /** log π(a|s), the log density for numbers. */
  double logProbability(float[] out, int at, Action a);

  /**
   * The same as an expression.
   *
   * @param out this distribution's outputs, shape (n, {@link #outputs})
   * @param actions indices, shape (n) of int64, or numbers, shape (n, dimensions)
   * @return shape (n)
   */
  NDArray logProbabilities(NDArray out, NDArray actions);

  /** H(π(s)), the differential entropy for numbers. */
  double entropy(float[] out, int at);

  /**
   * Puts ∂/∂out of −log π(a|s) · advantage − β H(π(s)) into {@code dOut}; the advantage is a
   * constant.
   */
  void gradient(float[] out, int at, Action a, double advantage, double beta, float[] dOut);

  /**
   * KL[π_old|π], in nats.
   *
   * @param old the outputs of π_old, at the same place
   */
  double divergenceAt(float[] old, float[] out, int at);

  /** KL[π_old|π], averaged over the first {@code n} states; V follows the outputs of each. */
  default double divergence(float[] old, float[] out, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += divergenceAt(old, out, i * (outputs() + 1));
    }
    return sum / n;
  }

  /** Adds weight · ∂KL[π_old|π]/∂out to {@code dOut}; π_old is a constant. */
  void addDivergenceGradient(float[] old, float[] out, int at, double weight, float[] dOut);
}
