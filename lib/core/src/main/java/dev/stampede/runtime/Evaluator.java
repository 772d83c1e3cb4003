package dev.stampede.runtime;

import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Saveable;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.Moments;
import dev.stampede.nn.Parameters;
import dev.stampede.result.EvaluationRecord;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
final class Evaluator implements Saveable {
  /** What is to be measured; no parameters at the end of the run. */
  private static final class Job {
    final long step;
    final double seconds;
    final float[] theta;
    final Optional<Moments> observations;

    Job(long step, double seconds, float[] theta, Optional<Moments> observations) {
      this.step = step;
      this.seconds = seconds;
      this.theta = theta;
      this.observations = observations;
    }
  }

  private static final Job END = new Job(0, 0, new float[0], Optional.empty());

  private final Plan plan;
  private volatile long seed;
  private final Consumer<Throwable> onFailure;
  private final long every;
  private final AtomicLong next;
  private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(3);
  private final List<EvaluationRecord> records = new CopyOnWriteArrayList<>();
  private final BooleanSupplier abandoned;
  private @Nullable Thread thread;
  private @Nullable Evaluation inline;

  /** Asked for, and not in the records yet; guarded by {@link #records}. */
  private final List<Job> pending = new ArrayList<>();

  /** Of {@link #inline}, before it is made; empty for a new one. */
  private byte[] inlineState = new byte[0];

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
    if (due(training.steps()) && jobs.remainingCapacity() > 1) { // One of a resumed run's more.
      Job job = job(training, theta);
      if (!jobs.offer(job)) {
        synchronized (records) {
          pending.remove(job);
        }
      }
    }
  }

  /** The same on the calling thread, for a run that must not depend on timing. */
  void evaluateIfDue(Training training, Parameters theta) {
    for (Job job : pending()) { // A run that is resumed may have been stopped within one.
      evaluateInline(job);
    }
    if (due(training.steps())) {
      evaluateInline(job(training, theta));
    }
  }

  private void evaluateInline(Job job) {
    Evaluation evaluation = inline;
    if (evaluation == null) {
      evaluation = newEvaluation();
      inline = evaluation;
      if (inlineState.length > 0) {
        try {
          evaluation.restore(new DataInputStream(new ByteArrayInputStream(inlineState)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    inlineState = Checkpoint.bytes(evaluation::save);
    if (evaluate(evaluation, job)) {
      inlineState = Checkpoint.bytes(evaluation::save);
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    List<Job> jobsLeft;
    List<EvaluationRecord> done;
    synchronized (records) {
      jobsLeft = List.copyOf(pending);
      done = List.copyOf(records);
    }
    out.writeLong(next.get());
    out.writeInt(done.size());
    for (EvaluationRecord each : done) {
      States.save(each, out);
    }
    out.writeInt(jobsLeft.size());
    for (Job job : jobsLeft) {
      out.writeLong(job.step);
      out.writeDouble(job.seconds);
      Parameters theta = new Parameters(job.theta.length);
      theta.set(job.theta);
      theta.save(out);
      if (job.observations.isPresent()) {
        job.observations.get().write(out);
      }
    }
    out.writeInt(inlineState.length);
    out.write(inlineState);
  }

  /** Before {@link #start}. Environments that have no saved state go on with other seeds. */
  @Override
  public void restore(DataInput in) throws IOException {
    next.set(in.readLong());
    for (int left = in.readInt(); left > 0; left--) {
      records.add(States.readEvaluation(in));
    }
    for (int left = in.readInt(); left > 0; left--) {
      long step = in.readLong();
      double seconds = in.readDouble();
      Parameters theta = new Parameters(plan.network().size());
      theta.restore(in);
      Optional<Moments> observations =
          plan.normalization().observations()
              ? Optional.of(Moments.read(in, plan.momentsOfObservations()))
              : Optional.empty();
      Job job = new Job(step, seconds, theta.toArray(), observations);
      pending.add(job);
      if (!plan.deterministic()) {
        jobs.offer(job);
      }
    }
    inlineState = Checkpoint.readBlock(in);
    if (!records.isEmpty()) { // Those who have played nothing repeat nothing.
      seed = new SplitMix(seed + records.size() + 1).nextLong();
    }
  }

  private List<Job> pending() {
    synchronized (records) {
      return List.copyOf(pending);
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
    Job job =
        new Job(
            training.steps(), training.seconds(), theta.toArray(), training.observationMoments());
    synchronized (records) {
      pending.add(job);
    }
    return job;
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

  /** False if it was abandoned. */
  private boolean evaluate(Evaluation evaluation, Job job) {
    Parameters theta = new Parameters(job.theta.length);
    theta.set(job.theta);
    List<Double> returns =
        evaluation.play(
            theta,
            job.observations,
            plan.evaluationEpisodes(),
            plan.greedyEvaluation(),
            () -> !abandoned.getAsBoolean());
    boolean whole = returns.size() == plan.evaluationEpisodes();
    if (whole) {
      synchronized (records) {
        pending.remove(job);
        records.add(
            new EvaluationRecord(
                job.step,
                job.step * plan.environments().framesPerStep(),
                job.seconds,
                plan.greedyEvaluation(),
                returns));
      }
    }
    return whole;
  }
}
