package dev.stampede.experiment;

import dev.stampede.experiment.StudyProgress.UnderWay;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.RunClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Does the runs of a plan that are not complete yet, each in a folder of its own.
 *
 * <p>In the plan's order, as many side by side as have a core for each of their threads. A run that
 * has a checkpoint goes on from there. {@link #stop}, {@link #pause}, {@link #resume} and {@link
 * #progress} may be called from any thread.
 */
public final class RunPool {

  /** A run of a plan. */
  public interface Job {
    /** The name of its folder. */
    String label();

    /** For a line about what is under way. */
    String inWords();

    int threads();

    /** Agent steps that an earlier job did in the same folder. */
    default long from() {
      return 0;
    }

    /** Agent steps at which it ends. */
    long steps();

    /** Whether nothing may run beside it. */
    default boolean alone() {
      return false;
    }

    /** From the first step on. */
    Experiment begin(Path folder);

    /**
     * From the newest checkpoint on.
     *
     * @throws IllegalArgumentException if that cannot be
     */
    default Experiment goOn(Path folder) {
      return Experiment.resume(folder).build();
    }

    boolean isComplete(Path folder);
  }

  private final Path directory;
  private final Consumer<String> messages;
  private final boolean stopAtFailure;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final Semaphore free = new Semaphore(cores);
  private final Map<Job, Run> active = new ConcurrentHashMap<>();
  private final Set<Job> complete = ConcurrentHashMap.newKeySet();
  private final Map<Job, Throwable> failures = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<Job, Long> stepsBefore = new ConcurrentHashMap<>();
  private final Map<Job, Long> stoppedAt = new ConcurrentHashMap<>();
  private final RunClock clock = new RunClock(System::nanoTime);
  private volatile boolean stopped;

  /**
   * @param directory holds a folder for each run, by its label
   * @param messages takes a line for the user; called from the threads of runs
   * @param stopAtFailure whether the first failure ends the other runs too
   */
  public RunPool(Path directory, Consumer<String> messages, boolean stopAtFailure) {
    this.directory = directory;
    this.messages = messages;
    this.stopAtFailure = stopAtFailure;
  }

  /** Those that are not complete yet; the others count as done from now on. */
  public <J extends Job> List<J> left(List<J> jobs) {
    List<J> left = new ArrayList<>();
    for (J each : jobs) {
      if (!each.isComplete(folder(each))) {
        left.add(each);
      } else if (complete.add(each)) {
        stepsBefore.put(each, stepsOf(each));
      }
    }
    return left;
  }

  /** Blocks until all of them have ended, or it is stopped. May be called again for others. */
  public void perform(List<? extends Job> jobs) throws InterruptedException {
    clock.start();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (Job each : jobs) {
        int share = each.alone() ? cores : Math.min(cores, each.threads());
        free.acquire(share);
        if (stopped) {
          free.release(share);
          break;
        }
        try {
          threads.execute(() -> performAndRelease(each, share));
        } catch (Throwable e) { // No memory for another thread, for instance.
          free.release(share);
          stop();
          throw e;
        }
      }
    } catch (InterruptedException e) {
      stop();
      throw e;
    } finally {
      free.acquireUninterruptibly(cores); // All have ended.
      free.release(cores);
      threads.shutdown();
    }
  }

  private void performAndRelease(Job job, int share) {
    try {
      perform(job, share);
    } catch (Throwable e) {
      failures.put(job, e);
      stepsBefore.remove(job);
      if (stopAtFailure) {
        stop();
      } else {
        messages.accept(job.inWords() + " failed: " + e.getMessage());
      }
    } finally {
      active.remove(job);
      free.release(share);
    }
  }

  private void perform(Job job, int cores) {
    Run run = Run.start(experiment(job), messages, cores);
    enter(job, run);
    run.await();
    if (job.isComplete(folder(job))) {
      complete.add(job);
    } else {
      stoppedAt.put(job, stepsOf(job, run));
    }
  }

  private synchronized void enter(Job job, Run run) {
    active.put(job, run);
    if (stopped) {
      run.stop();
    } else {
      run.letWait(clock.isPaused());
    }
  }

  private Experiment experiment(Job job) {
    Path folder = folder(job);
    if (noCheckpoint(folder)) {
      return job.begin(folder);
    }
    try {
      Experiment rest = job.goOn(folder);
      long done = RunDirectory.read(folder).path("steps").asLong();
      stepsBefore.put(job, Math.max(0, Math.min(job.steps(), done) - job.from()));
      return rest;
    } catch (IllegalArgumentException e) {
      messages.accept("a run starts anew, since it cannot go on: " + e.getMessage());
      return job.begin(folder);
    }
  }

  private static boolean noCheckpoint(Path folder) {
    return !Files.exists(folder.resolve("checkpoint.bin"))
        && !Files.exists(folder.resolve("checkpoint.previous"));
  }

  /** Asks all runs to end in an orderly way and starts no other. Returns at once. */
  public synchronized void stop() {
    stopped = true;
    clock.resume();
    active.values().forEach(Run::stop);
  }

  public boolean isStopped() {
    return stopped;
  }

  /**
   * Lets runs wait after the rollouts that they are in, those that start from now on too, until
   * {@link #resume} or {@link #stop}. Returns at once.
   */
  public synchronized void pause() {
    if (!stopped && clock.pause()) {
      active.values().forEach(run -> run.letWait(true));
    }
  }

  /** Lets them go on. */
  public synchronized void resume() {
    if (clock.resume()) {
      active.values().forEach(run -> run.letWait(false));
    }
  }

  public boolean isPaused() {
    return clock.isPaused();
  }

  /** What failed, the first one first. */
  public Map<Job, Throwable> failures() {
    synchronized (failures) {
      return new LinkedHashMap<>(failures);
    }
  }

  /**
   * How far it has come.
   *
   * @param runs of the whole plan
   * @param steps agent steps of the whole plan
   */
  public StudyProgress progress(int runs, double steps) {
    Map<Job, Throwable> failed = failures();
    double done = stepsDone();
    double dropped = failed.keySet().stream().mapToDouble(RunPool::stepsOf).sum();
    double seconds = clock.seconds();
    double before = stepsBefore.values().stream().mapToDouble(Long::doubleValue).sum();
    double speed = seconds > 0 ? (done - before) / seconds : 0;
    return new StudyProgress(
        complete.size(),
        failed.size(),
        runs,
        underWay(),
        steps == 0 ? 1 : Math.min(1, (done + dropped) / steps),
        speed > 0 ? Math.max(0, steps - dropped - done) / speed : Double.NaN);
  }

  private List<UnderWay> underWay() {
    return active.entrySet().stream()
        .map(each -> new UnderWay(each.getKey().inWords(), share(each.getKey(), each.getValue())))
        .sorted(Comparator.comparing(UnderWay::run))
        .toList();
  }

  private double share(Job job, Run run) {
    return stepsOf(job) == 0 ? 1 : (double) stepsOf(job, run) / stepsOf(job);
  }

  private double stepsDone() {
    return complete.stream().mapToDouble(RunPool::stepsOf).sum()
        + stoppedAt.entrySet().stream()
            .filter(each -> !active.containsKey(each.getKey()))
            .mapToDouble(Map.Entry::getValue)
            .sum()
        + active.entrySet().stream()
            .filter(each -> !complete.contains(each.getKey()))
            .mapToDouble(each -> stepsOf(each.getKey(), each.getValue()))
            .sum();
  }

  private static long stepsOf(Job job) {
    return job.steps() - job.from();
  }

  private long stepsOf(Job job, Run run) {
    long now = Math.max(0, Math.min(job.steps(), run.steps()) - job.from());
    return Math.max(now, stepsBefore.getOrDefault(job, 0L)); // It may be about to go on from there.
  }

  private Path folder(Job job) {
    return directory.resolve(job.label());
  }
}
