package dev.stampede.runtime;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets only as many actor-learners compute at once as there are cores, where more of them run.
 *
 * <p>A thread that is switched out in the middle of a rollout comes back with a gradient at a θ′
 * that is thousands of updates old, and has lost its caches: with 16 threads on 2 cores a step of
 * Breakout cost 1.5 times the processor time, and CartPole took up to three times the steps. So
 * threads change places between rollouts, and where a step only waits, during it.
 */
final class Cores {
  /** How long a thread computes before others have their turn. */
  private static final long TURN_NANOS = 2_000_000;

  /** A step that takes longer than this waits for something. */
  private static final double WAITING_NANOS = 200_000;

  private final @Nullable Semaphore permits;
  private final boolean stepsElsewhere;

  private Cores(@Nullable Semaphore permits, boolean stepsElsewhere) {
    this.permits = permits;
    this.stepsElsewhere = stepsElsewhere;
  }

  /**
   * For this many threads; {@code stepsElsewhere} says whether their environments step in other
   * processes. Those have one permit more than there are cores: somebody takes over at once.
   */
  static Cores sharedBy(int threads, boolean stepsElsewhere) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (threads <= cores) {
      return new Cores(null, stepsElsewhere);
    }
    Semaphore permits =
        stepsElsewhere ? new Semaphore(cores + 1) : new Semaphore(cores, true); // Fair: in turn.
    return new Cores(permits, stepsElsewhere);
  }

  /** One thread's part; belongs to that thread. */
  Share share() {
    return new Share();
  }

  /** What one thread does with its permit. */
  final class Share {
    private long since;
    private double stepNanos;

    void enter() {
      if (permits != null) {
        permits.acquireUninterruptibly();
        since = System.nanoTime();
      }
    }

    void leave() {
      if (permits != null) {
        permits.release();
      }
    }

    /** Between two rollouts: lets another thread compute if this one has for long enough. */
    void pause() {
      if (permits != null
          && !stepsElsewhere
          && System.nanoTime() - since > TURN_NANOS
          && permits.hasQueuedThreads()) {
        leave();
        enter();
      }
    }

    /** A step of the environment; others compute meanwhile if it is of the kind that waits. */
    <R> R step(Supplier<R> step) {
      if (permits == null) {
        return step.get();
      }
      if (stepsElsewhere) {
        return without(step);
      }
      return gaveWay() ? without(() -> timed(step)) : timed(step);
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

    /** Whether steps have lasted so long that others compute during them. */
    boolean gaveWay() {
      return stepNanos > WAITING_NANOS;
    }

    private <R> R timed(Supplier<R> step) {
      long before = System.nanoTime();
      R result = step.get();
      stepNanos += 0.1 * (System.nanoTime() - before - stepNanos);
      return result;
    }
  }
}
