package dev.stampede.paper;

import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.RunPool;
import dev.stampede.experiment.StudyProgress;
import dev.stampede.experiment.StudyProgress.UnderWay;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does the runs of a plan that are not done yet, as {@link RunPool} does; one whose time is
 * measured has the machine to itself. The first failure stops all. {@link #stop} and {@link
 * #progress} may be called from any thread.
 */
final class RunQueue {
  /** Longer runs need no warm-up. */
  private static final long WARM_UP_STEPS = 50_000;

  private final List<PlannedRun> plan;
  private final RunPool pool;

  /**
   * @param directory holds a folder for each run, by its label
   * @param messages takes a line for the user; called from the threads of runs
   */
  RunQueue(List<PlannedRun> plan, Path directory, Consumer<String> messages) {
    this.plan = List.copyOf(plan);
    this.pool = new RunPool(directory, messages, true);
  }

  /** Blocks until all runs are complete, one has failed, or it is stopped. */
  void run() throws InterruptedException {
    List<PlannedRun> left = pool.left(plan);
    warmUp(left);
    pool.perform(left);
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
              if (!pool.isStopped()) {
                Experiment.of()
                    .algorithm(first.algorithm())
                    .env(first.env())
                    .threads(Runtime.getRuntime().availableProcessors() + 1)
                    .steps(Math.min(WARM_UP_STEPS, first.steps()))
                    .evaluateEvery(first.evaluateEvery())
                    .build()
                    .run();
              }
            });
  }

  /** Asks all runs to end in an orderly way and starts no other. Returns at once. */
  void stop() {
    pool.stop();
  }

  Optional<Throwable> failure() {
    return pool.failures().values().stream().findFirst();
  }

  boolean isComplete() {
    return pooled().done() == plan.size();
  }

  PaperProgress progress() {
    StudyProgress now = pooled();
    return new PaperProgress(
        now.done(),
        plan.size(),
        now.now().stream().map(UnderWay::run).collect(Collectors.joining("; ")),
        now.fraction(),
        now.secondsLeft());
  }

  private StudyProgress pooled() {
    return pool.progress(plan.size(), plan.stream().mapToDouble(PlannedRun::steps).sum());
  }
}
