package dev.stampede.algorithm;

import java.util.Arrays;
import java.util.List;

/**
 * A number that may differ between threads; for a synchronous algorithm, between environments.
 *
 * @param values thread i has entry i mod n
 */
public record PerThread(List<Double> values) {

  /**
   * @throws IllegalArgumentException if there is no value
   */
  public PerThread {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "expected at least one value for the threads but got none");
    }
  }

  public static PerThread of(double... values) {
    return new PerThread(Arrays.stream(values).boxed().toList());
  }

  /** That of one thread. */
  public double of(int thread) {
    return values.get(thread % values.size());
  }
}
