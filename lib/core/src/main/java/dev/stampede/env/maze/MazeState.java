package dev.stampede.env.maze;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A maze, what lies in it, and where the agent is. Lengths are in blocks of the plan; a block's
 * corner is at whole numbers, its centre at halves. For one thread.
 */
final class MazeState implements Saveable {
  /** From the agent's centre to each side; it is square. */
  static final double RADIUS = 0.28;

  /** How near the agent must come to a thing's centre to have it. */
  static final double REACH = 0.5;

  final MazePlan plan;

  /** The block of each apple, and whether it was taken. */
  final int[] apples;

  final boolean[] taken;

  /** The block of the portal. */
  int portal;

  double x = 1.5; // Within the walls, until there is a maze.
  double y = 1.5;
  int heading;

  MazeState(int cells, int apples) {
    this.plan = new MazePlan(cells);
    this.apples = new int[apples];
    this.taken = new boolean[apples];
  }

  /** Makes a maze with the agent somewhere in it. */
  void draw(RandomGenerator random) {
    plan.draw(random);
    Arrays.fill(apples, 0);
    portal = 0; // A wall: nothing lies anywhere yet.
    portal = emptyCell(random);
    for (int i = 0; i < apples.length; i++) {
      apples[i] = emptyCell(random);
    }
    placeAgent(random);
  }

  /** Puts the agent into a cell where nothing lies, facing anywhere, and all apples back. */
  void placeAgent(RandomGenerator random) {
    Arrays.fill(taken, false);
    int block = emptyCell(random);
    x = centreX(block);
    y = centreY(block);
    heading = random.nextInt(Headings.COUNT);
  }

  private int emptyCell(RandomGenerator random) {
    int block;
    do {
      block = plan.block(random.nextInt(plan.cells()));
    } while (block == portal || isApple(block));
    return block;
  }

  private boolean isApple(int block) {
    for (int apple : apples) {
      if (apple == block) {
        return true;
      }
    }
    return false;
  }

  /** Moves as far as walls let; who runs into one at an angle slides along it. */
  void move(double dx, double dy) {
    if (isFree(x + dx, y)) {
      x += dx;
    }
    if (isFree(x, y + dy)) {
      y += dy;
    }
  }

  /** Whether the agent could be there. */
  boolean isFree(double atX, double atY) {
    int left = (int) (atX - RADIUS);
    int right = (int) (atX + RADIUS);
    int top = (int) (atY - RADIUS);
    int bottom = (int) (atY + RADIUS);
    return !plan.isWall(left, top)
        && !plan.isWall(right, top)
        && !plan.isWall(left, bottom)
        && !plan.isWall(right, bottom);
  }

  /** Takes the apples within reach, and says how many. */
  int takeApples() {
    int count = 0;
    for (int i = 0; i < apples.length; i++) {
      if (!taken[i] && isWithinReach(apples[i])) {
        taken[i] = true;
        count++;
      }
    }
    return count;
  }

  boolean isAtPortal() {
    return isWithinReach(portal);
  }

  private boolean isWithinReach(int block) {
    double dx = centreX(block) - x;
    double dy = centreY(block) - y;
    return dx * dx + dy * dy < REACH * REACH;
  }

  double centreX(int block) {
    return block % plan.side() + 0.5;
  }

  double centreY(int block) {
    return block / plan.side() + 0.5;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    plan.save(out);
    for (int i = 0; i < apples.length; i++) {
      out.writeInt(apples[i]);
      out.writeBoolean(taken[i]);
    }
    out.writeInt(portal);
    out.writeDouble(x);
    out.writeDouble(y);
    out.writeInt(heading);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    plan.restore(in);
    for (int i = 0; i < apples.length; i++) {
      apples[i] = in.readInt();
      taken[i] = in.readBoolean();
    }
    portal = in.readInt();
    x = in.readDouble();
    y = in.readDouble();
    heading = in.readInt();
  }
}
