package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/**
 * What is done from the start of a run to its end, by {@linkplain AsynchronousAlgorithm each of
 * many threads}, {@linkplain BatchAlgorithm for many environments at once}, {@linkplain
 * QueuedAlgorithm by agents, predictors and trainers with queues between them}, {@linkplain
 * ReplayAlgorithm by actors and a learner with a memory between them} or {@linkplain PeerAlgorithm
 * by workers that share nothing but send messages}.
 *
 * <p>An algorithm is one file that keeps its paper's loops. It owns neither threads nor time: the
 * {@link ActorLearner}, {@link BatchLearner}, {@link QueuedAgent} or {@link Peer} it is given
 * counts T, says when to stop, and holds θ. One instance serves all threads of a run, so it keeps
 * no state between calls.
 */
public sealed interface Algorithm
    permits AsynchronousAlgorithm, BatchAlgorithm, PeerAlgorithm, QueuedAlgorithm, ReplayAlgorithm {

  /**
   * The most states that one update looks at, and so how many an actor-learner must be able to
   * hold.
   */
  int rolloutLength();

  /**
   * Numbers that the network must give for one state.
   *
   * @throws IllegalArgumentException if the algorithm does not take such actions
   */
  int outputs(Space actions);

  /**
   * What the policy that was learned does in one state.
   *
   * @param out the network's outputs for the state
   * @param greedy the most probable or most valuable action instead of a drawn one
   */
  Action act(Space actions, float[] out, boolean greedy, RandomGenerator random);

  /**
   * What the network says of one state, for people to look at.
   *
   * @param out the network's outputs for the state
   */
  default Outlook outlook(Space actions, float[] out) {
    return stochastic()
        ? Outlook.ofPolicy(Policy.over(actions), out)
        : Outlook.ofValues(values(actions, out), out);
  }

  /** Puts ∂V/∂out into {@code dOut}, or ∂(max Q)/∂out: what {@link Outlook#value} follows. */
  default void valueGradient(Space actions, float[] out, float[] dOut) {
    if (stochastic()) {
      dOut[Policy.over(actions).outputs()] = 1;
    } else {
      ActionValues q = values(actions, out);
      q.gradient(0, q.argmax(out, 0), 1, dOut);
    }
  }

  private static ActionValues values(Space actions, float[] out) {
    return ActionValues.of(actions, out.length > ActionValues.of(actions, false).outputs());
  }

  /** Whether it may have a recurrent network, where its threads carry a recurrent state. */
  default boolean takesRecurrent() {
    return true;
  }

  /** Whether what is learned is a distribution, so that acting may draw from it. */
  default boolean stochastic() {
    return true;
  }
}
