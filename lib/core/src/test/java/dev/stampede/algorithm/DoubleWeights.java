package dev.stampede.algorithm;

import dev.stampede.nn.Weights;

/** θ in double, so that formulas can be held against each other to more than a float's digits. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record DoubleWeights(double... theta) implements Weights {
  @Override
  public double get(int i) {
    return theta[i];
  }

  @Override
  public void add(int i, double change) {
    theta[i] += change;
  }
}
