package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.Critic;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.Minibatch;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.replay.Batch;
import dev.stampede.replay.PriorityMessage;
import dev.stampede.replay.PrioritySink;
import dev.stampede.replay.Replay;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Transitions drawn from a memory, before the networks that learn from them: s_j is their state j,
 * s′_j their state n + j. Made, used and closed by one thread.
 */
final class DrawnMinibatch implements Minibatch, AutoCloseable {
  private final Training training;
  private final Plan plan;
  private final Threads threads;
  private final MinibatchNetwork network;
  private final MinibatchNetwork target;
  private final LocalNetwork[] all;
  private final Gauge gauge;
  private final UnaryOperator<Observation> seen;
  private final Thetas thetas;
  private final Runnable updated;
  private final int most;
  private final Batch batch;
  private final @Nullable DrawnCritic critic;
  private Training.@Nullable Target seenTarget;
  private @Nullable PrioritySink back;
  private long updatesAtDraw;

  /**
   * @param cores that it may use
   * @param seen what the networks see of an observation
   * @param thetas where θ comes from, and where gradients go
   * @param updated called after each update
   */
  DrawnMinibatch(
      Training training,
      Plan plan,
      MemoryUse use,
      Space actions,
      int cores,
      Gauge gauge,
      UnaryOperator<Observation> seen,
      Thetas thetas,
      Runnable updated) {
    this.training = training;
    this.plan = plan;
    this.gauge = gauge;
    this.seen = seen;
    this.thetas = thetas;
    this.updated = updated;
    this.most = use.minibatch();
    int parts = MinibatchNetwork.parts(plan.network(), most, cores);
    this.threads = new Threads(Thread.currentThread().getName() + "-part", parts - 1);
    this.network =
        MinibatchNetwork.of(
            plan.network(),
            most,
            parts,
            threads,
            states ->
                thetas.inPlace()
                    ? plan.network().onShared(training.shared(), states)
                    : plan.network().local(states));
    this.all = network.networks();
    this.target = network.twin();
    this.batch = new Batch(most, plan.network().observations(), actions);
    this.critic =
        training
            .critic()
            .map(shared -> new DrawnCritic(training, plan, shared, most, thetas::change))
            .orElse(null);
  }

  /**
   * Draws the next one.
   *
   * @param priorities where its new priorities go
   */
  Minibatch draw(Replay memory, PrioritySink priorities, double beta, RandomGenerator random) {
    memory.draw(most, beta, random, batch);
    back = priorities;
    for (int j = 0; j < batch.size(); j++) {
      network.put(j, seen.apply(batch.state(j)), seen.apply(batch.next(j)));
      if (critic != null) {
        critic.put(j, seen.apply(batch.state(j)), seen.apply(batch.next(j)));
      }
    }
    updatesAtDraw = training.updates();
    thetas.sync(all);
    return this;
  }

  @Override
  public int size() {
    return batch.size();
  }

  @Override
  public Action action(int j) {
    return batch.action(j);
  }

  @Override
  public double reward(int j) {
    return batch.reward(j);
  }

  @Override
  public double discount(int j) {
    return batch.discount(j);
  }

  @Override
  public double weight(int j) {
    return batch.weight(j);
  }

  @Override
  public float[] next() {
    return network.next();
  }

  @Override
  public float[] nextTarget() {
    Training.Target now = training.target();
    if (now != seenTarget) {
      for (LocalNetwork each : target.networks()) {
        each.sync(now.theta());
      }
      seenTarget = now;
    }
    return target.next();
  }

  @Override
  public Critic critic() {
    return critic == null ? Minibatch.super.critic() : critic;
  }

  @Override
  public void update(ActorLearner.Loss loss) {
    long T = training.steps();
    network.backward(
        (out, dOut) -> Losses.reduced(loss, out, dOut, size(), 1, plan, training, gauge),
        dTheta -> thetas.apply(dTheta, T, updatesAtDraw));
    updated.run();
  }

  @Override
  public void prioritize(double[] p) {
    if (back != null) {
      back.set(PriorityMessage.of(batch, p));
    }
  }

  @Override
  public void close() {
    threads.close(); // Before what they compute with.
    if (critic != null) {
      critic.close();
    }
    target.close();
    network.close();
  }
}
