package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import java.util.Arrays;

/**
 * Actions and rewards of the steps from t_start to t, and what is computed for each of them.
 *
 * <p>Made with the longest rollout's length, and used again for each. Belongs to one thread.
 */
public final class Rollout {
  private final Action[] actions;
  private final double[] rewards;
  private final double[] values;
  private final double[] targets;
  private final double[] advantages;
  private final boolean[] last;
  private final double[] after;
  private int size;
  private boolean terminated;

  public Rollout(int capacity) {
    actions = new Action[capacity];
    rewards = new double[capacity];
    values = new double[capacity];
    targets = new double[capacity];
    advantages = new double[capacity];
    last = new boolean[capacity];
    after = new double[capacity];
  }

  public void clear() {
    size = 0;
  }

  /**
   * Acts by the policy, from the current state, until the rollout is full or its episode ends. To
   * be called after {@link ActorLearner#sync}.
   */
  public void collect(ActorLearner actor, Policy policy) {
    clear();
    Step step;
    do {
      float[] out = actor.act();
      double value = out[policy.outputs()];
      Action a = policy.sample(out, 0, actor.random());
      step = actor.step(a);
      add(a, step.reward(), value);
    } while (!step.last() && size < actions.length);
    terminated = step.terminated();
  }

  /**
   * Acts by the policy until the rollout is full, through the ends of episodes. To be called after
   * {@link ActorLearner#sync}.
   */
  void collectAll(ActorLearner actor, Policy policy) {
    clear();
    while (size < actions.length) {
      float[] out = actor.act();
      Action a = policy.sample(out, 0, actor.random());
      begin(a, out[policy.outputs()]);
      Step step = actor.step(a);
      boolean cut = step.last() && !step.terminated();
      end(step, cut ? actor.act()[policy.outputs()] : 0);
      if (step.last()) {
        actor.restart();
      }
    }
  }

  /** Whether the last step that was {@linkplain #collect collected} led to a terminal state. */
  public boolean terminated() {
    return terminated;
  }

  void add(Action action, double reward) {
    add(action, reward, 0);
  }

  /**
   * @param value V of the state in which the action was taken
   */
  public void add(Action action, double reward, double value) {
    advantages[size] = Double.NaN;
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

  /** Steps in it. */
  public int size() {
    return size;
  }

  public Action action(int i) {
    return actions[i];
  }

  /** As it is learned from: clipped or normalised where the run does that. */
  public double reward(int i) {
    return rewards[i];
  }

  /** V of the state in which action {@code i} was taken, as it was then. */
  public double value(int i) {
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
  public double target(int i) {
    return targets[i];
  }

  public void setTarget(int i, double target) {
    targets[i] = target;
  }

  /** Makes the policy's gradient use another advantage than target − V for step {@code i}. */
  public void setAdvantage(int i, double advantage) {
    advantages[i] = advantage;
  }

  /** Gives those that were set mean 0 and variance 1; a single one stays as it is. */
  void normalizeAdvantages() {
    double[] all = Arrays.copyOf(advantages, size);
    Experience.normalize(all);
    System.arraycopy(all, 0, advantages, 0, size);
  }

  /** As it was set. */
  double advantage(int i) {
    return advantages[i];
  }

  /**
   * @param value V of the state as it is now
   */
  double advantage(int i, double value) {
    return Double.isNaN(advantages[i]) ? targets[i] - value : advantages[i];
  }
}
