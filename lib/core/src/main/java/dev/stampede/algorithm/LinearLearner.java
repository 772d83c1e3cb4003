package dev.stampede.algorithm;

import dev.stampede.nn.Weights;

/**
 * What an {@link ActorLearner} gives a method that changes a linear function's θ itself, without a
 * gradient of all weights and without an optimizer. Belongs to one thread.
 */
public interface LinearLearner {

  /** The shared θ: output k of feature i at k · {@link #features} + i. */
  Weights theta();

  /** Numbers in θ. */
  int size();

  /** Features of a state. */
  int features();

  /** Those features of the current state that are 1. Valid until the next step. */
  int[] active();

  /** η as it is now. */
  double learningRate();

  /** To be called after each update of θ: counts it, and evaluates θ if that is due. */
  void updated();
}
