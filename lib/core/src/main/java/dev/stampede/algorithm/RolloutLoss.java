package dev.stampede.algorithm;

/**
 * A loss of one's own for an actor-critic, as a sum of terms over a rollout; summed over its
 * states, as Algorithm S3 of Mnih et al. (2016) does, not averaged.
 *
 * <p>Called from all actor-learner threads, for each update anew, so it must keep nothing between
 * calls. A3C's own is {@code in -> in.policy().plus(in.value().times(0.5)).minus(in.entropy()
 * .times(0.01))}.
 */
@FunctionalInterface
public interface RolloutLoss {
  LossTerm of(LossInputs in);

  /**
   * An update by this loss.
   *
   * @param rollout the steps since {@link ActorLearner#sync}, with their targets
   */
  default void update(ActorLearner actor, Policy policy, Rollout rollout) {
    actor.update(
        (out, dOut) -> {
          try (LossInputs in = new LossInputs(actor, policy, rollout, out)) {
            return of(in).at(in, out, dOut);
          }
        });
  }
}
