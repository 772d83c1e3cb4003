package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.List;
import java.util.random.RandomGenerator;

/** One agent of a {@link QueuedAlgorithm}, in its environment. Belongs to one thread. */
public interface QueuedAgent {

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /**
   * The current state becomes the first of a new rollout; after the end of an episode that is a
   * start state. A checkpoint is taken here.
   */
  void begin();

  /**
   * Puts the current state into the prediction queue and waits for the network's outputs under the
   * θ of that moment. A state is predicted once: a second call gives the same numbers. The array is
   * used again for the next state.
   */
  float[] predict();

  /**
   * Does {@code a} in the environment, makes the state reached the current one, and counts T ← T +
   * 1. Numbers beyond the bounds of the action space are cut off at them.
   */
  Step step(Action a);

  /**
   * Puts the states acted in since {@link #begin} into the training queue, and waits while it is
   * full.
   *
   * @param samples one for each of these states, in their order; not changed afterwards
   */
  void train(List<QueuedAlgorithm.Sample> samples);

  /** This agent's own source of randomness. */
  RandomGenerator random();

  /** What the environment takes. */
  Space actionSpace();
}
