package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.BatchLearner;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The one thread of a synchronous algorithm: it acts for all environments in one pass and learns
 * from all in another.
 *
 * <p>Where the factory can step many environments in one call, they step together; otherwise those
 * in other processes step at the same time, each waited for by a thread of its own, and native ones
 * one after another on this thread.
 */
final class BatchThread implements BatchLearner, AutoCloseable {
  private final Training training;
  private final Plan plan;
  private final Parameters theta;
  private final Environment[] environments;
  private final Space actionSpace;
  private final Shards shards;
  private final Optimizer optimizer;
  private final SplitMix random;
  private final Normalizer normalizer;
  private final Threads threads;
  private final EnvironmentBatch batch;
  private final Observation[] ended;
  private final Observation[] current;
  private final int n;
  private final Gauge gauge;
  private long stepsAtSync;
  private long updatesAtSync;
  private Algorithm algorithm;
  private int t;

  private BatchThread(Training training, Plan plan, Environment first, long seed) {
    this.training = training;
    this.plan = plan;
    this.theta = training.shared();
    this.n = plan.threads();
    this.optimizer = training.optimizerForThread();
    this.algorithm = plan.algorithm();
    this.gauge = training.learning().gauge();
    SplitMix seeds = new SplitMix(seed);
    this.random = new SplitMix(seeds.nextLong());
    this.actionSpace = first.actionSpace();
    this.environments = new Environment[n];
    environments[0] = EpisodeStatistics.around(first);
    this.ended = new Observation[n];
    this.current = new Observation[n];
    this.shards = new Shards(plan.network(), n, plan.algorithm().rolloutLength());
    this.normalizer = new Normalizer(plan.normalization(), training.moments(), n);
    this.threads = new Threads("environment", plan.environments().stepsElsewhere() ? n : 0);
    try {
      threads.all(
          n - 1,
          e ->
              environments[e + 1] =
                  EpisodeStatistics.around(plan.environments().create(Purpose.TRAINING)));
      List<Environment> all = List.of(environments);
      this.batch = plan.environments().batch(all).orElseGet(() -> new SeparateSteps(all, threads));
      for (int e = 0; e < n; e++) {
        current[e] = environments[e].reset(seeds.nextLong() >>> 1);
        normalizer.count(current[e]);
        shards.start(0, e, normalizer.observation(current[e]));
      }
    } catch (Throwable failed) {
      close();
      throw failed;
    }
  }

  /** What the thread does from its start to its end. */
  static void run(Training training, Plan plan, Environment first, long seed) {
    try (BatchThread batch = new BatchThread(training, plan, first, seed)) {
      Optional<byte[]> resumed = training.resumedActor(0);
      if (resumed.isPresent()) {
        batch.restore(resumed.get());
      }
      training.awaitAllReady();
      do {
        batch.algorithm = training.algorithm();
        ((BatchAlgorithm) batch.algorithm).run(batch);
      } while (training.running() && !Thread.currentThread().isInterrupted());
      batch.normalizer.begin();
      training.safePoint().end(0, batch.state());
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  @Override
  public boolean running() {
    return training.running()
        && training.algorithm() == algorithm
        && !Thread.currentThread().isInterrupted();
  }

  @Override
  public int environments() {
    return n;
  }

  @Override
  public void begin() {
    normalizer.begin();
    if (training.safePoint().asked()) {
      training.safePoint().pass(0, state());
    }
    shards.restart(t);
    for (int e = 0; normalizer.changesObservations() && e < n; e++) {
      shards.put(0, e, normalizer.observation(current[e])); // By the statistics of its new rollout.
    }
    t = 0;
    stepsAtSync = training.steps();
    updatesAtSync = training.updates();
    shards.sync(theta);
  }

  @Override
  public float[] act() {
    return shards.forward(t);
  }

  @Override
  public List<Step> step(List<Action> actions) {
    List<Step> steps =
        new ArrayList<>(
            batch.stepBeforeReset(actions.stream().map(a -> Bounds.cut(a, actionSpace)).toList()));
    List<Integer> over = new ArrayList<>();
    for (int e = 0; e < n; e++) {
      Step step = steps.get(e);
      current[e] = step.observation();
      if (step.last()) {
        ended[e] = copy(step.observation());
        over.add(e);
      }
    }
    if (!over.isEmpty()) {
      List<Observation> first = batch.reset(over);
      for (int i = 0; i < over.size(); i++) {
        current[over.get(i)] = first.get(i);
      }
    }
    t++;
    for (int e = 0; e < n; e++) {
      Step step = steps.get(e);
      long T = training.countStep();
      if (step.last()) {
        normalizer.count(Objects.requireNonNull(ended[e]));
      }
      normalizer.count(current[e]);
      Observation seen = normalizer.observation(current[e]);
      if (step.last()) {
        shards.start(t, e, seen);
      } else {
        shards.put(t, e, seen);
      }
      steps.set(e, ActorThread.scaled(normalizer.step(e, step), plan.rewardScale()));
      if (step.ending() == Step.Ending.LOST) {
        training.countLostEpisode();
      }
      if (step.episode().isPresent()) {
        training.episodeEnded(e, T, step.episode().get().score(), step.episode().get().steps());
      }
    }
    return steps;
  }

  /** All that must be known to go on from here, between two rollouts. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          random.save(out);
          if (!plan.optimizer().shared()) {
            optimizer.save(out);
          }
          for (int e = 0; e < n; e++) {
            States.save(environments[e], out);
            States.save(current[e], out);
            normalizer.save(e, out);
            if (plan.network().isRecurrent()) {
              States.save(shards.memory(t, e), out);
            }
          }
        });
  }

  /** Goes on from there; where an environment's state was not saved, with a new episode. */
  private void restore(byte[] state) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(state));
    random.restore(in);
    if (!plan.optimizer().shared()) {
      optimizer.restore(in);
    }
    for (int e = 0; e < n; e++) {
      boolean restored = States.restore(environments[e], in);
      Observation then = States.readObservation(in);
      normalizer.restore(e, in, restored);
      float[] memory = plan.network().isRecurrent() ? States.readNumbers(in) : new float[0];
      if (restored) {
        current[e] = then;
        shards.start(0, e, normalizer.observation(then));
        if (plan.network().isRecurrent()) {
          shards.setMemory(e, memory);
        }
      }
    }
  }

  /** What outlives the environment's next reset. */
  static Observation copy(Observation observation) {
    ByteBuffer copy = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(copy);
    return Observation.of(copy.flip());
  }

  @Override
  public float[] last(int environment) {
    return shards.after(
        t - 1,
        environment,
        normalizer.observation(Objects.requireNonNull(ended[environment], "no episode has ended")));
  }

  @Override
  public void update(ActorLearner.Loss loss) {
    long T = training.steps();
    shards.backward(
        t,
        (out, dOut) -> Losses.reduced(loss, out, dOut, t * n, n, plan, training, gauge),
        dTheta -> training.update(optimizer, dTheta, T, updatesAtSync, gauge));
    updated();
  }

  @Override
  public void update(int[] states, ActorLearner.Loss loss) {
    long T = stepsAtSync; // Of all updates of an iteration, as annealed().
    long updates = training.updates();
    shards.sync(theta);
    shards.backward(
        states,
        (out, dOut) -> Losses.reduced(loss, out, dOut, states.length, n, plan, training, gauge),
        dTheta -> training.update(optimizer, dTheta, T, updates, gauge));
    updated();
  }

  private void updated() {
    training.countUpdate();
    if (plan.deterministic()) {
      training.evaluator().evaluateIfDue(training, theta);
    } else {
      training.evaluator().submitIfDue(training, theta);
    }
  }

  @Override
  public double annealed() {
    return plan.annealed(stepsAtSync);
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
    threads.close();
    shards.close();
    for (Environment environment : environments) {
      if (environment != null) {
        environment.close();
      }
    }
  }
}
