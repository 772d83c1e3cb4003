package dev.stampede.env.maze;

/** A small map of the maze, to be laid over a picture. */
final class MazeMap {
  private static final int BLOCK = 10;
  private static final int BORDER = 4;
  private static final int PATH = 0x23262b;
  private static final double SHARE = 0.86;

  private MazeMap() {}

  /** Pixels to each side. */
  static int size(MazePlan plan) {
    return plan.side() * BLOCK + 2 * BORDER;
  }

  /** What a pixel becomes where the map lies over it; x and y are counted from its corner. */
  static int over(int pixel, MazeState state, int x, int y) {
    int size = size(state.plan);
    if (x < 0 || y < 0 || x >= size || y >= size) {
      return pixel;
    }
    double mapX = (x - BORDER + 0.5) / BLOCK;
    double mapY = (y - BORDER + 0.5) / BLOCK;
    double end = state.plan.side();
    boolean inside = mapX > 0 && mapY > 0 && mapX < end && mapY < end;
    return Colour.mix(pixel, inside ? colour(state, mapX, mapY) : PATH, SHARE);
  }

  private static int colour(MazeState state, double x, double y) {
    if (isAgent(state, x, y)) {
      return 0xffffff;
    }
    int block = (int) y * state.plan.side() + (int) x;
    double fromCentre = distance(state, block, x, y);
    if (block == state.portal && fromCentre < 0.46) {
      return fromCentre < 0.26 ? 0x7a2fe0 : 0x37e0ff;
    }
    for (int i = 0; i < state.apples.length; i++) {
      if (block == state.apples[i] && !state.taken[i] && fromCentre < 0.33) {
        return 0xf03038;
      }
    }
    boolean wall = state.plan.isWall((int) x, (int) y);
    return wall ? Scenery.colour((int) x, (int) y, state.plan.side()) : PATH;
  }

  private static double distance(MazeState state, int block, double x, double y) {
    double dx = x - state.centreX(block);
    double dy = y - state.centreY(block);
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** An arrowhead that points where the agent looks. */
  private static boolean isAgent(MazeState state, double x, double y) {
    double dx = x - state.x;
    double dy = y - state.y;
    double cos = Headings.cos(state.heading);
    double sin = Headings.sin(state.heading);
    double forward = dx * cos + dy * sin;
    double aside = Math.abs(dy * cos - dx * sin);
    boolean withinTriangle = forward < 0.8 && aside < 0.42 * (0.8 - forward);
    return withinTriangle && forward > -0.2 - 0.7 * aside;
  }
}
