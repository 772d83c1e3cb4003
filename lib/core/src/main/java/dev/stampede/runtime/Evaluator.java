package dev.stampede.runtime;

import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.nn.Parameters;
import dev.stampede.result.EvaluationRecord;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
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
  private record Job(long step, double seconds, Parameters theta) {}

  private static final Job END = new Job(0, 0, new Parameters(0));

  private final Plan plan;
  private final long seed;
  private final Consumer<Throwable> onFailure;
  private final long every;
  private final AtomicLong next;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(2);
  private final List<EvaluationRecord> records = new CopyOnWriteArrayList<>();
  private volatile boolean finishing;
  private @Nullable Thread thread;
  private @Nullable Evaluation inline;

  Evaluator(Plan plan, long seed, Consumer<Throwable> onFailure) {
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
   * Ends the thread, after the evaluations that were asked for.
   *
   * @param now whether to drop those, with the episode under way
   */
  void finish(boolean now) {
    finishing = now;
    if (inline != null) {
      inline.close();
    }
    Thread running = thread;
    if (running == null) {
      return;
    }
    if (now) {
      jobs.clear();
    }
    boolean ending = false;
    boolean interrupted = false;
    while (running.isAlive()) {
      try {
        if (!ending) {
          jobs.put(END);
          ending = true;
        }
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
        finishing = true;
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
    Parameters copy = new Parameters(theta.size());
    copy.set(theta);
    return new Job(training.steps(), training.seconds(), copy);
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
    List<Double> returns =
        evaluation.play(job.theta(), plan.evaluationEpisodes(), false, () -> !finishing);
    if (returns.size() == plan.evaluationEpisodes()) {
      records.add(
          new EvaluationRecord(
              job.step(),
              job.step() * plan.environments().framesPerStep(),
              job.seconds(),
              false,
              returns));
    }
  }
}
