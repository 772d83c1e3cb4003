package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * One of the threads that act and learn at once, as its algorithm sees it: an environment of its
 * own, the shared θ, its own θ′.
 *
 * <p>{@link #sync}, {@link #act}, {@link #step} and {@link #update} are also the places where a run
 * is paused, stopped and measured. Belongs to one thread.
 */
public interface ActorLearner {

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /**
   * θ′ ← θ. The current state becomes the first of a new rollout; after the end of an episode that
   * is a start state.
   */
  void sync();

  /**
   * The network's outputs for the current state under θ′. The array is used again by the next call.
   */
  float[] act();

  /**
   * Does {@code a} in the environment, makes the state reached the current one, and counts T ← T +
   * 1.
   */
  Step step(Action a);

  /**
   * An asynchronous update of θ by the gradient of {@code loss} at θ′ over the states that were
   * acted in since {@link #sync}.
   */
  void update(Loss loss);

  /** This thread's own source of randomness. */
  RandomGenerator random();

  /** How many discrete actions there are. */
  int actions();

  /** A loss over a rollout, given as its value and its gradient at the network's outputs. */
  @FunctionalInterface
  interface Loss {
    /**
     * @param out the outputs for each state of the rollout, row after row
     * @param dOut takes ∂loss/∂out, laid out like {@code out}; zero at first
     * @return the terms whose sum is the loss
     */
    Terms at(float[] out, float[] dOut);
  }

  /** The values of a loss's terms, summed over the rollout. */
  record Terms(double policy, double value, double entropy) {
    public double sum() {
      return policy + value + entropy;
    }
  }
}
