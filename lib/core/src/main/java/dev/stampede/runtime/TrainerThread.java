package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.QueuedAlgorithm;
import dev.stampede.algorithm.QueuedAlgorithm.Sample;
import dev.stampede.algorithm.QueuedTrainer;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One trainer, as its algorithm sees it. Its forward and backward pass use one copy θ′ of θ, taken
 * right before. Made and used on its own thread.
 */
final class TrainerThread implements QueuedTrainer {
  private final Training training;
  private final Plan plan;
  private final int id;
  private final Space actionSpace;
  private final TrainingQueue rollouts;
  private final Parameters theta;
  private final LocalNetwork network;
  private final Optimizer optimizer;
  private final Gauge gauge;
  private List<Sample> samples = List.of();
  private int taken;

  private TrainerThread(
      Training training,
      Plan plan,
      int id,
      Space actionSpace,
      TrainingQueue rollouts,
      LocalNetwork network) {
    this.training = training;
    this.plan = plan;
    this.id = id;
    this.actionSpace = actionSpace;
    this.rollouts = rollouts;
    this.theta = training.shared();
    this.network = network;
    this.optimizer = training.optimizerForThread();
    this.gauge = training.learning().gauge();
  }

  /**
   * What the thread does from its start to its end.
   *
   * @param id its number among agents and trainers
   */
  static void run(
      Training training,
      Plan plan,
      QueuedAlgorithm algorithm,
      int id,
      Space actionSpace,
      TrainingQueue rollouts) {
    try (LocalNetwork network = plan.network().local(algorithm.rolloutLength())) {
      TrainerThread trainer = new TrainerThread(training, plan, id, actionSpace, rollouts, network);
      Optional<byte[]> resumed = training.resumedActor(id);
      if (resumed.isPresent()) {
        trainer.restore(resumed.get());
      }
      training.awaitAllReady();
      algorithm.run(trainer);
      training.safePoint().end(id, trainer.state());
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  @Override
  public List<Sample> take(int n) {
    samples = new ArrayList<>();
    taken = 0;
    while (samples.size() <= n) {
      Optional<TrainingQueue.Item> next = rollouts.take(!samples.isEmpty());
      if (next.isPresent()) {
        add(next.get());
      } else if (!samples.isEmpty() || rollouts.isOver()) {
        break;
      } else if (training.safePoint().asked()) {
        training.safePoint().pass(id, state());
      }
    }
    return training.hasFailed() ? List.of() : samples;
  }

  private void add(TrainingQueue.Item item) {
    for (int i = 0; i < item.states().size(); i++) {
      network.put(samples.size() + i, item.states().get(i));
    }
    samples.addAll(item.samples());
    taken++;
  }

  @Override
  public void update(ActorLearner.Loss loss) {
    long T = training.steps();
    int n = samples.size();
    long updatesAtSync = training.updates();
    network.sync(theta);
    network.backward(
        n,
        (out, dOut) -> Losses.reduced(loss, out, dOut, n, taken, plan, training, gauge),
        dTheta -> training.update(optimizer, dTheta, T, updatesAtSync, gauge));
    training.countUpdate();
    training.evaluator().submitIfDue(training, theta);
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** All that this trainer must know to go on from here, between two updates. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          if (!plan.optimizer().shared()) {
            optimizer.save(out);
          }
        });
  }

  private void restore(byte[] state) throws IOException {
    if (!plan.optimizer().shared()) {
      optimizer.restore(new DataInputStream(new ByteArrayInputStream(state)));
    }
  }
}
