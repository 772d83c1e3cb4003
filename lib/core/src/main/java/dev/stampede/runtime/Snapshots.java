package dev.stampede.runtime;

import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies of θ, one after every so many agent steps, until somebody takes them away to be written.
 *
 * <p>The actor-learner whose update crosses a mark makes the copy. Safe for any number of threads.
 */
final class Snapshots {
  private final Queue<Snapshot> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong next = new AtomicLong(Long.MAX_VALUE);
  private volatile long every = Long.MAX_VALUE;

  /** From the next multiple of this many steps on. */
  void keepEvery(long steps, long now) {
    every = steps;
    next.set((now / steps + 1) * steps);
  }

  void takeIfDue(long T, Parameters theta, Training training) {
    long mark = next.get();
    if (T >= mark && next.compareAndSet(mark, (T / every + 1) * every)) {
      waiting.add(new Snapshot(T, theta.toArray(), training.observationMoments()));
    }
  }

  /** Those since the last call, oldest first. */
  List<Snapshot> drain() {
    List<Snapshot> taken = new ArrayList<>();
    for (Snapshot each = waiting.poll(); each != null; each = waiting.poll()) {
      taken.add(each);
    }
    return taken;
  }
}
