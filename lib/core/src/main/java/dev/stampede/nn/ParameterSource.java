package dev.stampede.nn;

import java.util.function.Consumer;

/**
 * Where an actor gets parameters from: versions of θ, each whole and newer than the one before. For
 * any number of threads.
 */
public interface ParameterSource {

  /** The version of one who has none. */
  long NONE = -1;

  /**
   * Shows the newest θ to {@code take} if it is newer than the version that is known. What {@code
   * take} is given may change when it returns.
   *
   * @param known of the last call, or {@link #NONE}
   * @return the version that was taken, or {@code known}
   */
  long newerThan(long known, Consumer<Parameters> take);
}
