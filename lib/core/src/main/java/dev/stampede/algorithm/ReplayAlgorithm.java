package dev.stampede.algorithm;

import dev.stampede.env.Space;
import java.util.OptionalDouble;

/**
 * An algorithm of two roles around a memory: actors gather transitions by parameters that they pull
 * now and then, one learner draws from the memory and makes new parameters.
 *
 * <p>The roles share nothing but what {@link ReplayActor} and {@link ReplayLearner} offer:
 * transitions with their first priorities go one way, versions of θ the other. Neither knows
 * whether the other is in the same process.
 */
public non-sealed interface ReplayAlgorithm extends Algorithm {

  /** What an actor does: acts until {@link ReplayActor#running} says no. */
  void act(ReplayActor actor);

  /** What the learner does: learns until {@link ReplayLearner#running} says no. */
  void learn(ReplayLearner learner);

  /** The memory between them. */
  MemoryUse memory();

  /** How fast one role may be for the other. */
  Pace pace();

  /**
   * Numbers that an actor keeps for each state: the network's outputs, or what it makes of them.
   */
  default int kept(Space actions) {
    return outputs(actions);
  }

  /** ε of actor i of N, for methods whose actors explore by a ladder of them. */
  default OptionalDouble epsilonOf(int i, int actors) {
    return OptionalDouble.empty();
  }

  @Override
  default int rolloutLength() {
    return 1;
  }

  /**
   * How much is learned from each transition.
   *
   * @param drawsPerTransition transitions drawn for each one added; who is ahead of it waits.
   *     Infinity lets both roles go as fast as they can
   */
  record Pace(double drawsPerTransition) {

    /** Whether nobody waits. */
    public boolean isFree() {
      return Double.isInfinite(drawsPerTransition);
    }
  }
}
