package dev.stampede.algorithm;

import dev.stampede.replay.Trajectory;

/** Rollouts of one actor-learner, to which it can go back. Belongs to its thread. */
public interface TrajectoryMemory {

  /** Keeps the steps since {@link ActorLearner#sync}, with their states. */
  void add(Trajectory done);

  /** Whether it holds as much as it should before it is used. */
  boolean isReady();

  /**
   * θ′ ← θ, and goes back to a rollout, each as likely as any other: until the next {@link
   * ActorLearner#sync}, which comes back to the environment, its states are those since {@code
   * sync}, the current one is its last, and no step can be done.
   *
   * @param into becomes a copy of it
   */
  void draw(Trajectory into);
}
