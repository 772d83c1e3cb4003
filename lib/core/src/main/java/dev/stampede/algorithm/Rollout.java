package dev.stampede.algorithm;

/**
 * Actions and rewards of the steps from t_start to t. Belongs to one thread and is used again for
 * each rollout.
 */
final class Rollout {
  private final int[] actions;
  private final double[] rewards;
  private int size;

  Rollout(int capacity) {
    actions = new int[capacity];
    rewards = new double[capacity];
  }

  void clear() {
    size = 0;
  }

  void add(int action, double reward) {
    actions[size] = action;
    rewards[size] = reward;
    size++;
  }

  int size() {
    return size;
  }

  int action(int i) {
    return actions[i];
  }

  double reward(int i) {
    return rewards[i];
  }
}
