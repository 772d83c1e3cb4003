package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * {@link MountainCar} with a force in [−1, 1], which is clipped to that.
 *
 * <p>Reaching position 0.45 ends the episode with +100; each step costs 0.1 a², where a is the
 * action as given, before it is clipped; at most 999 steps. Good policies score above 90. Doing
 * nothing scores 0, and a uniformly random policy about −33: who does not find the goal early
 * learns to stand still. Observations and start states are MountainCar's.
 *
 * <p>Equals Gymnasium's {@code MountainCarContinuous-v0} step for step; only the start states are
 * drawn by another generator. For one thread.
 */
public final class MountainCarContinuous extends ClassicControl {
  private static final double GOAL = 0.45;
  private static final double POWER = 0.0015;
  private static final double GRAVITY = 0.0025;

  public MountainCarContinuous() {
    super(MountainCar.observations(), symmetric(1), 999, 2);
  }

  @Override
  void draw(RandomGenerator random) {
    state[0] = uniform(random, -0.6, -0.4);
    state[1] = 0;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Gymnasium's state is float64 after a reset and float32 after a step, and NumPy rounds what
   * it adds to a float32 to float32: hence {@link #rounded}.
   *
   * @throws IllegalArgumentException if the action is not one number, or NaN
   */
  @Override
  public Step step(Action action) {
    float a = number(action);
    double position = state[0];
    double velocity = state[1];
    double gravity = GRAVITY * Math.cos(rounded(3 * position));
    // A clipped action is Python's own float, with 64 bits; one within the bounds has 32.
    double acceleration =
        a < -1 || a > 1 ? Math.signum(a) * POWER - gravity : a * (float) POWER - (float) gravity;
    velocity = rounded(velocity + rounded(acceleration));
    double maxSpeed = rounded(MountainCar.MAX_SPEED);
    velocity = Math.max(-maxSpeed, Math.min(maxSpeed, velocity));
    position = rounded(position + velocity);
    double wall = rounded(MountainCar.MIN_POSITION);
    position = Math.max(wall, Math.min(rounded(MountainCar.MAX_POSITION), position));
    if (position == wall && velocity < 0) {
      velocity = 0;
    }
    boolean arrived = position >= rounded(GOAL) && velocity >= 0;
    state[0] = (float) position;
    state[1] = (float) velocity;
    return stepped((arrived ? 100 : 0) - (double) a * a * 0.1, arrived);
  }

  /** To float32, unless this is the first step of its episode. */
  private double rounded(double number) {
    return steps() == 0 ? number : (float) number;
  }

  @Override
  void observe(float[] target) {
    target[0] = (float) state[0];
    target[1] = (float) state[1];
  }

  @Override
  public Frame render() {
    return MountainCar.picture(state[0], GOAL);
  }
}
