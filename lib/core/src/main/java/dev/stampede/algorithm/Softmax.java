package dev.stampede.algorithm;

import java.util.random.RandomGenerator;

/** The softmax distribution over the first outputs of a row. */
final class Softmax {
  private Softmax() {}

  /**
   * log π of each action.
   *
   * @param out holds the preferences from {@code from} on
   * @param logPi takes as many values as it has room for
   */
  static void log(float[] out, int from, double[] logPi) {
    double max = Double.NEGATIVE_INFINITY;
    for (int a = 0; a < logPi.length; a++) {
      max = Math.max(max, out[from + a]);
    }
    double sum = 0;
    for (int a = 0; a < logPi.length; a++) {
      sum += Math.exp(out[from + a] - max);
    }
    double logSum = max + Math.log(sum);
    for (int a = 0; a < logPi.length; a++) {
      logPi[a] = out[from + a] - logSum;
    }
  }

  /** Draws an action from π. */
  static int sample(double[] logPi, RandomGenerator random) {
    double u = random.nextDouble();
    for (int a = 0; a < logPi.length - 1; a++) {
      u -= Math.exp(logPi[a]);
      if (u < 0) {
        return a;
      }
    }
    return logPi.length - 1;
  }
}
