package dev.stampede.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Where all actor-learners can be made to wait at once, so that their states and θ belong together.
 *
 * <p>Each of them passes here between two rollouts, and leaves its last state here when it ends. A
 * stop, or a thread that does not come for long, ends the waiting. Safe for any number of threads.
 */
final class SafePoint {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Nobody misses the end of a wait by more than this, whatever the others do. */
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  private byte[][] states;
  private boolean[] gone;
  private final BooleanSupplier stopping;
  private volatile boolean asked;
  private volatile boolean held;
  private boolean looking;
  private int waiting;
  private long waitingSince;

  /**
   * @param stopping whether nobody should be made to wait any more
   */
  SafePoint(int threads, BooleanSupplier stopping) {
    this.states = new byte[threads][0];
    this.gone = new boolean[threads];
    this.stopping = stopping;
  }

  /** Whether somebody wants to look or holds them here: actor-learners should {@link #pass}. */
  boolean asked() {
    return asked || held;
  }

  /** Makes all of them wait here until they are let go, or lets them go. */
  synchronized void hold(boolean hold) {
    held = hold;
    notifyAll();
  }

  /**
   * Waits until nobody wants to look or holds them any more.
   *
   * @param state everything that actor-learner {@code id} must know to go on from here
   */
  void pass(int id, byte[] state) {
    boolean interrupted = false;
    synchronized (this) {
      states[id] = state;
      if (waiting++ == 0) {
        waitingSince = System.nanoTime();
      }
      notifyAll();
      while (looking || (asked || held) && !stopping.getAsBoolean() && !interrupted) {
        try {
          wait(LOOK_AGAIN_MILLISECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      waiting--;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Actor-learner {@code id} has ended, in this state, and will not pass unless it comes back. */
  synchronized void end(int id, byte[] state) {
    states[id] = state;
    gone[id] = true;
    notifyAll();
  }

  /** Actor-learner {@code id}, a new one or one that had ended, will pass from now on. */
  synchronized void comeBack(int id) {
    if (id >= states.length) {
      int before = states.length;
      states = Arrays.copyOf(states, id + 1);
      gone = Arrays.copyOf(gone, id + 1);
      for (int i = before; i <= id; i++) {
        states[i] = new byte[0];
        gone[i] = i < id;
      }
    }
    gone[id] = false;
  }

  /** The last state of an actor-learner that has ended; nothing of one that never was. */
  synchronized byte[] left(int id) {
    return id < states.length && gone[id] ? states[id] : new byte[0];
  }

  private int ended() {
    int ended = 0;
    for (boolean each : gone) {
      ended += each ? 1 : 0;
    }
    return ended;
  }

  /**
   * Calls {@code look} with the states of all actor-learners while all of them wait or have ended.
   * For one caller at a time.
   *
   * @return what it gave; empty if the run stops first
   * @throws IllegalStateException if one of them does not come for long while others wait
   */
  <R> Optional<R> whileAllWait(Function<List<byte[]>, R> look) throws InterruptedException {
    List<byte[]> all;
    synchronized (this) {
      asked = true;
      waitingSince = System.nanoTime();
      while (waiting + ended() < states.length) {
        boolean tooLong = waiting > 0 && System.nanoTime() - waitingSince > PATIENCE_NANOS;
        if (tooLong || stopping.getAsBoolean()) {
          asked = false;
          notifyAll();
          if (tooLong) {
            throw new IllegalStateException(
                "of "
                    + states.length
                    + " actor-learners only "
                    + (waiting + ended())
                    + " came to the end of their rollouts within 10 s");
          }
          return Optional.empty();
        }
        try {
          wait(LOOK_AGAIN_MILLISECONDS);
        } catch (InterruptedException e) {
          asked = false;
          throw e;
        }
      }
      all = List.of(states);
      looking = true;
    }
    try {
      return Optional.of(look.apply(all));
    } finally {
      synchronized (this) {
        looking = false;
        asked = false;
        notifyAll();
      }
    }
  }
}
