package dev.stampede.algorithm;

import dev.stampede.nn.Weights;
import java.util.Arrays;

/**
 * φ: those features of a state, or of a state and an action, that are not 0. Filled anew for each
 * state, without allocation once it is large enough. For one thread.
 */
public final class Features {
  private int[] index = new int[16];
  private double[] value = new double[16];
  private int count;

  /** None at all, as a terminal state has. */
  public Features() {}

  /** All features are 0 again. */
  public void clear() {
    count = 0;
  }

  /**
   * Feature {@code i} is {@code x}.
   *
   * @param i not among those already added
   */
  public void add(int i, double x) {
    if (count == index.length) {
      index = Arrays.copyOf(index, 2 * count);
      value = Arrays.copyOf(value, 2 * count);
    }
    index[count] = i;
    value[count++] = x;
  }

  /** The features {@code offset + i} for each i of {@code active} are 1, and all others 0. */
  public void setOnes(int[] active, int offset) {
    clear();
    for (int i : active) {
      add(offset + i, 1);
    }
  }

  int count() {
    return count;
  }

  int index(int k) {
    return index[k];
  }

  double value(int k) {
    return value[k];
  }

  /** θᵀφ. */
  double dot(Weights theta) {
    double sum = 0;
    for (int k = 0; k < count; k++) {
      sum += theta.get(index[k]) * value[k];
    }
    return sum;
  }

  /** θ ← θ + factor · φ. */
  void addTo(Weights theta, double factor) {
    for (int k = 0; k < count; k++) {
      theta.add(index[k], factor * value[k]);
    }
  }
}
