package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import dev.stampede.nn.Weights;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * e: the eligibility traces of one thread, as a list of those that are not 0, so that a step costs
 * as much as that list is long, however many weights there are.
 */
final class Traces implements Saveable {
  private final double cut;

  /** Where feature i is in the list, plus 1; 0 where it is not. */
  private final int[] place;

  private int[] index = new int[256];
  private double[] value = new double[256];
  private int count;

  /**
   * @param size features
   * @param cut traces that are not larger are left out, once they have decayed to it
   */
  Traces(int size, double cut) {
    this.place = new int[size];
    this.cut = cut;
  }

  /** e ← 0. */
  void clear() {
    for (int k = 0; k < count; k++) {
      place[index[k]] = 0;
    }
    count = 0;
  }

  /** e ← factor · e. */
  void scale(double factor) {
    int kept = 0;
    for (int k = 0; k < count; k++) {
      double x = factor * value[k];
      int i = index[k];
      if (Math.abs(x) <= cut) {
        place[i] = 0;
      } else {
        value[kept] = x;
        index[kept] = i;
        place[i] = ++kept;
      }
    }
    count = kept;
  }

  /** e ← e + factor · φ. */
  void add(Features phi, double factor) {
    for (int k = 0; k < phi.count(); k++) {
      add(phi.index(k), factor * phi.value(k));
    }
  }

  /** e_i ← φ_i for each i where φ is not 0: replacing traces. */
  void replace(Features phi) {
    for (int k = 0; k < phi.count(); k++) {
      int at = place[phi.index(k)];
      add(phi.index(k), phi.value(k) - (at == 0 ? 0 : value[at - 1]));
    }
  }

  /** eᵀφ. */
  double dot(Features phi) {
    double sum = 0;
    for (int k = 0; k < phi.count(); k++) {
      int at = place[phi.index(k)];
      sum += at == 0 ? 0 : value[at - 1] * phi.value(k);
    }
    return sum;
  }

  /** θ ← θ + factor · e. */
  void addTo(Weights theta, double factor) {
    for (int k = 0; k < count; k++) {
      theta.add(index[k], factor * value[k]);
    }
  }

  /** x ← x + factor · e. */
  void addTo(double[] x, double factor) {
    for (int k = 0; k < count; k++) {
      x[index[k]] += factor * value[k];
    }
  }

  /** How many are not 0. */
  int count() {
    return count;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeInt(count);
    for (int k = 0; k < count; k++) {
      out.writeInt(index[k]);
      out.writeDouble(value[k]);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    clear();
    for (int left = in.readInt(); left > 0; left--) {
      add(in.readInt(), in.readDouble());
    }
  }

  private void add(int i, double x) {
    int at = place[i];
    if (at > 0) {
      value[at - 1] += x;
      return;
    }
    if (count == index.length) {
      index = Arrays.copyOf(index, 2 * count);
      value = Arrays.copyOf(value, 2 * count);
    }
    index[count] = i;
    value[count] = x;
    place[i] = ++count;
  }
}
