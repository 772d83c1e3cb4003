package dev.stampede.record;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/** Draws actions of a space without looking at anything. For one thread. */
final class RandomActions {
  private final Space space;
  private final RandomGenerator random;

  /**
   * @throws IllegalArgumentException if the space is neither Discrete nor a Box
   */
  RandomActions(Space space, RandomGenerator random) {
    if (!(space instanceof Space.Discrete) && !(space instanceof Space.Box)) {
      throw new IllegalArgumentException(
          "random actions: expected a Discrete space or a Box but got " + space);
    }
    this.space = space;
    this.random = random;
  }

  Action next() {
    if (space instanceof Space.Discrete discrete) {
      return Action.of(random.nextInt(discrete.n()));
    }
    Space.Box box = (Space.Box) space;
    float[] values = new float[box.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = between((float) box.low(i), (float) box.high(i));
    }
    return Action.of(values);
  }

  private float between(float low, float high) {
    if (Float.isInfinite(low) && Float.isInfinite(high)) {
      return (float) random.nextGaussian();
    }
    if (Float.isInfinite(high)) {
      return low + (float) random.nextExponential();
    }
    if (Float.isInfinite(low)) {
      return high - (float) random.nextExponential();
    }
    return (float) (low + random.nextDouble() * ((double) high - low));
  }
}
