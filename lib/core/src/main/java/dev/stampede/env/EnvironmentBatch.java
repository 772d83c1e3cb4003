package dev.stampede.env;

import java.util.List;

/**
 * Environments of one factory that step together: where they live in other processes, one call
 * steps many.
 *
 * <p>Belongs to the thread that steps the environments. They stay what they are: each may still be
 * stepped and reset on its own, between two calls.
 */
public interface EnvironmentBatch {

  /**
   * Does one step in each environment. An environment whose episode has ended is not reset: its
   * step shows the true last observation.
   *
   * @param actions one for each environment, in their order
   * @return where they led, in the same order
   * @throws IllegalArgumentException if an action is not of the environments' action space
   * @throws IllegalStateException if an environment has no episode under way
   * @throws EnvironmentException if an environment fails; the others have done their step
   */
  List<Step> step(List<Action> actions);

  /**
   * Does the same for somebody who then {@linkplain #reset resets}, before anything else, every
   * environment whose episode has ended with this step.
   *
   * <p>It saves a call where environments live in other processes, which may begin these episodes
   * at once. Until the reset the steps show the true last observations; what goes wrong in it is
   * thrown by {@link #reset}.
   */
  default List<Step> stepBeforeReset(List<Action> actions) {
    return step(actions);
  }

  /**
   * Starts an episode in some of the environments.
   *
   * @param which their numbers, counted from 0 in the order of the environments
   * @return their first observations, in the order of {@code which}
   */
  List<Observation> reset(List<Integer> which);
}
