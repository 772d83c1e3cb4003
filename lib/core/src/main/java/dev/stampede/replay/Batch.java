package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.util.Arrays;

/**
 * Transitions that were drawn, copied out of the memory; the next draw overwrites them. Belongs to
 * one thread.
 */
public final class Batch {
  private final Planes planes;
  private final byte[][] states;
  private final byte[][] nexts;
  private final Action[] actions;
  private final double[] rewards;
  private final double[] discounts;
  private final double[] weights;
  private final double[] priorities;
  private final long[] ages;
  private final long[] numbers;
  private final int[] places;
  private long memory;
  private int size;

  /**
   * @param capacity the most that are drawn into it at once
   */
  public Batch(int capacity, Space.Box observations, Space actions) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "a batch holds at least 1 transition but its capacity is " + capacity);
    }
    ActionSize.of(actions);
    this.planes = Planes.of(observations);
    this.states = new byte[capacity][planes.observationBytes()];
    this.nexts = new byte[capacity][planes.observationBytes()];
    this.actions = new Action[capacity];
    Arrays.fill(this.actions, Action.of(0));
    this.rewards = new double[capacity];
    this.discounts = new double[capacity];
    this.weights = new double[capacity];
    this.priorities = new double[capacity];
    this.ages = new long[capacity];
    this.numbers = new long[capacity];
    this.places = new int[2 * capacity * planes.count()];
  }

  /** How many were drawn last. */
  public int size() {
    return size;
  }

  /** What was done. The array of a continuous action is not copied. */
  public Action action(int j) {
    return actions[checked(j)];
  }

  /** See {@link Transitions#reward}. */
  public double reward(int j) {
    return rewards[checked(j)];
  }

  /** See {@link Transitions#discount}. */
  public double discount(int j) {
    return discounts[checked(j)];
  }

  /** What its loss counts: 1 for the one that was drawn with the smallest probability. */
  public double weight(int j) {
    return weights[checked(j)];
  }

  /** |δ| as it was given last. */
  public double priority(int j) {
    return priorities[checked(j)];
  }

  /** How many transitions were added after it. */
  public long age(int j) {
    return ages[checked(j)];
  }

  /** Valid until the next draw into this batch. */
  public Observation state(int j) {
    return Observation.of(states[checked(j)]);
  }

  /** Valid until the next draw into this batch. */
  public Observation next(int j) {
    return Observation.of(nexts[checked(j)]);
  }

  Planes planes() {
    return planes;
  }

  int capacity() {
    return states.length;
  }

  void size(int newSize) {
    size = newSize;
  }

  byte[] stateBytes(int j) {
    return states[j];
  }

  byte[] nextBytes(int j) {
    return nexts[j];
  }

  void set(int j, Action action, double reward, double discount) {
    actions[j] = action;
    rewards[j] = reward;
    discounts[j] = discount;
  }

  /** The name of the memory that they were drawn from. */
  long memory() {
    return memory;
  }

  void memory(long name) {
    memory = name;
  }

  /** Its running number in the memory names the slot and its generation at once. */
  void drawn(int j, long number, double priority, long age) {
    numbers[j] = number;
    priorities[j] = priority;
    ages[j] = age;
  }

  void weight(int j, double weight) {
    weights[j] = weight;
  }

  /** The weight while it is worked out. */
  double rawWeight(int j) {
    return weights[j];
  }

  int place(int j, int i) {
    return places[2 * j * planes.count() + i];
  }

  void place(int j, int i, int frame) {
    places[2 * j * planes.count() + i] = frame;
  }

  long number(int j) {
    return numbers[j];
  }

  private int checked(int j) {
    if (j < 0 || j >= size) {
      throw new IndexOutOfBoundsException("transition %d of a batch of %d".formatted(j, size));
    }
    return j;
  }
}
