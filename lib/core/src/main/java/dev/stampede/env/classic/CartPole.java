package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.SplittableRandom;

/**
 * Keep a pole upright on a cart that is pushed left (0) or right (1); +1 a step, at most 500.
 *
 * <p>Barto, Sutton and Anderson (1983), with the numbers and the Euler step of Gymnasium's {@code
 * CartPole-v1}. The start state is drawn from U(−0.05, 0.05)⁴ by Java's generator, so seeds do not
 * carry over to Gymnasium.
 */
public final class CartPole implements Environment {
  private static final Space OBSERVATION = Space.Box.floats(4);
  private static final Space ACTION = new Space.Discrete(2);
  private static final double GRAVITY = 9.8;
  private static final double POLE_MASS = 0.1;
  private static final double TOTAL_MASS = 1.0 + POLE_MASS;
  private static final double HALF_LENGTH = 0.5;
  private static final double POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
  private static final double FORCE = 10;
  private static final double SECONDS = 0.02;
  private static final double X_LIMIT = 2.4;
  private static final double THETA_LIMIT = 12 * 2 * Math.PI / 360;
  private static final int STEP_LIMIT = 500;

  private final float[] observation = new float[4];
  private SplittableRandom random = new SplittableRandom();
  private double x;
  private double xDot;
  private double theta;
  private double thetaDot;
  private int steps;
  private boolean running;

  @Override
  public Space observationSpace() {
    return OBSERVATION;
  }

  @Override
  public Space actionSpace() {
    return ACTION;
  }

  @Override
  public Observation reset(long seed) {
    random = new SplittableRandom(seed);
    return reset();
  }

  @Override
  public Observation reset() {
    start(uniform(), uniform(), uniform(), uniform());
    return observe();
  }

  /** Starts an episode from this state instead of a random one. */
  void start(double x, double xDot, double theta, double thetaDot) {
    this.x = x;
    this.xDot = xDot;
    this.theta = theta;
    this.thetaDot = thetaDot;
    steps = 0;
    running = true;
  }

  @Override
  public Step step(Action action) {
    if (!running) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    int a = action.index();
    if (a != 0 && a != 1) {
      throw new IllegalArgumentException("CartPole takes action 0 or 1 but got " + a);
    }
    double force = a == 1 ? FORCE : -FORCE;
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
    steps++;
    boolean fell = x < -X_LIMIT || x > X_LIMIT || theta < -THETA_LIMIT || theta > THETA_LIMIT;
    boolean timeUp = steps >= STEP_LIMIT;
    running = !fell && !timeUp;
    return new Step(observe(), 1, fell, timeUp);
  }

  private Observation observe() {
    observation[0] = (float) x;
    observation[1] = (float) xDot;
    observation[2] = (float) theta;
    observation[3] = (float) thetaDot;
    return Observation.of(observation);
  }

  private double uniform() {
    return -0.05 + 0.1 * random.nextDouble();
  }
}
