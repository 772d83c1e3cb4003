package dev.stampede.algorithm;

import dev.stampede.env.Space;
import java.util.List;

/** One trainer of a {@link QueuedAlgorithm}. Belongs to one thread. */
public interface QueuedTrainer {

  /**
   * Takes whole rollouts out of the training queue, and waits for them, until there are more than
   * {@code n} states. There are fewer when no agent can bring more: at the end of the run and
   * before a checkpoint.
   *
   * @return the states' samples, rollout after rollout; none when the run has ended
   */
  List<QueuedAlgorithm.Sample> take(int n);

  /**
   * An update of θ by the gradient of {@code loss} at the θ of this moment, over the states that
   * were taken last.
   */
  void update(ActorLearner.Loss loss);

  /** What the agents' environments take. */
  Space actionSpace();
}
