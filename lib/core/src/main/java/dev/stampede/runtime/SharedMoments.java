package dev.stampede.runtime;

import dev.stampede.nn.Moments;

/**
 * What all threads of a run know of its observations and of its discounted returns. Safe for any
 * number of threads: they read moments that never change, without a lock; one is held while a
 * thread puts its samples of a whole rollout to the others'.
 */
final class SharedMoments {
  private volatile Moments observations;
  private volatile Moments returns = Moments.none(1);

  /**
   * @param size numbers of an observation
   */
  SharedMoments(int size) {
    observations = Moments.none(size);
  }

  Moments observations() {
    return observations;
  }

  Moments returns() {
    return returns;
  }

  /** Adds the samples, and gives all there are with them. */
  synchronized Moments addObservations(Moments.Samples samples) {
    Moments all = observations.and(samples);
    observations = all;
    return all;
  }

  /** Adds the samples, and gives all there are with them. */
  synchronized Moments addReturns(Moments.Samples samples) {
    Moments all = returns.and(samples);
    returns = all;
    return all;
  }

  /** Before the threads start. */
  synchronized void restore(Moments ofObservations, Moments ofReturns) {
    observations = ofObservations;
    returns = ofReturns;
  }
}
