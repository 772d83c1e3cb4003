package dev.stampede.replay;

import dev.stampede.env.Space;
import java.nio.file.Path;
import java.util.Locale;
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
  private static final long MAX_CAPACITY = 100_000_000;

  public ReplaySize {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a replay holds from 1 to %,d transitions but its capacity is %,d",
              MAX_CAPACITY,
              capacity));
    }
    ActionSize.of(actions);
  }

  /** In memory. */
  public ReplaySize(long capacity, Space.Box observations, Space actions) {
    this(capacity, observations, actions, Optional.empty());
  }

  /**
   * What it takes when it is full, within some per cent: a frame for each transition and one in
   * fifty for the ends of episodes. Stacks whose pictures do not move up by one take more.
   */
  public long bytesNeeded() {
    Planes planes = Planes.of(observations);
    int transition = Slots.bytes(planes, ActionSize.of(actions)) + 9; // and 8 · 16/15 of the tree
    int frame = planes.bytes() + Integer.BYTES;
    return (long) slots() * transition + (capacity + capacity / 50 + planes.count()) * frame;
  }

  /** Room for those that come before the oldest are removed. */
  int slots() {
    return (int) (capacity + Math.max(1000, capacity / 20));
  }
}
