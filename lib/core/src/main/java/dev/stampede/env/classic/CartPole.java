package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Keep a pole upright on a cart that is pushed left (0) or right (1); +1 a step, at most 500.
 *
 * <p>The observation is (x, ẋ, θ, θ̇) in m, m/s, rad, rad/s. The episode ends when |x| &gt; 2.4 or
 * |θ| &gt; 12°. The start state is drawn from U(−0.05, 0.05)⁴. A random policy scores about 22.
 *
 * <p>Barto, Sutton and Anderson (1983), with the numbers and the Euler step of Gymnasium's {@code
 * CartPole-v1}, which it equals step for step; only the start states are drawn by another
 * generator. For one thread.
 */
public final class CartPole extends ClassicControl {
  private static final double GRAVITY = 9.8;
  private static final double POLE_MASS = 0.1;
  private static final double TOTAL_MASS = 1.0 + POLE_MASS;
  private static final double HALF_LENGTH = 0.5;
  private static final double POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
  private static final double FORCE = 10;
  private static final double SECONDS = 0.02;

  /** The episode ends when the cart is farther from the middle, in m. */
  static final double X_LIMIT = 2.4;

  /** The episode ends when the pole leans further, in rad. */
  static final double THETA_LIMIT = 12 * 2 * Math.PI / 360;

  public CartPole() {
    super(
        symmetric(2 * X_LIMIT, Double.POSITIVE_INFINITY, 2 * THETA_LIMIT, Double.POSITIVE_INFINITY),
        new Space.Discrete(2),
        500,
        4);
  }

  @Override
  void draw(RandomGenerator random) {
    for (int i = 0; i < 4; i++) {
      state[i] = uniform(random, -0.05, 0.05);
    }
  }

  @Override
  public Step step(Action action) {
    double force = choice(action) == 1 ? FORCE : -FORCE;
    double x = state[0];
    double xDot = state[1];
    double theta = state[2];
    double thetaDot = state[3];
    double cos = Math.cos(theta);
    double sin = Math.sin(theta);
    double temp = (force + POLE_MASS_LENGTH * (thetaDot * thetaDot) * sin) / TOTAL_MASS;
    double thetaAcceleration =
        (GRAVITY * sin - cos * temp)
            / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cos * cos) / TOTAL_MASS));
    double xAcceleration = temp - POLE_MASS_LENGTH * thetaAcceleration * cos / TOTAL_MASS;
    x += SECONDS * xDot;
    xDot += SECONDS * xAcceleration;
    theta += SECONDS * thetaDot;
    thetaDot += SECONDS * thetaAcceleration;
    state[0] = x;
    state[1] = xDot;
    state[2] = theta;
    state[3] = thetaDot;
    boolean fell = x < -X_LIMIT || x > X_LIMIT || theta < -THETA_LIMIT || theta > THETA_LIMIT;
    return stepped(1, fell);
  }

  @Override
  void observe(float[] target) {
    for (int i = 0; i < 4; i++) {
      target[i] = (float) state[i];
    }
  }

  @Override
  public Frame render() {
    double x = state[0];
    double poleX = x + 2 * HALF_LENGTH * Math.sin(state[2]);
    double poleY = 2 * HALF_LENGTH * Math.cos(state[2]);
    return new Canvas(480, 320, 90, 0, 0.6)
        .line(Canvas.GROUND, 0.02, -3, -0.28, 3, -0.28)
        .line(Canvas.GROUND, 0.02, -X_LIMIT, -0.4, -X_LIMIT, -0.16)
        .line(Canvas.GROUND, 0.02, X_LIMIT, -0.4, X_LIMIT, -0.16)
        .disc(Canvas.INK, x - 0.15, -0.2, 0.08)
        .disc(Canvas.INK, x + 0.15, -0.2, 0.08)
        .box(Canvas.BLUE, x, -0.06, 0.56, 0.26)
        .line(Canvas.ORANGE, 0.1, x, 0, poleX, poleY)
        .disc(Canvas.INK, x, 0, 0.04)
        .frame();
  }

  /** 50: a step takes 0.02 s. */
  @Override
  public int framesPerSecond() {
    return 50;
  }
}
