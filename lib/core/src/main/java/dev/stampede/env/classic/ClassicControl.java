package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Renderable;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * What the tasks of Gymnasium's {@code classic_control} share: a few real numbers of state, a step
 * limit and a start state drawn at random.
 *
 * <p>From the same start state the same actions give the observations, rewards and endings of
 * Gymnasium 1.4.0; the tests of lib/gym play both. Where Gymnasium computes in float32, so do they.
 * Start states are drawn by Java's generator, so seeds do not carry over. For one thread.
 */
abstract sealed class ClassicControl implements Environment, Saveable, Renderable
    permits Acrobot, CartPole, MountainCar, MountainCarContinuous, Pendulum {
  private final Space observationSpace;
  private final Space actionSpace;
  private final int limit;
  private final float[] observation;

  /** What the equations of motion are about. */
  final double[] state;

  private SplitMix random = new SplitMix(ThreadLocalRandom.current().nextLong());
  private int steps;
  private boolean running;

  /**
   * @param limit the longest episode, in steps
   * @param state how many numbers the state has
   */
  ClassicControl(Space observationSpace, Space actionSpace, int limit, int state) {
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.limit = limit;
    this.observation = new float[observationSpace.size()];
    this.state = new double[state];
  }

  /** Sets {@link #state} to a random start state. */
  abstract void draw(RandomGenerator random);

  /** Writes what {@link #state} looks like. */
  abstract void observe(float[] target);

  @Override
  public final Space observationSpace() {
    return observationSpace;
  }

  @Override
  public final Space actionSpace() {
    return actionSpace;
  }

  @Override
  public final Observation reset(long seed) {
    random = new SplitMix(seed);
    return reset();
  }

  @Override
  public final Observation reset() {
    draw(random);
    steps = 0;
    running = true;
    return observation();
  }

  /** Starts an episode from this state instead of a random one. */
  final void start(double... from) {
    System.arraycopy(from, 0, state, 0, state.length);
    steps = 0;
    running = true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>That is: the generator's state (long), the steps of this episode (int), whether it is under
   * way (boolean), and the numbers of the task's state (doubles).
   */
  @Override
  public final void save(DataOutput out) throws IOException {
    out.writeLong(random.state());
    out.writeInt(steps);
    out.writeBoolean(running);
    for (double number : state) {
      out.writeDouble(number);
    }
  }

  @Override
  public final void restore(DataInput in) throws IOException {
    random = new SplitMix(in.readLong());
    steps = in.readInt();
    running = in.readBoolean();
    for (int i = 0; i < state.length; i++) {
      state[i] = in.readDouble();
    }
  }

  /** Steps of this episode so far. */
  final int steps() {
    return steps;
  }

  /** The choice that an action of a Discrete space is, checked. */
  final int choice(Action action) {
    checkRunning();
    return Actions.choice(this, action);
  }

  /** The number that an action of a Box of one number is, checked and not yet clipped. */
  final float number(Action action) {
    checkRunning();
    return Actions.number(this, action);
  }

  private void checkRunning() {
    if (!running) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
  }

  /** Counts the step that led to {@link #state}, and describes it. */
  final Step stepped(double reward, boolean terminated) {
    steps++;
    boolean timeUp = steps >= limit;
    running = !terminated && !timeUp;
    return new Step(observation(), reward, terminated, timeUp);
  }

  private Observation observation() {
    observe(observation);
    return Observation.of(observation);
  }

  /** A number drawn from U(low, high). */
  static double uniform(RandomGenerator random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** A box whose lower bounds are the negative of {@code high}. */
  static Space symmetric(double... high) {
    float[] upper = new float[high.length];
    float[] lower = new float[high.length];
    for (int i = 0; i < high.length; i++) {
      upper[i] = (float) high[i];
      lower[i] = -upper[i];
    }
    return Space.Box.floats(new int[] {high.length}, lower, upper);
  }
}
