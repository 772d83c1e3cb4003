package dev.stampede.runtime;

import dev.stampede.algorithm.QueuedAlgorithm.Queues;
import dev.stampede.nn.LocalNetwork;
import java.util.List;

/**
 * One predictor: answers all states that wait, at most a batch of them, in one forward pass on the
 * shared θ itself.
 */
final class PredictorThread {
  private final LocalNetwork network;

  private PredictorThread(LocalNetwork network) {
    this.network = network;
  }

  /** What the thread does from its start to its end. */
  static void run(
      Training training, Plan plan, Queues sizes, PredictionQueue states, TrainingQueue rollouts) {
    int batch = Math.min(sizes.predictionBatch(), plan.threads()); // An agent asks for one.
    try (LocalNetwork network = plan.network().onShared(training.shared(), batch)) {
      PredictorThread predictor = new PredictorThread(network);
      while (!rollouts.allEnded() && !training.hasFailed()) {
        states.answer(batch, predictor::answer);
      }
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  private void answer(List<PredictionQueue.Request> batch) {
    for (int i = 0; i < batch.size(); i++) {
      network.put(i, batch.get(i).state());
    }
    float[] out = network.outputs(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).answer(out, i);
    }
  }
}
