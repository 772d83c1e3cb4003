package dev.stampede.algorithm;

import dev.stampede.env.Space;

/** The learner of a {@link ReplayAlgorithm}. Belongs to one thread. */
public interface ReplayLearner {

  /** Whether actors are still at work and nobody asked the run to stop. */
  boolean running();

  /**
   * Draws a minibatch, once the memory holds enough and the actors have kept pace. A checkpoint is
   * taken here, and the run is paused here.
   *
   * @param beta exponent β of the weights that make up for priorities
   * @return null where the run ends before
   */
  @org.jspecify.annotations.Nullable
  Minibatch draw(double beta);

  /** θ⁻ ← θ. */
  void refreshTarget();

  /** Removes the oldest transitions beyond the memory's capacity. */
  void removeToFit();

  /** Updates of θ so far. */
  long updates();

  /** What the actors' environments take. */
  Space actionSpace();
}
