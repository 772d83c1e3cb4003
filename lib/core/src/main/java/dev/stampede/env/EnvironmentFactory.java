package dev.stampede.env;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the environments of one run; each actor-learner and each evaluation gets its own.
 *
 * <p>{@link #create} may be called from several threads at once. A factory given to an experiment
 * as a lambda is enough where learning and evaluation see the same environment.
 */
@FunctionalInterface
public interface EnvironmentFactory extends AutoCloseable {

  /** What an environment is made for. */
  enum Purpose {
    /**
     * Learning: rewards may be clipped and episodes cut, as the protocol says; {@link Step#episode}
     * keeps the true score.
     */
    TRAINING,
    /** Measuring: the environment's own rewards and episodes. */
    EVALUATION,
    /** Showing: as for measuring, and {@link Renderable} where that is possible. */
    RECORDING
  }

  /** A new environment, not yet reset. */
  Environment create(Purpose purpose);

  /**
   * A new environment exactly as its library steps it, with nothing of ours around it.
   *
   * @param render whether pictures of it are wanted
   */
  default RawEnvironment raw(boolean render) {
    return new NativeRaw(create(render ? Purpose.RECORDING : Purpose.EVALUATION));
  }

  /** Emulator frames that one step takes (frames = steps × this). */
  default int framesPerStep() {
    return 1;
  }

  /** Whether rewards are clipped to [−1, 1] for learning alone. */
  default boolean clipsRewards() {
    return false;
  }

  /**
   * Whether steps are done by other processes, so that a thread that waits for one leaves its core
   * to others.
   */
  default boolean stepsElsewhere() {
    return false;
  }

  /**
   * Lets environments step together, if that costs less than stepping one after another.
   *
   * @param environments made by {@link #create}, as they are or with wrappers around them that pass
   *     every action on unchanged
   * @return empty if each has to be stepped by itself
   */
  default Optional<EnvironmentBatch> batch(List<Environment> environments) {
    return Optional.empty();
  }

  /**
   * What else must be known to repeat a run with these environments: names and values for {@code
   * run.json}.
   */
  default Map<String, String> protocol() {
    return Map.of();
  }

  /** How often a process behind these environments died and was started again. */
  default int workerRestarts() {
    return 0;
  }

  /** Why, in words: the last of those restarts, the newest at the end. */
  default List<String> workerRestartCauses() {
    return List.of();
  }

  /** Ends every process that serves these environments. */
  @Override
  default void close() {}
}
