package dev.stampede.runtime;

import dev.stampede.algorithm.QueuedAlgorithm.Queues;
import dev.stampede.nn.LocalNetwork;
import java.util.List;

/**
 * One predictor: answers all states that wait, at most a batch of them, in one forward pass on the
 * shared θ itself.
 */
final class PredictorThread {
  private PredictorThread() {}

  /** What the thread does from its start to its end. */
  static void run(
      Training training, Plan plan, Queues sizes, PredictionQueue states, TrainingQueue rollouts) {
    int batch = Math.min(sizes.predictionBatch(), plan.threads()); // An agent asks for one.
    try (LocalNetwork network = plan.network().onShared(training.shared(), batch)) {
      while (!rollouts.allEnded() && !training.hasFailed()) {
        states.answer(
            batch,
            requests -> {
              try {
                answer(network, requests);
              } catch (Throwable e) {
                training.fail(e); // Before the agents that wait in vain say so.
              }
            });
      }
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  /** Answers all of them by one forward pass. */
  static void answer(LocalNetwork network, List<PredictionQueue.Request> batch) {
    for (int i = 0; i < batch.size(); i++) {
      network.put(i, batch.get(i).state());
    }
    float[] out = network.outputs(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).answer(out, i);
    }
  }
}
