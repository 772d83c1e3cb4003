package dev.stampede.experiment;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Compare} or a {@link Sweep} that was started: its progress while it goes on, its results
 * then and afterwards.
 *
 * <p>A run that fails does not end the others. All methods may be called from any thread.
 */
public final class StudyRun<R> {

  /** Does the runs, in one or several rounds. */
  interface Body {
    void perform(RunPool pool) throws InterruptedException;
  }

  private final String kind;
  private final RunPool pool;
  private final int runs;
  private final double steps;
  private final Supplier<R> results;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;

  private StudyRun(String kind, RunPool pool, int runs, double steps, Supplier<R> results) {
    this.kind = kind;
    this.pool = pool;
    this.runs = runs;
    this.steps = steps;
    this.results = results;
  }

  /**
   * @param runs of the whole plan
   * @param steps agent steps of the whole plan
   * @param results reads what is complete
   */
  static <R> StudyRun<R> start(
      StudyFile folder,
      String kind,
      RunPool pool,
      int runs,
      double steps,
      Body body,
      Supplier<R> results) {
    StudyRun<R> run = new StudyRun<>(kind, pool, runs, steps, results);
    new Thread(() -> run.supervise(folder, body), kind).start();
    return run;
  }

  private void supervise(StudyFile folder, Body body) {
    try (folder) {
      body.perform(pool);
    } catch (Throwable e) {
      failure = e;
    } finally {
      done.countDown();
    }
  }

  /** Asks all runs to end in an orderly way. Returns at once. */
  public void stop() {
    pool.stop();
  }

  /**
   * Lets the runs that are under way wait after the rollouts that they are in, until {@link
   * #resume}: their cores are free for something else, their clocks stand and nothing is lost.
   * Returns at once. Does nothing to a study that has ended or was stopped.
   */
  public void pause() {
    pool.pause();
  }

  /** Lets them go on. */
  public void resume() {
    pool.resume();
  }

  public boolean isPaused() {
    return isRunning() && pool.isPaused();
  }

  /**
   * {@code running}, {@code paused}, {@code stopping}, {@code stopped}, {@code finished}, {@code
   * ended} where all runs that have not failed are complete, or {@code failed} where something else
   * than a run did.
   */
  public String state() {
    if (isRunning()) {
      return isStopped() ? "stopping" : isPaused() ? "paused" : "running";
    }
    if (failure != null) {
      return "failed";
    }
    if (isStopped() && progress().left() > 0) {
      return "stopped";
    }
    return pool.failures().isEmpty() ? "finished" : "ended";
  }

  /** What it is, and how far it has come, in one line. */
  @Override
  public String toString() {
    return kind + ": " + state() + ", " + progress();
  }

  public boolean isRunning() {
    return done.getCount() > 0;
  }

  /** Whether it was asked to stop. */
  public boolean isStopped() {
    return pool.isStopped();
  }

  public StudyProgress progress() {
    return pool.progress(runs, steps);
  }

  /** What failed in this session, the first one first: the run, or the study, and why. */
  public List<String> failures() {
    Throwable first = failure;
    return Stream.concat(
            first == null ? Stream.of() : Stream.of(kind + ": " + words(first)),
            pool.failures().entrySet().stream()
                .map(each -> each.getKey().inWords() + ": " + words(each.getValue())))
        .toList();
  }

  private static String words(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** Those of the runs that are complete, also while others are under way. */
  public R results() {
    return results.get();
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
   * Waits for the end. An interrupt of the waiting thread is an orderly stop: this then returns at
   * once with the results of the runs that are complete.
   *
   * @throws IllegalStateException if runs failed and none is complete
   */
  public R await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      // A notebook's kernel on JDK 17 kills a thread 100 ms after the interrupt, in the middle of
      // anything, but not one whose name has changed.
      Thread.currentThread().setName(Thread.currentThread().getName() + ", interrupted");
      stop();
    }
    Throwable first = failure;
    if (first != null) {
      throw new IllegalStateException(kind + " failed: " + words(first), first);
    }
    Map<RunPool.Job, Throwable> failures = pool.failures();
    if (!failures.isEmpty() && progress().done() == 0) {
      Map.Entry<RunPool.Job, Throwable> one = failures.entrySet().iterator().next();
      throw new IllegalStateException(
          kind + ": no run is complete; " + one.getKey().inWords() + ": " + words(one.getValue()),
          one.getValue());
    }
    return results();
  }
}
