package dev.stampede.algorithm;

/**
 * Q(s, a; φ) at the states of a {@link Minibatch}: the second network of a method whose actions are
 * numbers. Actions are between −1 and 1, row after row. Arrays that are returned are used again by
 * the next call. Belongs to one thread.
 */
public interface Critic {

  /** Q(s′_j, a_j; φ⁻) of all j. */
  float[] nextTarget(float[] actions);

  /**
   * An update of φ by the gradient of {@code loss} over Q(s_j, a_j; φ).
   *
   * @return the loss's terms, which nothing else has been told of
   */
  ActorLearner.Terms update(float[] actions, ActorLearner.Loss loss);

  /**
   * ∂Q(s_j, a; φ)/∂a at a = a_j, of all j.
   *
   * @param q takes Q(s_j, a_j; φ)
   */
  float[] actionGradient(float[] actions, float[] q);
}
