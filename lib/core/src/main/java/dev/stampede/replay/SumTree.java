package dev.stampede.replay;

/**
 * Numbers ≥ 0 under sums of sixteen each. A sum is always added up anew from what is below it, so
 * that rounding does not build up and the same numbers give the same sums.
 */
final class SumTree {
  private static final int BITS = 4;
  private static final int WIDTH = 1 << BITS;

  private final double[][] levels;

  SumTree(int size) {
    int depth = 1;
    for (long width = WIDTH; width < size; width <<= BITS) {
      depth++;
    }
    levels = new double[depth + 1][];
    int length = size;
    for (int level = 0; level < depth; level++) {
      int sums = (length + WIDTH - 1) >> BITS;
      levels[level] = new double[sums << BITS];
      length = sums;
    }
    levels[depth] = new double[1];
  }

  double get(int i) {
    return levels[0][i];
  }

  double total() {
    return levels[levels.length - 1][0];
  }

  void set(int i, double value) {
    levels[0][i] = value;
    int node = i;
    for (int level = 1; level < levels.length; level++) {
      node >>= BITS;
      levels[level][node] = sum(levels[level - 1], node << BITS);
    }
  }

  /**
   * The first number whose sum with all before it is larger than {@code u}, which is in [0, total).
   * Never one that is 0, unless all are.
   */
  int find(double u) {
    double left = u;
    int node = 0;
    for (int level = levels.length - 2; level >= 0; level--) {
      double[] numbers = levels[level];
      int from = node << BITS;
      node = from;
      boolean beyond = true; // by rounding; then the last one that is not 0 is meant
      for (int i = from; i < from + WIDTH && beyond; i++) {
        if (numbers[i] > 0) {
          node = i;
          beyond = left >= numbers[i];
          left -= beyond ? numbers[i] : 0;
        }
      }
      left = beyond ? Double.POSITIVE_INFINITY : left;
    }
    return node;
  }

  long bytes() {
    long numbers = 0;
    for (double[] level : levels) {
      numbers += level.length;
    }
    return numbers * Double.BYTES;
  }

  private static double sum(double[] numbers, int from) {
    double sum = 0;
    for (int i = from; i < from + WIDTH; i++) {
      sum += numbers[i];
    }
    return sum;
  }
}
