package dev.stampede.replay;

import dev.stampede.env.Space;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How much is kept, and where.
 *
 * @param capacity transitions
 * @param actions {@link Space.Discrete} or {@link Space.Box}
 * @param file a new file that holds them instead of memory, and is deleted at the end
 */
public record ReplaySize(
    long capacity, Space.Box observations, Space actions, Optional<Path> file) {
  public ReplaySize {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "a replay holds from 1 to %,d transitions but its capacity is %,d"
              .formatted(MAX_CAPACITY, capacity));
    }
    ActionSize.of(actions);
  }

  private static final long MAX_CAPACITY = 500_000_000;

  /** In memory. */
  public ReplaySize(long capacity, Space.Box observations, Space actions) {
    this(capacity, observations, actions, Optional.empty());
  }
}
