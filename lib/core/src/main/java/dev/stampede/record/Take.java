package dev.stampede.record;

/**
 * How much is played for a recording.
 *
 * @param episodes how many at most
 * @param seed of the environment and of drawn actions
 * @param steps of all episodes together, at most: what bounds the size of the file
 */
public record Take(int episodes, long seed, long steps) {
  /** Steps at most, unless said otherwise. */
  public static final long DEFAULT_STEPS = 10_000;

  /**
   * @throws IllegalArgumentException if there is nothing to play
   */
  public Take {
    if (episodes < 1) {
      throw new IllegalArgumentException("episodes: expected at least 1 but got " + episodes);
    }
    if (steps < 1) {
      throw new IllegalArgumentException("steps: expected at least 1 but got " + steps);
    }
  }

  /** With at most {@value #DEFAULT_STEPS} steps. */
  public Take(int episodes, long seed) {
    this(episodes, seed, DEFAULT_STEPS);
  }
}
