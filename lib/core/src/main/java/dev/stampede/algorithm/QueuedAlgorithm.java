package dev.stampede.algorithm;

import dev.stampede.env.Action;

/**
 * An algorithm of two roles around one θ: agents act by predictions that others compute for many of
 * them at once, and trainers learn from what agents did.
 *
 * <p>States go into the prediction queue and their outputs come back; rollouts go into the training
 * queue. Both queues, and the threads at their ends, belong to the runtime.
 */
public non-sealed interface QueuedAlgorithm extends Algorithm {

  /** What an agent does: acts until {@link QueuedAgent#running} says no. */
  void run(QueuedAgent agent);

  /** What a trainer does: learns until no rollout can come any more. */
  void run(QueuedTrainer trainer);

  /** How many predictors and trainers there are, and how long the queues. */
  Queues queues();

  /** A state's action and what its value is drawn towards: what a trainer must know of a step. */
  record Sample(Action action, double target) {}

  /**
   * The sizes around both queues.
   *
   * @param predictors threads that answer states
   * @param predictionBatch most states that a predictor answers at once; it waits for none
   * @param trainers threads that update θ
   * @param length most states in the prediction queue, most rollouts in the training queue; who
   *     puts one in waits for room
   */
  record Queues(int predictors, int predictionBatch, int trainers, int length) {}
}
