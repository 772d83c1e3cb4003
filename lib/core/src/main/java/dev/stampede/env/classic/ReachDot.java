package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Frame;
import dev.stampede.env.Observation;
import dev.stampede.env.Renderable;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Move a pointer to a dot on a small picture: the smallest task that is seen as pixels and takes
 * numbers as actions.
 *
 * <p>Observations are bytes, 0 or 255, shape (2, 36, 36): channel 0 shows the pointer, channel 1
 * the dot, each a square of 5 × 5 pixels. The action is (right, down), two numbers that are clipped
 * to [−1, 1]; 1 moves the pointer by 4 pixels, and no square leaves the picture. Both start
 * anywhere, at least 8 pixels apart.
 *
 * <p>The reward is by what share of the first distance the pointer came nearer. Within 3 pixels it
 * has arrived: the distance counts as 0 and the episode ends. After 20 steps it is cut off. The
 * rewards of an episode add up to 1 if the pointer arrives, otherwise to 1 − last distance / first
 * distance. Optimum <b>1</b>: the longest way is 31 pixels in each direction, 8 steps. A uniformly
 * random policy gets about 0.04.
 *
 * <p>For one thread.
 */
public final class ReachDot implements Environment, Saveable, Renderable {
  private static final int SIZE = 36;
  private static final int CHANNELS = 2;
  private static final int MARGIN = 2; // Of a square's centre, so that all of it is seen.
  private static final double REACH = 4;
  private static final double ARRIVED = 3;
  private static final double NEAREST_START = 8;
  private static final int LIMIT = 20;
  private static final Space OBSERVATION = Space.Box.bytes(CHANNELS, SIZE, SIZE);
  private static final Space ACTION = Space.Box.floats(new int[] {2}, -1, 1);

  private final byte[] pixels = new byte[CHANNELS * SIZE * SIZE];

  /** x and y, the pointer's and the dot's. */
  private final double[] pointer = new double[2];

  private final double[] dot = new double[2];
  private SplitMix random = new SplitMix(ThreadLocalRandom.current().nextLong());
  private double start;
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
    random = new SplitMix(seed);
    return reset();
  }

  @Override
  public Observation reset() {
    do {
      for (int i = 0; i < 2; i++) {
        pointer[i] = MARGIN + random.nextInt(SIZE - 2 * MARGIN);
        dot[i] = MARGIN + random.nextInt(SIZE - 2 * MARGIN);
      }
    } while (distance() < NEAREST_START);
    start = distance();
    steps = 0;
    running = true;
    return observe();
  }

  @Override
  public Step step(Action action) {
    if (!running) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    float[] move = Actions.numbers(this, action);
    double before = distance();
    for (int i = 0; i < 2; i++) {
      double to = pointer[i] + REACH * Math.max(-1, Math.min(1, move[i]));
      pointer[i] = Math.max(MARGIN, Math.min(SIZE - 1 - MARGIN, to));
    }
    steps++;
    boolean arrived = distance() <= ARRIVED;
    boolean cut = steps >= LIMIT;
    running = !arrived && !cut;
    double reward = (before - (arrived ? 0 : distance())) / start;
    return new Step(observe(), reward, arrived, cut);
  }

  private double distance() {
    return Math.hypot(pointer[0] - dot[0], pointer[1] - dot[1]);
  }

  private Observation observe() {
    Arrays.fill(pixels, (byte) 0);
    draw(0, pointer);
    draw(1, dot);
    return Observation.of(pixels);
  }

  private void draw(int channel, double[] centre) {
    int x = (int) Math.round(centre[0]);
    int y = (int) Math.round(centre[1]);
    for (int row = y - MARGIN; row <= y + MARGIN; row++) {
      int from = (channel * SIZE + row) * SIZE + x;
      Arrays.fill(pixels, from - MARGIN, from + MARGIN + 1, (byte) 255);
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeLong(random.state());
    for (int i = 0; i < 2; i++) {
      out.writeDouble(pointer[i]);
      out.writeDouble(dot[i]);
    }
    out.writeDouble(start);
    out.writeInt(steps);
    out.writeBoolean(running);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    random = new SplitMix(in.readLong());
    for (int i = 0; i < 2; i++) {
      pointer[i] = in.readDouble();
      dot[i] = in.readDouble();
    }
    start = in.readDouble();
    steps = in.readInt();
    running = in.readBoolean();
  }

  @Override
  public Frame render() {
    double side = 2 * MARGIN + 1;
    double middle = (SIZE - 1) / 2.0;
    return new Canvas(10 * SIZE, 10 * SIZE, 10, middle, -middle)
        .disc(Canvas.ORANGE, dot[0], -dot[1], side / 2)
        .box(Canvas.BLUE, pointer[0], -pointer[1], side, side)
        .frame();
  }

  /** So slow that people can follow the pointer. */
  @Override
  public int framesPerSecond() {
    return 10;
  }
}
