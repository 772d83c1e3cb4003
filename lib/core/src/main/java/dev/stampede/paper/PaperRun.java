package dev.stampede.paper;

import dev.stampede.result.RunDirectory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An experiment that was started. All methods may be called from any thread. */
public final class PaperRun {
  private final PaperExperiment experiment;
  private final Scale scale;
  private final int shorten;
  private final Path out;
  private final Consumer<String> messages;
  private final RunQueue queue;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable PaperReport report;
  private volatile @Nullable Throwable failure;

  private PaperRun(
      PaperExperiment experiment, Scale scale, int shorten, Path out, Consumer<String> messages) {
    this.experiment = experiment;
    this.scale = scale;
    this.shorten = shorten;
    this.out = out;
    this.messages = messages;
    this.queue = new RunQueue(experiment.plan(scale, shorten), out.resolve("runs"), messages);
  }

  static PaperRun start(
      PaperExperiment experiment, Scale scale, int shorten, Path out, Consumer<String> messages) {
    RunDirectory.create(out); // Said before anything is computed.
    PaperRun run = new PaperRun(experiment, scale, shorten, out, messages);
    new Thread(run::supervise, "paper-" + experiment).start();
    return run;
  }

  private void supervise() {
    try {
      queue.run();
      failure = queue.failure().orElse(null);
      report = PaperReport.write(experiment, scale, shorten, out, messages);
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    } finally {
      done.countDown();
    }
  }

  /** Asks all runs to end in an orderly way. Returns at once. */
  public void stop() {
    queue.stop();
  }

  /** Whether all runs of the experiment are complete. */
  public boolean isComplete() {
    return queue.isComplete();
  }

  public PaperProgress progress() {
    return queue.progress();
  }

  /** What made it fail, if anything did. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Tables and figure; empty until it has ended. After a stop they are of the complete runs. */
  public Optional<PaperReport> report() {
    return Optional.ofNullable(report);
  }

  /**
   * Waits at most that long for the end.
   *
   * @return whether it has ended
   */
  public boolean await(long milliseconds) throws InterruptedException {
    return done.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /**
   * Waits for the end.
   *
   * @throws IllegalStateException if a run failed; started again, the experiment goes on
   */
  public PaperReport await() throws InterruptedException {
    done.await();
    Throwable cause = failure;
    PaperReport result = report;
    if (cause != null || result == null) {
      throw new IllegalStateException(
          experiment + " failed: " + (cause == null ? "no report" : cause.getMessage()), cause);
    }
    return result;
  }
}
