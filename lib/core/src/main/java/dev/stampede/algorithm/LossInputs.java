package dev.stampede.algorithm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.stampede.nn.DifferentiableOutputs;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * What a {@link RolloutLoss} is made of: the terms of an actor-critic, the rollout, and for terms
 * of one's own the network's outputs under θ′ as arrays. n is the number of the rollout's steps.
 *
 * <p>Valid during one call, with all arrays that were made from it. Belongs to one thread.
 */
public final class LossInputs implements AutoCloseable {
  private final ActorLearner actor;
  private final Policy policy;
  private final Rollout rollout;
  private final float[] out;
  private final int width;
  private final DifferentiableOutputs outputs;

  LossInputs(ActorLearner actor, Policy policy, Rollout rollout, float[] out) {
    if (rollout.size() != actor.stepsSinceSync()) {
      throw new IllegalArgumentException(
          "update: expected a rollout of the "
              + actor.stepsSinceSync()
              + " steps since sync() but got one of "
              + rollout.size()
              + "; the network's outputs are those of all of them");
    }
    this.actor = actor;
    this.policy = policy;
    this.rollout = rollout;
    this.out = out;
    int heads = actor.heads().values().stream().mapToInt(size -> size).sum();
    this.width = policy.outputs() + 1 + heads;
    this.outputs = new DifferentiableOutputs(out, rollout.size(), width);
  }

  /** Σ_i −log π(a_i|s_i) · A_i, with the {@linkplain #advantages advantage} as a constant. */
  public LossTerm policy() {
    return LossTerm.POLICY;
  }

  /** Σ_i ½(R_i − V(s_i))². */
  public LossTerm value() {
    return LossTerm.VALUE;
  }

  /** Σ_i H(π(s_i)), in nats. */
  public LossTerm entropy() {
    return LossTerm.ENTROPY;
  }

  /**
   * A term of one's own.
   *
   * @param expression one number, from the arrays below
   */
  public LossTerm term(NDArray expression) {
    return LossTerm.of(expression);
  }

  /**
   * Σ_i of the mean over k of (x_ik − y_ik)².
   *
   * @param x shape (n) or (n, k)
   * @param y of the same shape
   * @throws IllegalArgumentException if the shapes differ
   */
  public LossTerm mse(NDArray x, NDArray y) {
    if (!x.getShape().equals(y.getShape())) {
      throw new IllegalArgumentException(
          "mse: expected two arrays of one shape but got " + x.getShape() + " and " + y.getShape());
    }
    NDArray squares = x.sub(y).square();
    return term(squares.sum().mul((double) rollout.size() / squares.size()));
  }

  public Rollout rollout() {
    return rollout;
  }

  /** What π takes of the network's outputs, shape (n, outputs of π); differentiable. */
  public NDArray policyOutputs() {
    return columns(0, policy.outputs());
  }

  /**
   * log π(a_i|s_i) of the actions taken, the log density for numbers; shape (n), differentiable.
   */
  public NDArray logProbabilities() {
    return policy.logProbabilities(policyOutputs(), actions());
  }

  /** V(s_i), shape (n); differentiable. */
  public NDArray values() {
    return columns(policy.outputs(), policy.outputs() + 1).squeeze(1);
  }

  /**
   * Outputs that the network has beside those of the algorithm, shape (n, outputs of the head);
   * differentiable.
   *
   * @throws IllegalArgumentException if there is no such head
   */
  public NDArray head(String name) {
    int from = policy.outputs() + 1;
    for (Map.Entry<String, Integer> each : actor.heads().entrySet()) {
      if (each.getKey().equals(name)) {
        return columns(from, from + each.getValue());
      }
      from += each.getValue();
    }
    throw new IllegalArgumentException(
        "there is no head \""
            + name
            + "\" but "
            + (actor.heads().isEmpty() ? "none at all" : actor.heads().keySet())
            + "; give the network one with head(\""
            + name
            + "\", size)");
  }

  /** R_i, shape (n). */
  public NDArray returns() {
    return numbers(rollout::target);
  }

  /** A_i: what the rollout was given, R_i − V(s_i) otherwise; shape (n), a constant. */
  public NDArray advantages() {
    return numbers(i -> rollout.advantage(i, out[i * width + policy.outputs()]));
  }

  /** r_i as it is learned from, shape (n). */
  public NDArray rewards() {
    return numbers(rollout::reward);
  }

  /** a_i: indices, shape (n) of int64, or numbers, shape (n, dimensions). */
  public NDArray actions() {
    int n = rollout.size();
    if (policy instanceof Softmax) {
      long[] indices = new long[n];
      for (int i = 0; i < n; i++) {
        indices[i] = rollout.action(i).index();
      }
      return outputs.manager().create(indices);
    }
    float[][] numbers = new float[n][];
    for (int i = 0; i < n; i++) {
      numbers[i] = rollout.action(i).numbers();
    }
    return outputs.manager().create(numbers);
  }

  /** s_i as the network takes it, flat: shape (n, numbers of an observation). */
  public NDArray observations() {
    return observationsFrom(0);
  }

  /** s_{i+1}, the true last state of an episode too; shape (n, numbers of an observation). */
  public NDArray next() {
    return observationsFrom(1);
  }

  private NDArray observationsFrom(int first) {
    float[] all = actor.observations();
    int size = all.length / (rollout.size() + 1);
    FloatBuffer part = FloatBuffer.wrap(all, first * size, rollout.size() * size).slice();
    return outputs.manager().create(part, new Shape(rollout.size(), size));
  }

  private NDArray columns(int from, int to) {
    return outputs.array().get(new NDIndex(":, " + from + ":" + to));
  }

  private NDArray numbers(IntToDoubleFunction of) {
    float[] values = new float[rollout.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) of.applyAsDouble(i);
    }
    return outputs.manager().create(values);
  }

  Policy pi() {
    return policy;
  }

  int width() {
    return width;
  }

  double backward(NDArray expression, float[] dOut) {
    return outputs.backward(expression, dOut);
  }

  @Override
  public void close() {
    outputs.close();
  }
}
