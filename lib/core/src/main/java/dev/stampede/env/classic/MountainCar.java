package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Drive a car out of a valley with a motor too weak for the slope: push left (0), not at all (1) or
 * right (2).
 *
 * <p>−1 a step, at most 200; the episode ends at position 0.5. The car must first swing away from
 * the goal, and a random policy practically never sees anything but −200. The observation is
 * (position, velocity), within [−1.2, 0.6] and [−0.07, 0.07]. The car starts at rest at a position
 * drawn from U(−0.6, −0.4).
 *
 * <p>Moore (1990), "Efficient memory-based learning for robot control", with the numbers of
 * Gymnasium's {@code MountainCar-v0}, which it equals step for step; only the start states are
 * drawn by another generator. For one thread.
 */
public final class MountainCar extends ClassicControl {
  /** The leftmost position: a wall, where the car stops. */
  static final double MIN_POSITION = -1.2;

  static final double MAX_POSITION = 0.6;

  /** The largest velocity, in positions a step. */
  static final double MAX_SPEED = 0.07;

  private static final double GOAL = 0.5;
  private static final double FORCE = 0.001;
  private static final double GRAVITY = 0.0025;

  public MountainCar() {
    super(observations(), new Space.Discrete(3), 200, 2);
  }

  /** What position and velocity can be. */
  static Space observations() {
    return Space.Box.floats(
        new int[] {2},
        new float[] {(float) MIN_POSITION, (float) -MAX_SPEED},
        new float[] {(float) MAX_POSITION, (float) MAX_SPEED});
  }

  @Override
  void draw(RandomGenerator random) {
    state[0] = uniform(random, -0.6, -0.4);
    state[1] = 0;
  }

  @Override
  public Step step(Action action) {
    int push = choice(action) - 1;
    double position = state[0];
    double velocity = state[1];
    velocity += push * FORCE + Math.cos(3 * position) * -GRAVITY;
    velocity = Math.max(-MAX_SPEED, Math.min(MAX_SPEED, velocity));
    position += velocity;
    position = Math.max(MIN_POSITION, Math.min(MAX_POSITION, position));
    if (position == MIN_POSITION && velocity < 0) {
      velocity = 0;
    }
    state[0] = position;
    state[1] = velocity;
    return stepped(-1, position >= GOAL && velocity >= 0);
  }

  @Override
  void observe(float[] target) {
    target[0] = (float) state[0];
    target[1] = (float) state[1];
  }

  @Override
  public Frame render() {
    return picture(state[0], GOAL);
  }

  /** The valley with the car at this position. */
  static Frame picture(double position, double goal) {
    int points = 60;
    double[] hill = new double[2 * points + 4];
    for (int i = 0; i < points; i++) {
      double x = -1.25 + 1.9 * i / (points - 1);
      hill[2 * i] = x;
      hill[2 * i + 1] = height(x);
    }
    hill[2 * points] = 0.65;
    hill[2 * points + 1] = -1;
    hill[2 * points + 2] = -1.25;
    hill[2 * points + 3] = -1;
    double slope = Math.atan(3 * 0.45 * Math.cos(3 * position));
    double along = Math.cos(slope);
    double up = Math.sin(slope);
    double x = position - 0.05 * up; // Above the ground, at a right angle to it.
    double y = height(position) + 0.05 * along;
    return new Canvas(480, 320, 260, -0.3, 0.6)
        .polygon(Canvas.GROUND, hill)
        .line(Canvas.INK, 0.012, goal, height(goal), goal, height(goal) + 0.17)
        .polygon(
            Canvas.GREEN,
            goal,
            height(goal) + 0.17,
            goal - 0.1,
            height(goal) + 0.135,
            goal,
            height(goal) + 0.1)
        .line(Canvas.BLUE, 0.055, x - 0.05 * along, y - 0.05 * up, x + 0.05 * along, y + 0.05 * up)
        .disc(Canvas.INK, x - 0.04 * along + 0.03 * up, y - 0.04 * up - 0.03 * along, 0.022)
        .disc(Canvas.INK, x + 0.04 * along + 0.03 * up, y + 0.04 * up - 0.03 * along, 0.022)
        .frame();
  }

  private static double height(double position) {
    return 0.55 + 0.45 * Math.sin(3 * position);
  }
}
