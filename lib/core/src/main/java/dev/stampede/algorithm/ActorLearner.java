package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * One of the threads that act and learn at once, as its algorithm sees it: an environment of its
 * own, the shared θ, its own θ′.
 *
 * <p>{@link #sync}, {@link #act}, {@link #step} and {@link #update} are also the places where a run
 * is paused, stopped and measured. Belongs to one thread.
 */
public interface ActorLearner {

  /** Number of this thread, from 0. */
  int id();

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /**
   * θ′ ← θ. The current state becomes the first of a new rollout; after the end of an episode that
   * is a start state. An algorithm that works {@linkplain AsynchronousAlgorithm#onShared on θ
   * itself} has nothing to copy.
   *
   * <p>A checkpoint is taken here. What an algorithm must still know then, it has given to {@link
   * #keep}.
   */
  void sync();

  /**
   * The network's outputs for the current state under θ′. The array is used again by the next call.
   */
  float[] act();

  /**
   * Does {@code a} in the environment, makes the state reached the current one, and counts T ← T +
   * 1. Numbers beyond the bounds of the action space are cut off at them.
   */
  Step step(Action a);

  /**
   * An asynchronous update of θ by the gradient of {@code loss} at θ′ over the states that were
   * acted in since {@link #sync}.
   */
  void update(Loss loss);

  /**
   * The outputs under θ′ for all states since {@link #sync}, the current one last, row after row.
   * The array is used again by the next call.
   */
  float[] outputs();

  /**
   * The observations since {@link #sync} as the network takes them, the current one last, row after
   * row: bytes are 0 to 1, normalised numbers are normalised.
   *
   * @throws IllegalStateException if the network keeps something else, as a tile coding does
   */
  default float[] observations() {
    throw new IllegalStateException("this actor-learner keeps no observations");
  }

  /**
   * Outputs that no algorithm knows of, by name, with how many numbers each has. They are the last
   * ones for each state, in this order.
   */
  default Map<String, Integer> heads() {
    return Map.of();
  }

  /** The same under the target parameters θ⁻. */
  float[] targetOutputs();

  /** The outputs under θ⁻ for the current state alone. */
  float[] target();

  /** θ⁻ ← θ, once for each multiple of {@code interval} that T reaches. */
  void refreshTarget(long interval);

  /**
   * θ⁻ ← τθ + (1 − τ)θ⁻, and the same for a critic's φ⁻.
   *
   * @throws IllegalStateException if there is no θ⁻ here that can be moved
   */
  default void approachTarget(double tau) {
    throw new IllegalStateException("this actor-learner has no soft target");
  }

  /** T: steps of all threads so far. */
  long T();

  /** T_max: steps of all threads when the run ends. */
  default long TMax() {
    throw new IllegalStateException("this actor-learner does not know when its run ends");
  }

  /** t − t_start: steps of this thread since {@link #sync}. */
  int stepsSinceSync();

  /** t: steps of this thread so far. */
  long t();

  /**
   * Makes {@code part} a part of this thread's state, which checkpoints hold. In a run that is
   * resumed, {@code part} and {@link #random} are at once as the checkpoint left them. To be called
   * before the first {@link #sync}, in the same order in each run.
   *
   * @return {@code part}
   */
  <S extends Saveable> S keep(S part);

  /**
   * Whether the current state is a start state, or will be after {@link #sync}: also in a resumed
   * run whose environment could not go on within its episode.
   */
  boolean atStart();

  /** This thread's own source of randomness. */
  RandomGenerator random();

  /** What the environment takes. */
  Space actionSpace();

  /**
   * For methods that change a linear function's θ themselves.
   *
   * @throws IllegalStateException if there is no such function here
   */
  default LinearLearner linear() {
    throw new IllegalStateException("this actor-learner has no linear function; use update");
  }

  /**
   * For methods that learn from a memory.
   *
   * @throws IllegalStateException if the algorithm does not say that it has one
   */
  default Memory memory() {
    throw new IllegalStateException("the algorithm must say memory() to have one");
  }

  /**
   * For methods that go back to rollouts of their own.
   *
   * @throws IllegalStateException if the algorithm does not say that it does
   */
  default TrajectoryMemory trajectories() {
    throw new IllegalStateException("the algorithm must say trajectories() to have a memory");
  }

  /**
   * The outputs under θ_a, the average of what θ was, for all states since {@link #sync}, the
   * current one last, row after row. The array is used again by the next call. Only with {@link
   * #trajectories}.
   */
  default float[] averageOutputs() {
    throw new IllegalStateException("the algorithm must say trajectories() to have an average");
  }

  /** θ_a ← αθ_a + (1 − α)θ, without a lock. Only with {@link #trajectories}. */
  default void updateAverage(double alpha) {
    throw new IllegalStateException("the algorithm must say trajectories() to have an average");
  }

  /**
   * After the end of an episode: the start state of the next becomes the current one, within the
   * same rollout. The outputs for the state that the episode ended in are to be asked for before.
   *
   * @throws IllegalStateException if no episode has just ended
   */
  default void restart() {
    throw new IllegalStateException("this actor-learner ends its rollouts with the episode");
  }

  /**
   * For workers of a {@link ChiefAlgorithm}.
   *
   * @throws IllegalStateException if there is no chief here
   */
  default Worker worker() {
    throw new IllegalStateException("this actor-learner has no chief; use update");
  }

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

  /**
   * The values of a loss's terms, over the rollout.
   *
   * @param other all terms that are none of these
   * @param measures what else its samples showed
   */
  record Terms(double policy, double value, double entropy, double other, Measures measures) {

    /** Without other terms. */
    public Terms(double policy, double value, double entropy, Measures measures) {
      this(policy, value, entropy, 0, measures);
    }

    /** Of samples that showed nothing else. */
    public Terms(double policy, double value, double entropy) {
      this(policy, value, entropy, new Measures());
    }

    public double sum() {
      return policy + value + entropy + other;
    }
  }
}
