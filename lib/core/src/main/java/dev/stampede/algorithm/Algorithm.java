package dev.stampede.algorithm;

/**
 * What one actor-learner thread does from the start of a run to its end.
 *
 * <p>An algorithm is one file that keeps its paper's loops. It owns neither threads nor time: the
 * {@link ActorLearner} it is given counts T, says when to stop, and holds θ and θ′. One instance
 * serves all threads of a run, so it keeps no state between calls.
 */
public interface Algorithm {

  /** Acts and learns until {@link ActorLearner#running} says no. */
  void run(ActorLearner actor);

  /**
   * The most states that one update looks at, and so how many an actor-learner must be able to
   * hold.
   */
  int rolloutLength();

  /** Numbers that the network must give for one state if the environment has this many actions. */
  int outputs(int actions);

  /**
   * The probability of each action by which the policy acts, from the network's outputs for one
   * state.
   */
  void policy(float[] out, float[] probabilities);
}
