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
 * Catch a falling ball with a paddle: the smallest task that is seen as pixels.
 *
 * <p>A ball falls one row a step down a board of 10 rows and 5 columns; the paddle on the last row
 * goes left (0), stays (1) or goes right (2). The episode ends after 9 steps with +1 if the ball
 * was caught, otherwise −1; every other reward is 0. The best policy always catches, a random one
 * scores about −0.6. Observations are bytes, 0 or 255, shape (1, 10, 5). From bsuite (Osband et al.
 * 2020, arXiv:1908.03568).
 */
public final class Catch implements Environment, Saveable, Renderable {
  private static final int ROWS = 10;
  private static final int COLUMNS = 5;
  private static final Space OBSERVATION = Space.Box.bytes(1, ROWS, COLUMNS);
  private static final Space ACTION = new Space.Discrete(3);

  private final byte[] pixels = new byte[ROWS * COLUMNS];
  private SplitMix random = new SplitMix(ThreadLocalRandom.current().nextLong());
  private int ballRow = ROWS;
  private int ballColumn;
  private int paddle;

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
    ballRow = 0;
    ballColumn = random.nextInt(COLUMNS);
    paddle = COLUMNS / 2;
    return observe();
  }

  @Override
  public Step step(Action action) {
    if (ballRow >= ROWS - 1) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    int move = Actions.choice(this, action) - 1;
    paddle = Math.max(0, Math.min(COLUMNS - 1, paddle + move));
    ballRow++;
    boolean landed = ballRow == ROWS - 1;
    double reward = !landed ? 0 : paddle == ballColumn ? 1 : -1;
    return new Step(observe(), reward, landed, false);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeLong(random.state());
    out.writeInt(ballRow);
    out.writeInt(ballColumn);
    out.writeInt(paddle);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    random = new SplitMix(in.readLong());
    ballRow = in.readInt();
    ballColumn = in.readInt();
    paddle = in.readInt();
  }

  private Observation observe() {
    Arrays.fill(pixels, (byte) 0);
    pixels[ballRow * COLUMNS + ballColumn] = (byte) 255;
    pixels[(ROWS - 1) * COLUMNS + paddle] = (byte) 255;
    return Observation.of(pixels);
  }

  @Override
  public Frame render() {
    int cell = 34;
    return new Canvas(COLUMNS * cell, ROWS * cell, cell, (COLUMNS - 1) / 2.0, (1 - ROWS) / 2.0)
        .box(Canvas.BLUE, paddle, 1 - ROWS - 0.25, 0.94, 0.4)
        .disc(Canvas.ORANGE, ballColumn, -ballRow, 0.34)
        .frame();
  }

  /** So slow that people can follow nine steps. */
  @Override
  public int framesPerSecond() {
    return 8;
  }
}
