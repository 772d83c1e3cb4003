package dev.stampede.runtime;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Lets only as many actor-learners compute at once as there are cores, and one to take over, where
 * more of them run.
 *
 * <p>A thread that is switched out in the middle of an update has lost θ′ and its gradient from the
 * caches when it comes back; with 16 threads on 2 cores that made a step cost 1.5 times the
 * processor time. While its environment steps in another process, a thread computes nothing and
 * holds no core.
 */
final class Cores {
  private static final Cores UNLIMITED = new Cores(null);

  @org.jspecify.annotations.Nullable private final Semaphore permits;

  private Cores(@org.jspecify.annotations.Nullable Semaphore permits) {
    this.permits = permits;
  }

  /**
   * For this many threads; {@code waiting} says whether their environments step in other processes.
   */
  static Cores sharedBy(int threads, boolean waiting) {
    int cores = Runtime.getRuntime().availableProcessors();
    return waiting && threads > cores ? new Cores(new Semaphore(cores + 1)) : UNLIMITED;
  }

  void enter() {
    if (permits != null) {
      permits.acquireUninterruptibly();
    }
  }

  void leave() {
    if (permits != null) {
      permits.release();
    }
  }

  /** Does something during which the calling thread, which has entered, only waits. */
  <R> R without(Supplier<R> waiting) {
    if (permits == null) {
      return waiting.get();
    }
    leave();
    try {
      return waiting.get();
    } finally {
      enter();
    }
  }
}
