package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Swing the end of a two-link arm above its shoulder by a torque of −1 (0), 0 (1) or 1 (2) N m at
 * the elbow.
 *
 * <p>−1 a step and 0 for the one that reaches the height −cos θ₁ − cos(θ₁ + θ₂) &gt; 1; at most 500
 * steps. θ₁ = 0 hangs down, θ₂ is relative to the first link. The observation is (cos θ₁, sin θ₁,
 * cos θ₂, sin θ₂, θ̇₁, θ̇₂), the speeds at most 4π and 9π rad/s. The four numbers of the start
 * state are drawn from U(−0.1, 0.1). Good policies score about −80, a random one about −490.
 *
 * <p>Sutton (1996), with the dynamics of Sutton and Barto's book and one Runge-Kutta step of 0.2 s,
 * as Gymnasium's {@code Acrobot-v1}, which it equals step for step; only the start states are drawn
 * by another generator. For one thread.
 */
public final class Acrobot extends ClassicControl {
  private static final double MAX_SPEED_1 = 4 * Math.PI;
  private static final double MAX_SPEED_2 = 9 * Math.PI;
  private static final double SECONDS = 0.2;
  private static final double GRAVITY = 9.8;

  // Both links: 1 m long, 1 kg, the centre of mass in the middle, moment of inertia 1 kg m².
  private static final double M = 1;
  private static final double L = 1;
  private static final double LC = 0.5;
  private static final double I = 1;

  private final double[] k1 = new double[4];
  private final double[] k2 = new double[4];
  private final double[] k3 = new double[4];
  private final double[] k4 = new double[4];
  private final double[] moved = new double[4];

  public Acrobot() {
    super(symmetric(1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2), new Space.Discrete(3), 500, 4);
  }

  @Override
  void draw(RandomGenerator random) {
    for (int i = 0; i < 4; i++) {
      state[i] = (float) uniform(random, -0.1, 0.1);
    }
  }

  @Override
  public Step step(Action action) {
    double torque = choice(action) - 1;
    derivative(state, torque, k1);
    derivative(moved(SECONDS / 2, k1), torque, k2);
    derivative(moved(SECONDS / 2, k2), torque, k3);
    derivative(moved(SECONDS, k3), torque, k4);
    for (int i = 0; i < 4; i++) {
      state[i] += SECONDS / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
    state[0] = wrapped(state[0]);
    state[1] = wrapped(state[1]);
    state[2] = Math.max(-MAX_SPEED_1, Math.min(MAX_SPEED_1, state[2]));
    state[3] = Math.max(-MAX_SPEED_2, Math.min(MAX_SPEED_2, state[3]));
    boolean up = -Math.cos(state[0]) - Math.cos(state[1] + state[0]) > 1;
    return stepped(up ? 0 : -1, up);
  }

  /** The state after {@code seconds} of moving as {@code k} says; overwritten by the next call. */
  private double[] moved(double seconds, double[] k) {
    for (int i = 0; i < 4; i++) {
      moved[i] = state[i] + seconds * k[i];
    }
    return moved;
  }

  /**
   * The equations of motion, each term in Gymnasium's order: the arm is chaotic when it swings
   * fast, so that differences in the last bit grow.
   */
  private static void derivative(double[] s, double torque, double[] target) {
    double theta1 = s[0];
    double theta2 = s[1];
    double dTheta1 = s[2];
    double dTheta2 = s[3];
    double cos2 = Math.cos(theta2);
    double sin2 = Math.sin(theta2);
    double d1 = M * (LC * LC) + M * (L * L + LC * LC + 2 * L * LC * cos2) + I + I;
    double d2 = M * (LC * LC + L * LC * cos2) + I;
    double phi2 = M * LC * GRAVITY * Math.cos(theta1 + theta2 - Math.PI / 2);
    double phi1 =
        -M * L * LC * (dTheta2 * dTheta2) * sin2
            - 2 * M * L * LC * dTheta2 * dTheta1 * sin2
            + (M * LC + M * L) * GRAVITY * Math.cos(theta1 - Math.PI / 2)
            + phi2;
    double ddTheta2 =
        (torque + d2 / d1 * phi1 - M * L * LC * (dTheta1 * dTheta1) * sin2 - phi2)
            / (M * (LC * LC) + I - d2 * d2 / d1);
    target[0] = dTheta1;
    target[1] = dTheta2;
    target[2] = -(d2 * ddTheta2 + phi1) / d1;
    target[3] = ddTheta2;
  }

  /** The same angle within [−π, π]. */
  private static double wrapped(double angle) {
    double x = angle;
    while (x > Math.PI) {
      x -= 2 * Math.PI;
    }
    while (x < -Math.PI) {
      x += 2 * Math.PI;
    }
    return x;
  }

  @Override
  void observe(float[] target) {
    target[0] = (float) Math.cos(state[0]);
    target[1] = (float) Math.sin(state[0]);
    target[2] = (float) Math.cos(state[1]);
    target[3] = (float) Math.sin(state[1]);
    target[4] = (float) state[2];
    target[5] = (float) state[3];
  }

  @Override
  public Frame render() {
    double elbowX = L * Math.sin(state[0]);
    double elbowY = -L * Math.cos(state[0]);
    double tipX = elbowX + L * Math.sin(state[0] + state[1]);
    double tipY = elbowY - L * Math.cos(state[0] + state[1]);
    return new Canvas(360, 360, 80, 0, 0)
        .line(Canvas.GREEN, 0.03, -3, L, 3, L)
        .line(Canvas.BLUE, 0.16, 0, 0, elbowX, elbowY)
        .line(Canvas.ORANGE, 0.16, elbowX, elbowY, tipX, tipY)
        .disc(Canvas.INK, 0, 0, 0.05)
        .disc(Canvas.INK, elbowX, elbowY, 0.05)
        .frame();
  }

  /** 15, as Gymnasium shows it: three times as fast as its own time. */
  @Override
  public int framesPerSecond() {
    return 15;
  }
}
