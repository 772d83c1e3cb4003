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
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
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
