package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Many environments that step together under one θ, as a synchronous algorithm sees them: one
 * forward pass acts in all of them, one backward pass learns from all of them.
 *
 * <p>Environments are numbered 0…{@link #environments}−1. Belongs to one thread.
 */
public interface BatchLearner {

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /** How many there are. */
  int environments();

  /** The current states become the first of new rollouts. A checkpoint is taken here. */
  void begin();

  /**
   * The outputs for all current states under θ, a row for each environment. The array is used again
   * by the next call.
   */
  float[] act();

  /**
   * Does an action in each environment and counts T. Where an episode ended, the next state is a
   * start state; the state it ended in is kept for {@link #last}.
   */
  List<Step> step(List<Action> actions);

  /** The outputs for the state in which the episode of an environment ended in the last step. */
  float[] last(int environment);

  /**
   * An update of θ by the gradient of {@code loss} over all states acted in since {@link #begin}:
   * that of environment e at time t is row {@code t · environments() + e}.
   */
  void update(ActorLearner.Loss loss);

  /**
   * An update of θ by the gradient of {@code loss} at θ as it is now, over some of the states acted
   * in since {@link #begin}; for several updates from one rollout. Not for recurrent networks.
   *
   * @param states numbers of the states, as {@link #update(ActorLearner.Loss)} numbers its rows;
   *     row i is {@code states[i]}
   */
  void update(int[] states, ActorLearner.Loss loss);

  /** The share of η's start value that the schedule leaves now: 1 at first. */
  double annealed();

  /** The source of randomness. */
  RandomGenerator random();

  /** What each environment takes. */
  Space actionSpace();
}
