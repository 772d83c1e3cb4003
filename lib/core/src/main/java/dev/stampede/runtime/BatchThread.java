package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.BatchLearner;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.Engine;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a synchronous algorithm: it acts for all environments in one pass and learns
 * from all in another.
 *
 * <p>Environments in other processes step at the same time, each waited for by a thread of its own;
 * native ones step one after another on this thread. State t of environment e is state t·n + e of
 * the network; after the rollouts there is room for the states in which episodes ended.
 */
final class BatchThread implements BatchLearner, AutoCloseable {
  private final Training training;
  private final Plan plan;
  private final Parameters theta;
  private final List<Environment> environments = new ArrayList<>();
  private final Space actionSpace;
  private final LocalNetwork network;
  private final Optimizer optimizer;
  private final SplitMix random;
  private final @Nullable ExecutorService stepping;
  private final Observation[] ended;
  private final int n;
  private final int lastRow;
  private int t;

  private BatchThread(Training training, Plan plan, Environment first, long seed) {
    this.training = training;
    this.plan = plan;
    this.theta = training.shared();
    this.n = plan.threads();
    this.optimizer = training.optimizerForThread();
    SplitMix seeds = new SplitMix(seed);
    this.random = new SplitMix(seeds.nextLong());
    environments.add(EpisodeStatistics.around(first));
    this.actionSpace = first.actionSpace();
    int tMax = plan.algorithm().rolloutLength();
    this.lastRow = (tMax + 1) * n;
    this.network = plan.network().local(lastRow + 1);
    if (!plan.network().isFused()) {
      Engine.computeWithAllCores();
    }
    this.ended = new Observation[n];
    AtomicInteger number = new AtomicInteger();
    this.stepping =
        plan.environments().stepsElsewhere()
            ? Executors.newFixedThreadPool(
                n, task -> new Thread(task, "environment-" + number.getAndIncrement()))
            : null;
    try {
      all(
          e -> {
            if (e > 0) {
              Environment made =
                  EpisodeStatistics.around(plan.environments().create(Purpose.TRAINING));
              synchronized (environments) {
                environments.add(made);
              }
            }
            return true;
          });
      for (int e = 0; e < n; e++) {
        network.put(e, environments.get(e).reset(seeds.nextLong() >>> 1));
      }
    } catch (Throwable failed) {
      close();
      throw failed;
    }
  }

  /** What the thread does from its start to its end. */
  static void run(
      Training training, Plan plan, BatchAlgorithm algorithm, Environment first, long seed) {
    try (BatchThread batch = new BatchThread(training, plan, first, seed)) {
      training.awaitAllReady();
      algorithm.run(batch);
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public int environments() {
    return n;
  }

  @Override
  public void begin() {
    for (int e = 0; e < n; e++) {
      network.copy(t * n + e, e);
    }
    t = 0;
    network.sync(theta);
  }

  @Override
  public float[] act() {
    return network.outputs(t * n, n);
  }

  @Override
  public List<Step> step(List<Action> actions) {
    List<Step> steps = all(e -> environments.get(e).step(Bounds.cut(actions.get(e), actionSpace)));
    t++;
    for (int e = 0; e < n; e++) {
      Step step = steps.get(e);
      long T = training.countStep();
      network.put(t * n + e, step.observation());
      if (step.ending() == Step.Ending.LOST) {
        training.countLostEpisode();
      }
      if (step.episode().isPresent()) {
        training.episodeEnded(e, T, step.episode().get().score(), step.episode().get().steps());
      }
    }
    restart(steps);
    return steps;
  }

  /** Starts a new episode where one ended, and keeps the state it ended in. */
  private void restart(List<Step> steps) {
    for (int e = 0; e < n; e++) {
      if (steps.get(e).last()) {
        int row = t * n + e;
        network.put(row, keep(e, steps.get(e).observation()));
        network.put(row, environments.get(e).reset());
      }
    }
  }

  /** A copy: the environment writes over its observation when it starts again. */
  private Observation keep(int e, Observation observation) {
    java.nio.ByteBuffer copy = java.nio.ByteBuffer.allocate(observation.bytes());
    observation.copyTo(copy);
    Observation kept = Observation.of(copy.flip());
    ended[e] = kept;
    return kept;
  }

  @Override
  public float[] last(int environment) {
    Observation observation = ended[environment];
    if (observation == null) {
      throw new IllegalStateException("no episode of environment " + environment + " has ended");
    }
    network.put(lastRow, observation);
    return network.forward(lastRow);
  }

  @Override
  public void update(ActorLearner.Loss loss) {
    long T = training.steps();
    network.backward(
        t * n,
        (out, dOut) -> Losses.reduced(loss, out, dOut, t * n, n, plan, training),
        dTheta -> optimizer.update(theta, dTheta, plan.learningRate(T)));
    training.countUpdate();
    if (plan.deterministic()) {
      training.evaluator().evaluateIfDue(training, theta);
    } else {
      training.evaluator().submitIfDue(training, theta);
    }
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  @Override
  public void close() {
    if (stepping != null) {
      stepping.shutdownNow();
      boolean interrupted = false;
      while (!stepping.isTerminated()) {
        try {
          stepping.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    network.close();
    environments.forEach(Environment::close);
  }

  private interface ForEach<R> {
    R of(int environment);
  }

  /** Something for each environment; at the same time if they are in other processes. */
  private <R> List<R> all(ForEach<R> task) {
    List<R> results = new ArrayList<>(n);
    ExecutorService threads = stepping;
    if (threads == null) {
      for (int e = 0; e < n; e++) {
        results.add(task.of(e));
      }
      return results;
    }
    List<Callable<R>> tasks = new ArrayList<>(n);
    for (int e = 0; e < n; e++) {
      int number = e;
      tasks.add(() -> task.of(number));
    }
    try {
      for (Future<R> each : threads.invokeAll(tasks)) {
        results.add(each.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while environments stepped", e);
    }
  }
}
