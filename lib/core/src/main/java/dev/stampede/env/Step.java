package dev.stampede.env;

import java.util.Optional;

/**
 * What one step of an environment gives back.
 *
 * @param observation the state reached; after the last step of an episode the true last state, not
 *     the next episode's first
 * @param reward what is learned from; wrappers may clip it
 * @param ending whether and how the episode ended
 * @param episode the whole episode with its true score, on the step that ended it; see {@link
 *     EpisodeStatistics}
 */
public record Step(
    Observation observation, double reward, Ending ending, Optional<Episode> episode) {

  /** Whether and how an episode ended. */
  public enum Ending {
    /** It goes on. */
    NONE,
    /** In a terminal state: its value is 0. */
    TERMINATED,
    /** Cut off from outside, by a time limit for instance: the last state still has a value. */
    TRUNCATED,
    /**
     * Cut off because the environment's process died. The observation is the last one seen; no
     * score is reported.
     */
    LOST
  }

  /**
   * A step as Gymnasium describes it; an episode that is both terminated and truncated counts as
   * terminated.
   */
  public Step(Observation observation, double reward, boolean terminated, boolean truncated) {
    this(
        observation,
        reward,
        terminated ? Ending.TERMINATED : truncated ? Ending.TRUNCATED : Ending.NONE,
        Optional.empty());
  }

  /** Whether the state reached is terminal, so that nothing can follow it. */
  public boolean terminated() {
    return ending == Ending.TERMINATED;
  }

  /** Whether this was the last step of its episode, for whatever reason. */
  public boolean last() {
    return ending != Ending.NONE;
  }

  public Step withReward(double newReward) {
    return new Step(observation, newReward, ending, episode);
  }

  public Step withEnding(Ending newEnding) {
    return new Step(observation, reward, newEnding, episode);
  }

  public Step withEpisode(Episode finished) {
    return new Step(observation, reward, ending, Optional.of(finished));
  }
}
