package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;

/**
 * Actions and rewards of the steps from t_start to t, and what is computed for each of them.
 * Belongs to one thread and is used again for each rollout.
 */
final class Rollout {
  private final Action[] actions;
  private final double[] rewards;
  private final double[] values;
  private final double[] targets;
  private final boolean[] last;
  private final double[] after;
  private int size;

  Rollout(int capacity) {
    actions = new Action[capacity];
    rewards = new double[capacity];
    values = new double[capacity];
    targets = new double[capacity];
    last = new boolean[capacity];
    after = new double[capacity];
  }

  void clear() {
    size = 0;
  }

  void add(Action action, double reward) {
    add(action, reward, 0);
  }

  /**
   * @param value V of the state in which the action was taken
   */
  void add(Action action, double reward, double value) {
    actions[size] = action;
    rewards[size] = reward;
    values[size] = value;
    size++;
  }

  /** The action chosen in a state with this V; what it led to comes with {@link #end}. */
  void begin(Action action, double value) {
    actions[size] = action;
    values[size] = value;
  }

  /**
   * Where the action of {@link #begin} led.
   *
   * @param valueAfter V of the state in which the episode ended, 0 if that is terminal
   */
  void end(Step step, double valueAfter) {
    rewards[size] = step.reward();
    last[size] = step.last();
    after[size] = valueAfter;
    size++;
  }

  void removeLast() {
    size--;
  }

  int size() {
    return size;
  }

  Action action(int i) {
    return actions[i];
  }

  double reward(int i) {
    return rewards[i];
  }

  double value(int i) {
    return values[i];
  }

  /** Whether step {@code i} ended its episode. */
  boolean last(int i) {
    return last[i];
  }

  /** V of the state in which the episode ended with step {@code i}. */
  double after(int i) {
    return after[i];
  }

  /** What the value of step {@code i}'s state, or of its state and action, is drawn towards. */
  double target(int i) {
    return targets[i];
  }

  void setTarget(int i, double target) {
    targets[i] = target;
  }
}
