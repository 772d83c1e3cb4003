package dev.stampede.runtime;

import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.nn.Parameters;
import dev.stampede.result.EvaluationRecord;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures θ every so many steps, in an environment and with seeds of its own, on a copy taken at
 * that moment.
 *
 * <p>The actor-learner that crosses the mark takes the copy; a thread of its own plays the
 * episodes. When it cannot keep up, marks are skipped rather than actor-learners held back.
 */
final class Evaluator {
  /** What is to be measured; no parameters at the end of the run. */
  private static final class Job {
    final long step;
    final double seconds;
    final float[] theta;

    Job(long step, double seconds, float[] theta) {
      this.step = step;
      this.seconds = seconds;
      this.theta = theta;
    }
  }

  private static final Job END = new Job(0, 0, new float[0]);

  private final Plan plan;
  private final long seed;
  private final Consumer<Throwable> onFailure;
  private final long every;
  private final AtomicLong next;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(2);
  private final List<EvaluationRecord> records = new CopyOnWriteArrayList<>();
  private final BooleanSupplier abandoned;
  private @Nullable Thread thread;
  private @Nullable Evaluation inline;

  /**
   * @param abandoned whether nobody waits for results any more
   */
  Evaluator(Plan plan, long seed, Consumer<Throwable> onFailure, BooleanSupplier abandoned) {
    this.abandoned = abandoned;
    this.plan = plan;
    this.seed = seed;
    this.onFailure = onFailure;
    this.every = plan.evaluateEvery().orElse(Long.MAX_VALUE);
    this.next = new AtomicLong(every);
  }

  void start() {
    if (every != Long.MAX_VALUE && !plan.deterministic()) {
      thread = new Thread(this::serve, "evaluator");
      thread.start();
    }
  }

  /** Called by actor-learners after an update: hands a copy of θ over if a mark was crossed. */
  void submitIfDue(Training training, Parameters theta) {
    if (due(training.steps()) && jobs.remainingCapacity() > 0) {
      jobs.offer(job(training, theta));
    }
  }

  /** The same on the calling thread, for a run that must not depend on timing. */
  void evaluateIfDue(Training training, Parameters theta) {
    if (due(training.steps())) {
      if (inline == null) {
        inline = newEvaluation();
      }
      evaluate(inline, job(training, theta));
    }
  }

  List<EvaluationRecord> records() {
    return List.copyOf(records);
  }

  /**
   * Ends the thread, after the evaluations that were asked for; at once if the run is abandoned.
   */
  void finish() {
    if (inline != null) {
      inline.close();
    }
    Thread running = thread;
    boolean told = false;
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        if (told) {
          running.join();
        } else {
          told =
              jobs.offer(END, 100, TimeUnit.MILLISECONDS); // It may have failed with a full queue.
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean due(long T) {
    long mark = next.get();
    return T >= mark && next.compareAndSet(mark, (T / every + 1) * every);
  }

  private Job job(Training training, Parameters theta) {
    return new Job(training.steps(), training.seconds(), theta.toArray());
  }

  private void serve() {
    try (Evaluation evaluation = newEvaluation()) {
      for (Job job = jobs.take(); job != END; job = jobs.take()) {
        evaluate(evaluation, job);
      }
    } catch (Throwable e) {
      onFailure.accept(e);
    }
  }

  private Evaluation newEvaluation() {
    return new Evaluation(
        plan.algorithm(), plan.network(), plan.environments().create(Purpose.EVALUATION), seed);
  }

  private void evaluate(Evaluation evaluation, Job job) {
    Parameters theta = new Parameters(job.theta.length);
    theta.set(job.theta);
    List<Double> returns =
        evaluation.play(
            theta,
            plan.evaluationEpisodes(),
            plan.greedyEvaluation(),
            () -> !abandoned.getAsBoolean());
    if (returns.size() == plan.evaluationEpisodes()) {
      records.add(
          new EvaluationRecord(
              job.step,
              job.step * plan.environments().framesPerStep(),
              job.seconds,
              plan.greedyEvaluation(),
              returns));
    }
  }
}
