package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Swing a pendulum up and hold it there with a torque in [−2, 2] N m, which is clipped to that.
 *
 * <p>The observation is (cos θ, sin θ, θ̇), θ = 0 upright, |θ̇| at most 8 rad/s. Each step costs θ²
 * + 0.1 θ̇² + 0.001 u², with θ in [−π, π) and the torque u, so 0 is the most a step can give and
 * −16.27 the least. An episode is cut, never terminal, after 200 steps. It starts at θ drawn from
 * U(−π, π) and θ̇ from U(−1, 1). Good policies score about −150, a random one about −1 200.
 *
 * <p>Equals Gymnasium's {@code Pendulum-v1} step for step; only the start states are drawn by
 * another generator. For one thread.
 */
public final class Pendulum extends ClassicControl {
  private static final double MAX_SPEED = 8;
  private static final float MAX_TORQUE = 2;
  private static final double SECONDS = 0.05;
  private static final double GRAVITY = 10;

  public Pendulum() {
    super(symmetric(1, 1, MAX_SPEED), symmetric(MAX_TORQUE), 200, 2);
  }

  @Override
  void draw(RandomGenerator random) {
    state[0] = uniform(random, -Math.PI, Math.PI);
    state[1] = uniform(random, -1, 1);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the action is not one number, or NaN
   */
  @Override
  public Step step(Action action) {
    float u = Math.max(-MAX_TORQUE, Math.min(MAX_TORQUE, number(action)));
    double theta = state[0];
    double thetaDot = state[1];
    double angle = normalized(theta);
    // Products of u alone are float32, as NumPy makes them.
    double cost = angle * angle + 0.1 * (thetaDot * thetaDot) + 0.001f * (u * u);
    thetaDot += (3 * GRAVITY / 2 * Math.sin(theta) + 3 * u) * SECONDS;
    thetaDot = Math.max(-MAX_SPEED, Math.min(MAX_SPEED, thetaDot));
    state[0] = theta + thetaDot * SECONDS;
    state[1] = thetaDot;
    return stepped(-cost, false);
  }

  /** The same angle within [−π, π). */
  private static double normalized(double angle) {
    double turned = (angle + Math.PI) % (2 * Math.PI);
    return (turned < 0 ? turned + 2 * Math.PI : turned) - Math.PI;
  }

  @Override
  void observe(float[] target) {
    target[0] = (float) Math.cos(state[0]);
    target[1] = (float) Math.sin(state[0]);
    target[2] = (float) state[1];
  }

  @Override
  public Frame render() {
    double x = Math.sin(state[0]);
    double y = Math.cos(state[0]);
    return new Canvas(360, 360, 150, 0, 0)
        .line(Canvas.ORANGE, 0.16, 0, 0, x, y)
        .disc(Canvas.INK, 0, 0, 0.05)
        .frame();
  }
}
