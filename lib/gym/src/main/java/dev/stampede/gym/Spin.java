package dev.stampede.gym;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * For how long a worker and the thread that has called it look for each other's word before they
 * sleep. Waking up takes longer than a step of CartPole; but whoever looks keeps a core busy, so
 * that all environments of this JVM share its cores out, and those that come too late sleep at
 * once. Safe for use by many threads.
 */
final class Spin implements AutoCloseable {
  static final String TIME = "stampede.spin";

  private static final Duration USUAL = Duration.ofMillis(5);

  /** In microseconds. The death of a worker is noticed only after it. */
  private static final long LONGEST = 100_000;

  private static final Semaphore CORES = new Semaphore(Runtime.getRuntime().availableProcessors());

  private final Duration time;
  private final int cores;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Spin(Duration time, int cores) {
    this.time = time;
    this.cores = cores;
  }

  /**
   * What the user has chosen, otherwise some milliseconds if there are cores left for all sides.
   *
   * @param sides threads that step environments, and workers
   * @throws IllegalArgumentException if the choice is out of bounds
   */
  static Spin of(int sides) {
    Long micros = Long.getLong(TIME);
    if (micros != null) {
      if (micros < 0 || micros > LONGEST) {
        throw new IllegalArgumentException(
            TIME + ": expected 0 to " + LONGEST + " microseconds but got " + micros);
      }
      return new Spin(Duration.ofNanos(1_000 * micros), 0);
    }
    return CORES.tryAcquire(sides) ? new Spin(USUAL, sides) : new Spin(Duration.ZERO, 0);
  }

  Duration time() {
    return time;
  }

  /** In words. */
  String described() {
    return time.isZero()
        ? "asleep at once"
        : "awake for up to " + time.toNanos() / 1_000 + " µs, then asleep";
  }

  /** Leaves the cores to others. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      CORES.release(cores);
    }
  }
}
