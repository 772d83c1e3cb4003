package dev.stampede.runtime;

import dev.stampede.algorithm.Minibatch;
import dev.stampede.algorithm.ReplayAlgorithm;
import dev.stampede.algorithm.ReplayLearner;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Optimizer;
import dev.stampede.replay.PrioritySink;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The learner of a run with actors, as its algorithm sees it. Made and used on its own thread. */
final class LearnerThread implements ReplayLearner {
  private final Training training;
  private final Plan plan;
  private final int id;
  private final Space actionSpace;
  private final SharedMemory memory;
  private final PrioritySink back;
  private final SharedParameters parameters;
  private final Optimizer optimizer;
  private final Gauge gauge;
  private final SplitMix random;
  private @Nullable DrawnMinibatch minibatch;

  private LearnerThread(
      Training training,
      Plan plan,
      int id,
      Space actionSpace,
      SharedMemory memory,
      SharedParameters parameters,
      long seed) {
    this.training = training;
    this.plan = plan;
    this.id = id;
    this.actionSpace = actionSpace;
    this.memory = memory;
    this.back = training.link().priorities(memory.replay());
    this.parameters = parameters;
    this.optimizer = training.optimizerForThread();
    this.gauge = training.learning().gauge();
    this.random = new SplitMix(seed);
  }

  /**
   * What the thread does from its start to its end.
   *
   * @param id its number, behind those of the actors
   * @param parameters what actors see of θ and φ
   */
  static void run(
      Training training,
      Plan plan,
      ReplayAlgorithm algorithm,
      int id,
      long seed,
      Space actionSpace,
      SharedMemory memory,
      SharedParameters parameters) {
    try {
      LearnerThread learner =
          new LearnerThread(training, plan, id, actionSpace, memory, parameters, seed);
      learner.work(algorithm);
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  private void work(ReplayAlgorithm algorithm) throws Exception {
    try (DrawnMinibatch ofThread =
        new DrawnMinibatch(
            training,
            plan,
            algorithm.memory(),
            actionSpace,
            training.coresOfMinibatches(), // Actors wait for it more often than it for them.
            gauge,
            UnaryOperator.<Observation>identity(),
            new Shown(),
            this::updated)) {
      minibatch = ofThread;
      Optional<byte[]> resumed = training.resumedActor(id);
      if (resumed.isPresent()) {
        restore(resumed.get());
      }
      training.awaitAllReady();
      algorithm.learn(this);
      if (training.running()) {
        training.stop(); // An interrupt has ended it early, and actors alone are of no use.
      }
      training.safePoint().end(id, state());
    }
  }

  /** θ itself, of which actors see whole versions. */
  private final class Shown implements Thetas {
    @Override
    public boolean inPlace() {
      return true;
    }

    @Override
    public void sync(LocalNetwork... networks) {
      for (LocalNetwork each : networks) {
        each.sync(training.shared());
      }
    }

    @Override
    public void apply(Gradient dTheta, long T, long updates) {
      parameters.change(() -> training.update(optimizer, dTheta, T, updates, gauge));
    }

    @Override
    public void change(Runnable update) {
      parameters.change(update);
    }
  }

  private void updated() {
    training.countUpdate();
    training.evaluator().submitIfDue(training, training.shared());
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public @Nullable Minibatch draw(double beta) {
    rest();
    if (minibatch == null || !memory.awaitDraw(this::rest)) {
      return null;
    }
    Minibatch drawn = minibatch.draw(memory.replay(), back, beta, random);
    memory.drew(drawn.size());
    return drawn;
  }

  private void rest() {
    if (training.safePoint().asked()) {
      training.safePoint().pass(id, state());
    }
  }

  @Override
  public void refreshTarget() {
    training.replaceTarget();
  }

  @Override
  public void removeToFit() {
    memory.replay().removeToFit();
  }

  @Override
  public long updates() {
    return training.updates();
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** All that it must know to go on from here, between two updates. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          random.save(out);
          out.writeLong(parameters.epoch());
          if (!plan.optimizer().shared()) {
            optimizer.save(out);
          }
        });
  }

  private void restore(byte[] state) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(state));
    random.restore(in);
    parameters.startAfter(in.readLong());
    if (!plan.optimizer().shared()) {
      optimizer.restore(in);
    }
  }
}
