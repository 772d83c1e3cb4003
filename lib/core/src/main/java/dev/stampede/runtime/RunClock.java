package dev.stampede.runtime;

import java.util.function.LongSupplier;

/**
 * How long a run, or a study of many, has been at work: from its start to its end, without its
 * pauses.
 *
 * <p>May be used from any thread. Reading takes no lock: it is read under locks of others.
 */
public final class RunClock {
  private final LongSupplier nanoTime;
  private volatile State state = new State(false, false, false, 0, 0);

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  public RunClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Nothing if it has started. A run may be paused before it starts. */
  public synchronized void start() {
    if (!state.started) {
      become(true, state.paused, state.ended);
    }
  }

  /**
   * @return whether it was neither paused nor stopped until now
   */
  public synchronized boolean pause() {
    boolean first = !state.paused && !state.ended;
    if (first) {
      become(state.started, true, false);
    }
    return first;
  }

  /**
   * @return whether it was paused
   */
  public synchronized boolean resume() {
    boolean paused = state.paused;
    if (paused) {
      become(state.started, false, state.ended);
    }
    return paused;
  }

  /** For good; ends a pause too. */
  public synchronized void stop() {
    become(state.started, false, true);
  }

  public boolean isPaused() {
    return state.paused;
  }

  /** Seconds at work so far. */
  public double seconds() {
    return state.nanos(nanoTime.getAsLong()) / 1e9;
  }

  private void become(boolean started, boolean paused, boolean ended) {
    long now = nanoTime.getAsLong();
    state = new State(started, paused, ended, now, state.nanos(now));
  }

  /**
   * @param since when it became so
   * @param before nanoseconds at work until then
   */
  private record State(boolean started, boolean paused, boolean ended, long since, long before) {

    long nanos(long now) {
      return started && !paused && !ended ? before + now - since : before;
    }
  }
}
