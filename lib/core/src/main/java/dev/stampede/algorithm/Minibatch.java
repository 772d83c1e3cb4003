package dev.stampede.algorithm;

import dev.stampede.env.Action;

/**
 * Transitions (s_j, a_j, R_j, s′_j) that were drawn from a memory, and what the networks say of
 * them. Valid until the next draw. Belongs to one thread.
 */
public interface Minibatch {

  int size();

  Action action(int j);

  /** R_j, the discounted rewards of the steps from s_j to s′_j. */
  double reward(int j);

  /** By what the value of s′_j counts: γ to the power of these steps, or 0 if it is terminal. */
  double discount(int j);

  /** (N · P(j))^−β / max_i (N · P(i))^−β; 1 where all are as likely. */
  double weight(int j);

  /** The outputs for all s′_j under θ, row after row. Used again by the next call. */
  float[] next();

  /** The outputs for all s′_j under θ⁻, row after row. Used again by the next call. */
  float[] nextTarget();

  /**
   * Q(s, a; φ) at these transitions.
   *
   * @throws IllegalStateException if the method has no critic
   */
  default Critic critic() {
    throw new IllegalStateException("expected a method with a critic, such as DDPG");
  }

  /** An update of θ by the gradient of {@code loss}, whose states are all s_j. */
  void update(ActorLearner.Loss loss);

  /**
   * The transitions' new priorities; one that has left the memory is passed over.
   *
   * @param p of each, such as |δ_j|
   * @throws IllegalArgumentException if one is not a number of at least 0
   */
  void prioritize(double[] p);
}
