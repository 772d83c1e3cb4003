package dev.stampede.env.maze;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Which blocks of a maze are walls. Cell (i, j) is block (2i + 1, 2j + 1), the blocks between two
 * cells are open or not, and all around is wall.
 *
 * <p>A depth-first search that backtracks connects every cell with every other by one way; then
 * some more walls fall, for loops, and some squares of two by two cells become rooms. For one
 * thread.
 */
final class MazePlan implements Saveable {
  private static final int LOOPS = 6;
  private static final int ROOMS = 2;

  private final int cells;
  private final int side;
  private final boolean[] wall;
  private final int[] path;

  /**
   * @param cells to each side, at least 2
   */
  MazePlan(int cells) {
    this.cells = cells;
    this.side = 2 * cells + 1;
    this.wall = new boolean[side * side];
    this.path = new int[cells * cells];
    Arrays.fill(wall, true);
  }

  /** Blocks to each side, the outer walls included. */
  int side() {
    return side;
  }

  /** Cells in all. */
  int cells() {
    return cells * cells;
  }

  /** The block, counted row by row, that a cell is. */
  int block(int cell) {
    return (2 * (cell / cells) + 1) * side + 2 * (cell % cells) + 1;
  }

  boolean isWall(int x, int y) {
    return wall[y * side + x];
  }

  /** Makes a maze. */
  void draw(RandomGenerator random) {
    Arrays.fill(wall, true);
    int length = 0;
    path[length++] = random.nextInt(cells());
    wall[block(path[0])] = false;
    while (length > 0) {
      int from = path[length - 1];
      int to = unvisited(from, random);
      if (to < 0) {
        length--;
      } else {
        wall[(block(from) + block(to)) / 2] = false;
        wall[block(to)] = false;
        path[length++] = to;
      }
    }
    for (int i = 0; i < LOOPS; i++) {
      openOne(random);
    }
    for (int i = 0; i < ROOMS; i++) {
      openRoom(2 * random.nextInt(cells - 1) + 1, 2 * random.nextInt(cells - 1) + 1);
    }
  }

  /** A neighbour of that cell where the search has not been, or −1. */
  private int unvisited(int cell, RandomGenerator random) {
    int chosen = -1;
    int seen = 0;
    for (int direction = 0; direction < 4; direction++) {
      int to = neighbour(cell, direction);
      if (to >= 0 && wall[block(to)]) {
        seen++;
        chosen = random.nextInt(seen) == 0 ? to : chosen; // Each of them equally likely.
      }
    }
    return chosen;
  }

  /** The next cell east, south, west or north, or −1 beyond the border. */
  private int neighbour(int cell, int direction) {
    int x = cell % cells + (direction == 0 ? 1 : direction == 2 ? -1 : 0);
    int y = cell / cells + (direction == 1 ? 1 : direction == 3 ? -1 : 0);
    return x < 0 || y < 0 || x >= cells || y >= cells ? -1 : y * cells + x;
  }

  /** Takes the wall between two neighbours away, wherever there is none left already. */
  private void openOne(RandomGenerator random) {
    int cell;
    int to;
    do {
      cell = random.nextInt(cells());
      to = neighbour(cell, random.nextInt(4));
    } while (to < 0);
    wall[(block(cell) + block(to)) / 2] = false;
  }

  private void openRoom(int x, int y) {
    for (int row = y; row < y + 3; row++) {
      Arrays.fill(wall, row * side + x, row * side + x + 3, false);
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    for (boolean each : wall) {
      out.writeBoolean(each);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    for (int i = 0; i < wall.length; i++) {
      wall[i] = in.readBoolean();
    }
  }
}
