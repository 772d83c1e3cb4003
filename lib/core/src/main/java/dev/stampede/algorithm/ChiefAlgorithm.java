package dev.stampede.algorithm;

/**
 * An algorithm whose threads, the workers, do not update θ themselves: each sends its gradients to
 * a chief, which waits for those of most workers and updates θ by their average.
 *
 * <p>In each round of learning a worker owes one gradient for each update of the chief, in the same
 * order. Rounds of all workers begin together, but for those that are late.
 */
public interface ChiefAlgorithm extends AsynchronousAlgorithm {

  /** What the chief does until {@link Chief#running} says no. */
  void run(Chief chief);

  /** What was remembered within a rollout changes with each update that is made from it. */
  @Override
  default boolean takesRecurrent() {
    return false;
  }
}
