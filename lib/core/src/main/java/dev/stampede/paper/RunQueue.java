package dev.stampede.paper;

import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does the runs of a plan that are not done yet, each in a folder of its own.
 *
 * <p>In the plan's order, as many side by side as have a core for each of their threads; one whose
 * time is measured has the machine to itself. A run that has a checkpoint goes on from there. The
 * first failure stops all. {@link #stop} and {@link #progress} may be called from any thread.
 */
final class RunQueue {
  /** Longer runs need no warm-up. */
  private static final long WARM_UP_STEPS = 50_000;

  private final List<PlannedRun> plan;
  private final Path directory;
  private final Consumer<String> messages;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final Semaphore free = new Semaphore(cores);
  private final Map<PlannedRun, Run> active = new ConcurrentHashMap<>();
  private final Set<PlannedRun> complete = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile long since;
  private volatile long stepsBefore;

  /**
   * @param directory holds a folder for each run, by its label
   * @param messages takes a line for the user; called from the threads of runs
   */
  RunQueue(List<PlannedRun> plan, Path directory, Consumer<String> messages) {
    this.plan = List.copyOf(plan);
    this.directory = directory;
    this.messages = messages;
  }

  /** Blocks until all runs are complete, one has failed, or it is stopped. */
  void run() throws InterruptedException {
    for (PlannedRun each : plan) {
      if (Outcome.read(each, folder(each)).isPresent()) {
        complete.add(each);
      }
    }
    List<PlannedRun> left = plan.stream().filter(each -> !complete.contains(each)).toList();
    warmUp(left);
    stepsBefore = stepsDone();
    since = System.nanoTime();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (PlannedRun each : left) {
        int share = each.timed() ? cores : Math.min(cores, each.threads());
        free.acquire(share);
        if (stopped) {
          free.release(share);
          break;
        }
        try {
          threads.execute(() -> runAndRelease(each, share));
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
      threads.shutdown();
    }
  }

  private void runAndRelease(PlannedRun planned, int share) {
    try {
      perform(planned);
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      stop();
    } finally {
      active.remove(planned);
      free.release(share);
    }
  }

  private void perform(PlannedRun planned) {
    Run run = experiment(planned).start(messages);
    active.put(planned, run);
    if (stopped) {
      run.stop();
    }
    run.await();
    if (Outcome.read(planned, folder(planned)).isPresent()) {
      complete.add(planned);
    }
  }

  private Experiment experiment(PlannedRun planned) {
    Path folder = folder(planned);
    if (noCheckpoint(folder)) {
      return planned.experiment(folder);
    }
    try {
      return Experiment.resume(folder).build();
    } catch (IllegalArgumentException e) {
      messages.accept("a run starts anew, since it cannot go on: " + e.getMessage());
      return planned.experiment(folder);
    }
  }

  private static boolean noCheckpoint(Path folder) {
    return !Files.exists(folder.resolve("checkpoint.bin"))
        && !Files.exists(folder.resolve("checkpoint.previous"));
  }

  /** Compiled code, so that the first runs whose time is measured are not slower than the last. */
  private void warmUp(List<PlannedRun> left) {
    left.stream()
        .filter(each -> each.timed() && each.steps() <= 100 * WARM_UP_STEPS)
        .map(each -> each.algorithm().name() + " " + each.env())
        .distinct()
        .forEach(
            what -> {
              PlannedRun first =
                  left.stream()
                      .filter(e -> what.equals(e.algorithm().name() + " " + e.env()))
                      .findFirst()
                      .orElseThrow();
              if (!stopped) {
                Experiment.of()
                    .algorithm(first.algorithm())
                    .env(first.env())
                    .threads(cores + 1)
                    .steps(Math.min(WARM_UP_STEPS, first.steps()))
                    .evaluateEvery(first.evaluateEvery())
                    .build()
                    .run();
              }
            });
  }

  /** Asks all runs to end in an orderly way and starts no other. Returns at once. */
  void stop() {
    stopped = true;
    active.values().forEach(Run::stop);
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  boolean isComplete() {
    return complete.size() == plan.size();
  }

  PaperProgress progress() {
    double total = plan.stream().mapToDouble(PlannedRun::steps).sum();
    long done = stepsDone();
    double seconds = since == 0 ? 0 : (System.nanoTime() - since) / 1e9;
    double speed = seconds > 0 ? (done - stepsBefore) / seconds : 0;
    return new PaperProgress(
        complete.size(),
        plan.size(),
        active.keySet().stream().map(RunQueue::inWords).sorted().collect(Collectors.joining("; ")),
        total == 0 ? 1 : Math.min(1, done / total),
        speed > 0 ? Math.max(0, total - done) / speed : Double.NaN);
  }

  private static String inWords(PlannedRun run) {
    return run.algorithm().name()
        + " "
        + run.env()
        + ", "
        + run.threads()
        + (run.threads() == 1 ? " thread" : " threads")
        + ", seed "
        + run.seed();
  }

  private long stepsDone() {
    return complete.stream().mapToLong(PlannedRun::steps).sum()
        + active.entrySet().stream()
            .filter(each -> !complete.contains(each.getKey()))
            .mapToLong(each -> Math.min(each.getKey().steps(), each.getValue().steps()))
            .sum();
  }

  private Path folder(PlannedRun planned) {
    return directory.resolve(planned.label());
  }
}
