package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;

/** The memory of one actor-learner. Belongs to its thread. */
public interface Memory {

  /**
   * Keeps what was done and what came of it, with the state before it and the one after it. With n
   * steps to a transition, one is finished n steps later, or at the end of the episode.
   *
   * @param step as {@link ActorLearner#step} gave it
   */
  void add(Action a, Step step);

  /** Whether it holds enough to learn from. */
  boolean isReady();

  /**
   * Draws a minibatch.
   *
   * @param beta exponent β of the weights that make up for priorities
   */
  Minibatch draw(double beta);
}
