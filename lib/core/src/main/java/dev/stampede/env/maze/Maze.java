package dev.stampede.env.maze;

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
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Find apples and the portal in a maze that is new in each episode, seen in first person: the task
 * Labyrinth of Mnih et al. (2016), section 5.4, in plain Java.
 *
 * <p>An apple gives +1 and is gone. The portal gives +10, puts the agent somewhere else in the same
 * maze and brings all apples back. An episode is cut off after 60 s, 900 steps; nothing else ends
 * it. A step is an action done for 4 frames of 1/60 s. So it pays to find the portal, to remember
 * the way, and to come back again and again.
 *
 * <p>Observations are bytes, shape (3, 84, 84): red, green, blue. Walls have the colour of their
 * part of the maze, the sky stays where it is, and apples are red, so that an agent can tell where
 * it is and what it sees. A uniformly random policy gets about 2.5.
 *
 * <p>Actions, those of IMPALA (Espeholt et al. 2018, arXiv:1802.01561) without fire: 0 forward, 1
 * backward, 2 sideways to the left, 3 to the right, 4 look left, 5 look right, 6 forward and look
 * left, 7 forward and look right. The agent walks 3 blocks a second, a block being as wide as a
 * corridor, and turns 180° a second. Walls stop it, but let it slide.
 *
 * <p>The paper does not say how large its mazes are, how fast its agent is, or what it can do: all
 * that is chosen here, and scores cannot be compared with the paper's 50. There are 7 × 7 cells,
 * hence 15 × 15 blocks with the walls, and 12 apples. Who knows the way and cares for nothing but
 * the portal gets about 120. For one thread.
 */
public final class Maze implements Environment, Saveable, Renderable {
  /** Frames that a step takes. */
  static final int FRAMES = 4;

  private static final int CELLS = 7;
  private static final int APPLES = 12;
  private static final int SECONDS = 60;
  private static final int FRAMES_PER_SECOND = 60;

  /** Steps of an episode. */
  static final int LIMIT = SECONDS * FRAMES_PER_SECOND / FRAMES;

  private static final double APPLE_REWARD = 1;
  private static final double PORTAL_REWARD = 10;
  private static final double SPEED = 3.0 / FRAMES_PER_SECOND;
  private static final int TURN = 180 / FRAMES_PER_SECOND;

  /** What {@code run.json} says of it. */
  static final Map<String, String> PROTOCOL =
      Map.of(
          "maze",
          CELLS + " x " + CELLS + " cells, " + APPLES + " apples, " + SECONDS + " s",
          "frameSkip",
          Integer.toString(FRAMES));

  /** Of each action: forward, to the right, and turning right. */
  private static final int[][] MOVES = {
    {1, 0, 0}, {-1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {0, 0, -1}, {0, 0, 1}, {1, 0, -1}, {1, 0, 1}
  };

  private static final int SIZE = 84;
  private static final Space OBSERVATION = Space.Box.bytes(3, SIZE, SIZE);
  private static final Space ACTION = new Space.Discrete(MOVES.length);

  private final MazeState state = new MazeState(CELLS, APPLES);
  private final Camera camera = new Camera(SIZE, SIZE);
  private final byte[] pixels = new byte[3 * SIZE * SIZE];
  private final Observation observation = Observation.of(pixels);
  private @Nullable MazePicture picture;
  private SplitMix random = new SplitMix(ThreadLocalRandom.current().nextLong());
  private int steps = LIMIT; // No episode is under way yet.

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
    state.draw(random);
    steps = 0;
    return observe();
  }

  @Override
  public Step step(Action action) {
    if (steps >= LIMIT) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    int choice = action.index();
    if (choice < 0 || choice >= MOVES.length) {
      throw new IllegalArgumentException(
          "Maze takes an action of 0…%d but got %d".formatted(MOVES.length - 1, choice));
    }
    int[] move = MOVES[choice];
    double reward = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
      reward += frame(move[0] * SPEED, move[1] * SPEED, move[2] * TURN);
    }
    steps++;
    return new Step(observe(), reward, false, steps >= LIMIT);
  }

  private double frame(double forward, double right, int turn) {
    state.heading = Headings.turned(state.heading, turn);
    double cos = Headings.cos(state.heading);
    double sin = Headings.sin(state.heading);
    state.move(forward * cos - right * sin, forward * sin + right * cos);
    double reward = APPLE_REWARD * state.takeApples();
    if (state.isAtPortal()) {
      state.placeAgent(random);
      reward += PORTAL_REWARD;
    }
    return reward;
  }

  private Observation observe() {
    camera.look(state);
    camera.writePlanes(pixels);
    return observation;
  }

  /** The maze and where everything is; changing it changes the episode. */
  MazeState state() {
    return state;
  }

  /**
   * {@inheritDoc}
   *
   * <p>320 × 240 pixels: what the agent sees, sharper, and in a corner a map, which the agent does
   * not see.
   */
  @Override
  public Frame render() {
    MazePicture drawn = picture;
    if (drawn == null) {
      drawn = new MazePicture(); // Some MB, which no learning thread needs.
      picture = drawn;
    }
    return drawn.of(state);
  }

  @Override
  public int framesPerSecond() {
    return FRAMES_PER_SECOND / FRAMES;
  }

  /**
   * {@inheritDoc}
   *
   * <p>That is: the generator's state (long), the steps of this episode (int), the walls (a boolean
   * for each block), each apple's block (int) and whether it was taken (boolean), the portal's
   * block (int), x and y (doubles) and the heading (int).
   */
  @Override
  public void save(DataOutput out) throws IOException {
    out.writeLong(random.state());
    out.writeInt(steps);
    state.save(out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    random = new SplitMix(in.readLong());
    steps = in.readInt();
    state.restore(in);
  }
}
