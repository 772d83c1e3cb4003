package dev.stampede.algorithm;

import ai.djl.ndarray.NDArray;
import dev.stampede.env.Action;
import org.jspecify.annotations.Nullable;

/**
 * A weighted sum of a loss's terms, such as {@code policy + 0.5 * value - 0.01 * entropy}: those of
 * an actor-critic, whose gradients are known in closed form, and expressions over the network's
 * outputs, which are differentiated. Made by {@link LossInputs}; immutable.
 */
public final class LossTerm {
  static final LossTerm POLICY = new LossTerm(1, 0, 0, null);
  static final LossTerm VALUE = new LossTerm(0, 1, 0, null);
  static final LossTerm ENTROPY = new LossTerm(0, 0, 1, null);

  private final double policy;
  private final double value;
  private final double entropy;
  private final @Nullable NDArray expression;

  private LossTerm(double policy, double value, double entropy, @Nullable NDArray expression) {
    this.policy = policy;
    this.value = value;
    this.entropy = entropy;
    this.expression = expression;
  }

  static LossTerm of(NDArray expression) {
    return new LossTerm(0, 0, 0, expression);
  }

  public LossTerm plus(LossTerm other) {
    return new LossTerm(
        policy + other.policy,
        value + other.value,
        entropy + other.entropy,
        sum(expression, other.expression));
  }

  /**
   * @param term one number
   */
  public LossTerm plus(NDArray term) {
    return plus(of(term));
  }

  public LossTerm minus(LossTerm other) {
    return plus(other.times(-1));
  }

  /**
   * @param term one number
   */
  public LossTerm minus(NDArray term) {
    return minus(of(term));
  }

  public LossTerm times(double weight) {
    return new LossTerm(
        weight * policy,
        weight * value,
        weight * entropy,
        expression == null ? null : expression.mul(weight));
  }

  private static @Nullable NDArray sum(@Nullable NDArray a, @Nullable NDArray b) {
    return a == null ? b : b == null ? a : a.add(b);
  }

  /** Its value, and its gradient at the outputs into {@code dOut}, which is 0 before. */
  ActorLearner.Terms at(LossInputs in, float[] out, float[] dOut) {
    Policy pi = in.pi();
    Rollout rollout = in.rollout();
    int v = pi.outputs();
    double policyLoss = 0;
    double valueLoss = 0;
    double entropies = 0;
    Measures seen = new Measures();
    for (int i = 0; i < rollout.size(); i++) {
      int row = i * in.width();
      Action a = rollout.action(i);
      double advantage = rollout.advantage(i, out[row + v]);
      double error = rollout.target(i) - out[row + v]; // R − V(s_i; θ′)
      pi.gradient(out, row, a, policy * advantage, -entropy, dOut);
      dOut[row + v] = (float) (-value * error);
      policyLoss -= pi.logProbability(out, row, a) * advantage;
      valueLoss += error * error / 2;
      entropies += seen.entropy(pi.entropy(out, row));
      seen.value(out[row + v], rollout.target(i));
    }
    double other = expression == null ? 0 : in.backward(expression, dOut);
    return new ActorLearner.Terms(
        policy * policyLoss, value * valueLoss, entropy * entropies, other, seen);
  }
}
