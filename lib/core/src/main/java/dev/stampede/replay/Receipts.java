package dev.stampede.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Which messages have come, so that each is added to a memory once. Safe for any number of threads.
 *
 * <p>It remembers the last {@value #WINDOW} numbers of each actor. What comes later than that, or
 * after the first message of a later epoch, is taken for a copy and so is lost.
 */
public final class Receipts {
  private static final int WINDOW = Long.SIZE;

  private final Map<Integer, Window> ofActors = new HashMap<>();

  /** Whether this message did not come before; it has come from then on. */
  public synchronized boolean isNew(TransitionMessage message) {
    return ofActors
        .computeIfAbsent(message.actor(), actor -> new Window(message.epoch(), message.number()))
        .isNew(message.epoch(), message.number());
  }

  private static final class Window {
    private long epoch;
    private long newest;

    /** Bit i says that number {@code newest} − i has come. */
    private long come;

    Window(long epoch, long newest) {
      this.epoch = epoch;
      this.newest = newest;
    }

    boolean isNew(long itsEpoch, long number) {
      if (itsEpoch > epoch) {
        epoch = itsEpoch;
        newest = number;
        come = 0;
      }
      long ahead = number - newest;
      if (ahead > 0) {
        come = ahead < WINDOW ? come << ahead : 0;
        newest = number;
      }
      long behind = newest - number;
      boolean isNew = itsEpoch == epoch && behind < WINDOW && (come >>> behind & 1) == 0;
      if (isNew) {
        come |= 1L << behind;
      }
      return isNew;
    }
  }
}
