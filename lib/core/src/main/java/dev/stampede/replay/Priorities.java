package dev.stampede.replay;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What may be a priority, and how many are large. */
final class Priorities {
  private Priorities() {}

  /**
   * @throws IllegalArgumentException that says which one cannot be
   */
  static void check(double[] priorities, int expected) {
    if (priorities.length != expected) {
      throw new IllegalArgumentException(
          "expected %d priorities but got %d".formatted(expected, priorities.length));
    }
    for (int j = 0; j < expected; j++) {
      if (!(priorities[j] >= 0 && priorities[j] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "priority %d: expected a finite number ≥ 0 but got %s; have the network's outputs diverged?"
                .formatted(j, priorities[j]));
      }
    }
  }

  /** The smallest, the quartiles and the largest; empty if there are none. */
  static List<Double> quartiles(double[] priorities) {
    if (priorities.length == 0) {
      return List.of();
    }
    double[] sorted = priorities.clone();
    Arrays.sort(sorted);
    return IntStream.rangeClosed(0, 4)
        .mapToObj(quarter -> sorted[quarter * (sorted.length - 1) / 4])
        .toList();
  }
}
