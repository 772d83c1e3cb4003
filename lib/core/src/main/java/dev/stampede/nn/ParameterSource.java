package dev.stampede.nn;

import java.util.function.Consumer;

/**
 * Where an actor gets parameters from, whether the learner is in its process or not: versions, each
 * whole and later than the one before. For any number of threads.
 */
public interface ParameterSource {

  /**
   * Shows the newest parameters to {@code take} if they are later than the version that is known.
   * What {@code take} is given may change when it returns.
   *
   * @param known of the last call, or {@link ParameterVersion#NONE}
   * @return the version that was taken, or {@code known}
   */
  ParameterVersion newerThan(ParameterVersion known, Consumer<ActorParameters> take);
}
