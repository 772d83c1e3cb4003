package dev.stampede.nn;

import java.nio.FloatBuffer;

/** dθ as one array, in the order of θ. */
final class FlatGradient extends Gradient {
  private final float[] values;
  private final FloatBuffer buffer;

  /**
   * @param values not copied
   */
  FlatGradient(float[] values) {
    this.values = values;
    this.buffer = FloatBuffer.wrap(values);
  }

  float[] values() {
    return values;
  }

  @Override
  public double norm() {
    double a = 0; // Several sums: one alone would wait for each addition before the next.
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < values.length; i += 4) {
      a += values[i] * values[i];
      b += values[i + 1] * values[i + 1];
      c += values[i + 2] * values[i + 2];
      d += values[i + 3] * values[i + 3];
    }
    for (; i < values.length; i++) {
      a += values[i] * values[i];
    }
    return Math.sqrt((a + b) + (c + d));
  }

  @Override
  int partCount() {
    return 1;
  }

  @Override
  int from(int part) {
    return 0;
  }

  @Override
  FloatBuffer part(int part) {
    return buffer;
  }
}
