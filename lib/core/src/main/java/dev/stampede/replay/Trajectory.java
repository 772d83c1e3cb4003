package dev.stampede.replay;

import java.util.Arrays;

/**
 * Steps that were done one after the other within one episode, with the policy μ that chose their
 * actions.
 *
 * <p>Made with the longest trajectory's length, and used again for each. Belongs to one thread.
 */
public final class Trajectory {
  private final int[] actions;
  private final double[] rewards;
  private final float[] mu;
  private final int choices;
  private int size;
  private boolean terminated;

  /**
   * @param longest most steps that it can hold
   * @param choices actions to choose from
   */
  public Trajectory(int longest, int choices) {
    this.actions = new int[longest];
    this.rewards = new double[longest];
    this.mu = new float[Math.multiplyExact(longest, choices)];
    this.choices = choices;
  }

  public void clear() {
    size = 0;
    terminated = false;
  }

  /**
   * One more step.
   *
   * @param mu the probability of each action when {@code action} was chosen
   * @param reward as it is learned from
   * @param terminal whether the state that it led to is terminal
   */
  public void add(int action, double[] mu, double reward, boolean terminal) {
    actions[size] = action;
    rewards[size] = reward;
    for (int a = 0; a < choices; a++) {
      this.mu[size * choices + a] = (float) mu[a];
    }
    size++;
    terminated = terminal;
  }

  /** Steps. */
  public int size() {
    return size;
  }

  public int action(int i) {
    return actions[i];
  }

  public double reward(int i) {
    return rewards[i];
  }

  /** μ(a|x_i). */
  public double mu(int i, int a) {
    return mu[i * choices + a];
  }

  /** Whether the last state is terminal, so that nothing can follow it. */
  public boolean terminated() {
    return terminated;
  }

  int choices() {
    return choices;
  }

  /** Becomes a copy of another one. */
  void set(Trajectory other) {
    clear();
    double[] row = new double[choices];
    for (int i = 0; i < other.size; i++) {
      int step = i;
      Arrays.setAll(row, a -> other.mu(step, a));
      add(other.actions[i], row, other.rewards[i], other.terminated);
    }
  }

  /** A copy that takes no more memory than it must. */
  Trajectory copy() {
    Trajectory copy = new Trajectory(size, choices);
    copy.set(this);
    return copy;
  }
}
