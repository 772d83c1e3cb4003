package dev.stampede.algorithm;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The memory that a method learns from, as it needs it.
 *
 * @param capacity transitions that are kept, in all threads together
 * @param learningStarts transitions that must be there before anything is learned, in all threads
 *     together: where each thread has a memory of its own, each begins with its own share
 * @param n steps of a transition: R = r_t + γr_{t+1} + … + γ^(n−1)r_{t+n−1}
 * @param gamma discount γ
 * @param priorityExponent α of P(i) ∝ p_i^α; empty where every transition is as likely as any other
 * @param minibatch transitions that are drawn at once
 */
public record MemoryUse(
    long capacity,
    long learningStarts,
    int n,
    double gamma,
    OptionalDouble priorityExponent,
    int minibatch) {

  /** That of transitions which an algorithm learns from; empty for one without. */
  public static Optional<MemoryUse> of(Algorithm algorithm) {
    if (algorithm instanceof ReplayAlgorithm replay) {
      return Optional.of(replay.memory());
    }
    return algorithm instanceof AsynchronousAlgorithm a ? a.memory() : Optional.empty();
  }
}
