package dev.stampede.env;

/**
 * What an agent acts in, step for step.
 *
 * <p>An environment belongs to one thread at a time. After {@link #reset} come steps until one is
 * the {@linkplain Step#last last}; then comes the next reset.
 */
public interface Environment extends AutoCloseable {

  Space observationSpace();

  Space actionSpace();

  /**
   * Starts an episode and, from here on, all randomness of this environment follows from {@code
   * seed}.
   */
  Observation reset(long seed);

  /** Starts an episode. */
  Observation reset();

  /**
   * Does {@code action} and says where it led.
   *
   * @throws IllegalArgumentException if the action is not of {@link #actionSpace()}
   * @throws IllegalStateException if no episode is under way
   */
  Step step(Action action);

  /**
   * Releases what this environment holds outside the heap; a closed environment is of no further
   * use.
   */
  @Override
  default void close() {}
}
