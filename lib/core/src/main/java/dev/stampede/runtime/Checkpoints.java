package dev.stampede.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint every so often while a training goes on, and one at its end.
 *
 * <p>The actor-learners wait while the state is copied, not while it is written. One that cannot be
 * written is told of and the run goes on; those before it stay.
 */
public final class Checkpoints {
  private final Training training;
  private final Path directory;
  private final Map<String, String> experiment;
  private final long everyNanos;
  private final BeforeWriting before;
  private final Consumer<String> messages;
  private final Thread thread = new Thread(this::keepWriting, "checkpoints");
  private boolean finishing;
  private boolean failing;
  private int count;
  private @Nullable Checkpoint last;

  /** Brings what a checkpoint refers to onto the disk before it is written itself. */
  @FunctionalInterface
  public interface BeforeWriting {
    void run() throws IOException;
  }

  /**
   * @param every time between two; zero for one at the end only
   * @param experiment settings, to be read back by {@link Checkpoint#experiment}
   */
  public Checkpoints(
      Training training,
      Path directory,
      Map<String, String> experiment,
      Duration every,
      BeforeWriting before,
      Consumer<String> messages) {
    this.training = training;
    this.directory = directory;
    this.experiment = experiment;
    this.everyNanos = every.toNanos();
    this.before = before;
    this.messages = messages;
  }

  public void start() {
    if (everyNanos > 0) {
      thread.start();
    }
  }

  /** To be called when the training has ended: writes the last one. */
  public void finish() throws InterruptedException {
    synchronized (this) {
      finishing = true;
      notifyAll();
    }
    thread.join();
    write();
  }

  /** How many were written. */
  public synchronized int count() {
    return count;
  }

  /** The last one that was written. */
  public synchronized Optional<Checkpoint> last() {
    return Optional.ofNullable(last);
  }

  private void keepWriting() {
    try {
      while (waited()) {
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the next one; false at the end. */
  private synchronized boolean waited() throws InterruptedException {
    long due = System.nanoTime() + everyNanos;
    for (long left = everyNanos; left > 0 && !finishing; left = due - System.nanoTime()) {
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    return !finishing;
  }

  private void write() throws InterruptedException {
    try {
      Optional<Checkpoint> moment = training.checkpoint(experiment);
      if (moment.isPresent()) {
        before.run();
        CheckpointFile.write(directory, moment.get());
        training.checkpointWritten();
        written(moment.get());
      }
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) { // Not even a full memory ends a run that could go on.
      tell(e);
    }
  }

  private synchronized void written(Checkpoint checkpoint) {
    last = checkpoint;
    count++;
    failing = false;
  }

  private synchronized void tell(Throwable e) {
    if (!failing) {
      messages.accept(
          "a checkpoint could not be written ("
              + e
              + "); the run goes on, and "
              + (last == null
                  ? "has none yet"
                  : String.format(Locale.ROOT, "the one of step %,d stays", last.steps())));
    }
    failing = true;
  }
}
