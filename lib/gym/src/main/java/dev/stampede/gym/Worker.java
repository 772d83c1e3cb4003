package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A Python worker that is started again when its process dies.
 *
 * <p>It gives up after {@value #DEATHS} deaths with fewer than {@value #STEPS_OF_HEALTH} steps
 * between them. Safe for use by many threads.
 */
final class Worker implements AutoCloseable {
  static final int DEATHS = 3;
  static final int STEPS_OF_HEALTH = 1_000;

  private final WorkerProcess.Launch launch;
  private final AtomicInteger restarts;
  private final AtomicInteger nextSlot = new AtomicInteger();
  private final LongAdder steps = new LongAdder();
  private @Nullable WorkerProcess process;
  private @Nullable String end;
  private boolean started;
  private int deathsInARow;
  private long stepsAtLastDeath;

  /**
   * Starts nothing yet.
   *
   * @param restarts counts every start but the first
   */
  Worker(WorkerProcess.Launch launch, AtomicInteger restarts) {
    this.launch = launch;
    this.restarts = restarts;
  }

  /**
   * The living process; starts it if there is none.
   *
   * @throws EnvironmentException if it cannot be started, has died too often or was closed
   */
  synchronized WorkerProcess process() {
    throwIfEnded();
    if (process == null) {
      process = new WorkerProcess(launch);
      if (started) {
        restarts.incrementAndGet();
      }
      started = true;
    }
    return process;
  }

  /** A number that no other environment of this worker has. */
  int newSlot() {
    return nextSlot.getAndIncrement();
  }

  /** Counts a step that went well. */
  void stepped() {
    steps.increment();
  }

  /**
   * Takes note that a process of this worker is dead. The next {@link #process()} is another one.
   *
   * @throws EnvironmentException if it died too often, with what it wrote to stderr
   */
  synchronized void died(WorkerProcess which, WorkerDied how) {
    throwIfEnded();
    if (which != process) {
      return; // Somebody else noticed first.
    }
    process = null;
    which.close();
    long alive = steps.sum() - stepsAtLastDeath;
    deathsInARow = alive < STEPS_OF_HEALTH ? deathsInARow + 1 : 1;
    stepsAtLastDeath = steps.sum();
    if (deathsInARow >= DEATHS) {
      end =
          "%s; that was death %d in a row, %d steps after the one before. Its last words:%n%s"
              .formatted(how.getMessage(), deathsInARow, alive, which.stderr());
      throwIfEnded();
    }
  }

  @Override
  public synchronized void close() {
    if (end == null) {
      end = "these environments are closed";
    }
    if (process != null) {
      process.close();
      process = null;
    }
  }

  private void throwIfEnded() {
    if (end != null) {
      throw new EnvironmentException(end);
    }
  }
}
