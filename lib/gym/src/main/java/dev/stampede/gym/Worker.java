package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Python worker that is started again when its process dies, and replaced when it has taken too
 * much memory.
 *
 * <p>It gives up after {@value #DEATHS} deaths with fewer than {@value #STEPS_OF_HEALTH} steps
 * between them. A death that somebody else decided on, by a signal, says nothing about the
 * environments: it gives up after {@value #KILLS} of those without a single step between them. Safe
 * for use by many threads.
 */
final class Worker implements AutoCloseable {
  static final int DEATHS = 3;
  static final int KILLS = 30;
  static final int STEPS_OF_HEALTH = 1_000;
  private static final long BETWEEN_LOOKS = TimeUnit.SECONDS.toNanos(1);
  private static final int LAST_WORD = 200;

  private final WorkerProcess.Launch launch;
  private final long memoryLimit;
  private final Consumer<String> onRestart;
  private final AtomicInteger nextSlot = new AtomicInteger();
  private final LongAdder steps = new LongAdder();
  private final List<WorkerProcess> retired = new ArrayList<>();
  private @Nullable WorkerProcess process;
  private @Nullable String end;
  private @Nullable String cause;
  private int deathsInARow;
  private int killsInARow;
  private long stepsAtLastDeath;
  private long stepsAtStart;
  private long lastLook = System.nanoTime();

  /**
   * Starts nothing yet.
   *
   * @param memoryLimit bytes above which the process is replaced, as each of its environments comes
   *     to the end of its episode
   * @param onRestart told, at every start but the first, why it was necessary
   */
  Worker(WorkerProcess.Launch launch, long memoryLimit, Consumer<String> onRestart) {
    this.launch = launch;
    this.memoryLimit = memoryLimit;
    this.onRestart = onRestart;
  }

  /**
   * The process for new episodes; starts it if there is none.
   *
   * @throws EnvironmentException if it cannot be started, has died too often or was closed
   */
  synchronized WorkerProcess process() {
    throwIfEnded();
    if (process != null) {
      replaceIfTooLarge(process);
    }
    while (process == null) {
      String why = cause;
      cause = null;
      if (why != null) {
        onRestart.accept(why);
      }
      try {
        process = new WorkerProcess(launch);
        stepsAtStart = steps.sum();
      } catch (WorkerDied e) {
        died(e, "");
      }
    }
    return process;
  }

  /** A number that no other environment of this worker has. */
  int newSlot() {
    return nextSlot.getAndIncrement();
  }

  /** Counts steps that went well. */
  void stepped(int many) {
    steps.add(many);
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
    died(how, which.stderr());
  }

  private void died(WorkerDied how, String stderr) {
    long alive = steps.sum() - stepsAtLastDeath;
    stepsAtLastDeath = steps.sum();
    cause =
        String.format(
            Locale.ROOT,
            "%s, %,d steps after the start or the death before%s",
            how.getMessage(),
            alive,
            lastWord(stderr));
    int inARow;
    if (how.fromOutside()) {
      killsInARow = alive < 1 ? killsInARow + 1 : 1;
      inARow = killsInARow;
    } else {
      deathsInARow = alive < STEPS_OF_HEALTH ? deathsInARow + 1 : 1;
      inARow = deathsInARow;
    }
    if (inARow >= (how.fromOutside() ? KILLS : DEATHS)) {
      end =
          "%s; that was death %d in a row, %d steps after the one before. Its last words:%n%s"
              .formatted(how.getMessage(), inARow, alive, stderr);
      throwIfEnded();
    }
  }

  private static String lastWord(String stderr) {
    String line = stderr.substring(stderr.lastIndexOf('\n') + 1).strip();
    return line.isEmpty()
        ? ""
        : "; it said last: " + (line.length() <= LAST_WORD ? line : line.substring(0, LAST_WORD));
  }

  /**
   * Environments in the middle of an episode play on in the old process, which ends with the last
   * of them. A young process is left alone: then it is no leak, and another one would be as large.
   */
  private void replaceIfTooLarge(WorkerProcess current) {
    long now = System.nanoTime();
    if (now - lastLook < BETWEEN_LOOKS || steps.sum() - stepsAtStart < STEPS_OF_HEALTH) {
      return;
    }
    lastLook = now;
    long memory = current.memory();
    if (memory > memoryLimit) {
      cause =
          String.format(
              Locale.ROOT,
              "the Python worker (process %d) had %,d MB of memory, more than the %,d of -D%s",
              current.pid(),
              memory >> 20,
              memoryLimit >> 20,
              GymProvider.MEMORY_LIMIT);
      retired.add(current);
      process = null;
      current.retire();
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
    retired.forEach(WorkerProcess::close);
  }

  private void throwIfEnded() {
    if (end != null) {
      throw new EnvironmentException(end);
    }
  }
}
