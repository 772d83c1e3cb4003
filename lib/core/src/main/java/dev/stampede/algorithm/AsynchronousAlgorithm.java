package dev.stampede.algorithm;

import java.util.Optional;

/** An algorithm of many actor-learner threads that share θ, each in an environment of its own. */
public non-sealed interface AsynchronousAlgorithm extends Algorithm {

  /** What one thread does: acts and learns until {@link ActorLearner#running} says no. */
  void run(ActorLearner actor);

  /** Whether threads act and differentiate on the shared θ itself instead of their own θ′. */
  default boolean onShared() {
    return false;
  }

  /** Whether there is a target network θ⁻. */
  default boolean usesTarget() {
    return false;
  }

  /** The memory that it learns from; empty where it learns from what was just done. */
  default Optional<MemoryUse> memory() {
    return Optional.empty();
  }

  /** The parameter server that holds θ; empty where threads change θ themselves. */
  default Optional<ParameterServerUse> parameterServer() {
    return Optional.empty();
  }

  /** The memory of rollouts to which it goes back, beside an average θ_a; empty without them. */
  default Optional<TrajectoryUse> trajectories() {
    return Optional.empty();
  }
}
