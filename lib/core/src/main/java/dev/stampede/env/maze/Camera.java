package dev.stampede.env.maze;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Draws what the agent sees: one ray for each column of the picture, which goes from block to block
 * of the plan until it meets a wall (a digital differential analyser), and then whatever lies
 * nearer than the wall. The picture is 90° wide, its columns stand upright.
 *
 * <p>All that does not change with the state is computed beforehand; a picture allocates nothing.
 * For one thread.
 */
final class Camera {
  private static final VarHandle FOUR_BYTES =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Of the walls, in blocks; and of the camera above the floor. */
  private static final double WALL = 0.8;

  private static final double EYE = 0.45;

  /** Nearer than this nothing is drawn; the agent is wider. */
  private static final double NEAREST = 0.05;

  /** Depths in a block for which there is a haze. */
  private static final int HAZE_STEPS = 16;

  private static final int HAZE_DEPTHS = 48 * HAZE_STEPS;

  /** Where half of a colour is haze, in blocks. */
  private static final double HALF_HAZE = 14;

  /** Share of the light, of 256, on walls that face east or west. */
  private static final int SIDE_LIGHT = 196;

  /** How many 256ths of a colour are left at each depth. */
  private static final int[] CLARITY = new int[HAZE_DEPTHS];

  static {
    for (int i = 0; i < HAZE_DEPTHS; i++) {
      double share = (i + 0.5) / HAZE_STEPS / HALF_HAZE;
      CLARITY[i] = (int) (256 / (1 + share * share));
    }
  }

  private final int width;
  private final int height;
  private final double focal;

  /** Row by row, 0xRRGGBB. */
  private final int[] pixels;

  // Of each column: its ray's slope, how far it looks aside, and what of the sky a row is.
  private final double[] slope;
  private final int[] skyColumn;
  private final int[] skyStep;

  // Of each row below the horizon: how far away the floor is, which level shows it, and its haze.
  private final double[] floorDepth;
  private final int[] floorLevel;
  private final int[][] floorTexels;
  private final int[] floorClarity;
  private final int[] floorHaze;

  /** How far away the wall of each column is. */
  private final double[] depth;

  // The wall that the last ray met: how far ahead, where along it, how bright, and what it shows.
  private double distance;
  private double across;
  private int light;
  private Texture texture = Scenery.FLOOR;

  // What stands in the maze, farthest first.
  private int things;
  private Sprite[] sprite = new Sprite[0];
  private double[] ahead = new double[0];
  private double[] aside = new double[0];

  /**
   * @param height at most the width: the sky ends 45° above the horizon
   */
  Camera(int width, int height) {
    this.width = width;
    this.height = height;
    this.focal = width / 2.0;
    this.pixels = new int[width * height];
    this.slope = new double[width];
    this.skyColumn = new int[width];
    this.skyStep = new int[width];
    this.floorDepth = new double[height];
    this.floorLevel = new int[height];
    this.floorTexels = new int[height][];
    this.floorClarity = new int[height];
    this.floorHaze = new int[height];
    this.depth = new double[width];
    for (int c = 0; c < width; c++) {
      slope[c] = (2 * c + 1.0) / width - 1;
      double degrees = StrictMath.toDegrees(StrictMath.atan(slope[c]));
      skyColumn[c] = (int) Math.floor(degrees * Scenery.SKY_PER_DEGREE);
      double cos = 1 / Math.sqrt(1 + slope[c] * slope[c]);
      skyStep[c] = (int) (cos / focal * Scenery.SKY_ROWS * (1 << 16));
    }
    for (int y = height / 2; y < height; y++) {
      floorDepth[y] = EYE * focal / (y + 0.5 - height / 2.0);
      floorLevel[y] = Texture.levelFor(focal / floorDepth[y] / floorDepth[y]);
      floorTexels[y] = Scenery.FLOOR.level(floorLevel[y]);
      floorClarity[y] = clarity(floorDepth[y]);
      floorHaze[y] = haze(floorClarity[y]);
    }
  }

  /** A pixel of the last {@link #look} as 0xRRGGBB. */
  int pixel(int x, int y) {
    return pixels[y * width + x];
  }

  /** Writes all red, then all green, then all blue; the number of pixels must be divisible by 4. */
  void writePlanes(byte[] target) {
    int plane = pixels.length;
    for (int i = 0; i < plane; i += 4) {
      // Four pixels at once: byte by byte, this would take half as long as all the drawing.
      int a = pixels[i];
      int b = pixels[i + 1];
      int c = pixels[i + 2];
      int d = pixels[i + 3];
      int ab = (a & 0xff00ff) | (b & 0xff00ff) << 8; // From the left: red of b, a, blue of b, a.
      int cd = (c & 0xff00ff) | (d & 0xff00ff) << 8;
      int green = (a >> 8 & 0xff) | (b & 0xff00) | (c & 0xff00) << 8 | (d & 0xff00) << 16;
      FOUR_BYTES.set(target, i, ab >>> 16 | (cd & 0xffff0000));
      FOUR_BYTES.set(target, plane + i, green);
      FOUR_BYTES.set(target, 2 * plane + i, (ab & 0xffff) | cd << 16);
    }
  }

  /** Draws that state. */
  void look(MazeState state) {
    double cos = Headings.cos(state.heading);
    double sin = Headings.sin(state.heading);
    for (int c = 0; c < width; c++) {
      column(state, c, cos - slope[c] * sin, sin + slope[c] * cos);
    }
    arrange(state, cos, sin);
    for (int i = 0; i < things; i++) {
      draw(sprite[i], ahead[i], aside[i]);
    }
  }

  /**
   * Draws sky, wall and floor.
   *
   * @param rayX how far the ray goes along x while it goes 1 ahead
   */
  private void column(MazeState state, int c, double rayX, double rayY) {
    cast(state, rayX, rayY);
    depth[c] = distance;
    double block = focal / distance; // Pixels that a block takes there.
    double edge = height / 2.0 - (WALL - EYE) * block;
    int top = Math.max(0, (int) Math.ceil(edge - 0.5));
    int bottom = Math.min(height, (int) Math.ceil(edge + WALL * block - 0.5));
    int direction = state.heading * Scenery.SKY_PER_DEGREE + skyColumn[c];
    sky(c, top, Math.floorMod(direction, Scenery.SKY_COLUMNS));
    wall(c, top, bottom, edge, WALL * block);
    floor(c, bottom, state.x, state.y, rayX, rayY);
  }

  /** Follows a ray from the agent to the first wall. */
  private void cast(MazeState state, double rayX, double rayY) {
    MazePlan plan = state.plan;
    int x = (int) state.x;
    int y = (int) state.y;
    int stepX = rayX < 0 ? -1 : 1;
    int stepY = rayY < 0 ? -1 : 1;
    double betweenX = Math.abs(1 / rayX); // From one border of blocks to the next.
    double betweenY = Math.abs(1 / rayY);
    double nextX = (rayX < 0 ? state.x - x : x + 1 - state.x) * betweenX;
    double nextY = (rayY < 0 ? state.y - y : y + 1 - state.y) * betweenY;
    double went;
    boolean alongX;
    do {
      alongX = nextX < nextY;
      if (alongX) {
        went = nextX;
        nextX += betweenX;
        x += stepX;
      } else {
        went = nextY;
        nextY += betweenY;
        y += stepY;
      }
    } while (!plan.isWall(x, y));
    distance = went;
    across = alongX ? state.y + went * rayY : state.x + went * rayX;
    light = alongX ? SIDE_LIGHT : 256;
    texture = Scenery.wall(x, y, plan.side());
  }

  private void sky(int c, int bottom, int column) {
    int[] sky = Scenery.SKY;
    int from = column * Scenery.SKY_ROWS;
    int step = skyStep[c];
    int row = step * (height / 2) - step / 2;
    for (int y = 0, at = c; y < bottom; y++, at += width) {
      pixels[at] = sky[from + (row >> 16)];
      row -= step;
    }
  }

  private void wall(int c, int top, int bottom, double edge, double tall) {
    int level = Texture.levelFor(tall);
    int size = Texture.SIZE >> level;
    int[] texels = texture.level(level);
    int from = (int) ((across - Math.floor(across)) * size) * size;
    double perRow = size / tall;
    int step = (int) (perRow * (1 << 16));
    int v = (int) ((top + 0.5 - edge) * perRow * (1 << 16));
    int clear = clarity(distance);
    int share = clear * light >> 8;
    int haze = haze(clear);
    for (int y = top, at = top * width + c; y < bottom; y++, at += width) {
      pixels[at] = Colour.scaled(texels[from + (v >> 16 & size - 1)], share) + haze;
      v += step;
    }
  }

  private void floor(int c, int top, double x, double y, double rayX, double rayY) {
    for (int row = top, at = top * width + c; row < height; row++, at += width) {
      double far = floorDepth[row];
      int u = (int) ((x + far * rayX) * Texture.SIZE) & Texture.SIZE - 1;
      int v = (int) ((y + far * rayY) * Texture.SIZE) & Texture.SIZE - 1;
      int level = floorLevel[row];
      int texel = floorTexels[row][(u >> level << Texture.BITS - level) + (v >> level)];
      pixels[at] = Colour.scaled(texel, floorClarity[row]) + floorHaze[row];
    }
  }

  /** Lists what lies ahead, farthest first. */
  private void arrange(MazeState state, double cos, double sin) {
    if (sprite.length <= state.apples.length) {
      sprite = new Sprite[state.apples.length + 1];
      Arrays.fill(sprite, Scenery.APPLE);
      ahead = new double[sprite.length];
      aside = new double[sprite.length];
    }
    things = 0;
    add(state, Scenery.PORTAL, state.portal, cos, sin);
    for (int i = 0; i < state.apples.length; i++) {
      if (!state.taken[i]) {
        add(state, Scenery.APPLE, state.apples[i], cos, sin);
      }
    }
  }

  private void add(MazeState state, Sprite shown, int block, double cos, double sin) {
    double dx = state.centreX(block) - state.x;
    double dy = state.centreY(block) - state.y;
    double forward = dx * cos + dy * sin;
    if (forward < NEAREST) {
      return;
    }
    int at = things++;
    while (at > 0 && ahead[at - 1] < forward) {
      sprite[at] = sprite[at - 1];
      ahead[at] = ahead[at - 1];
      aside[at] = aside[at - 1];
      at--;
    }
    sprite[at] = shown;
    ahead[at] = forward;
    aside[at] = dy * cos - dx * sin;
  }

  private void draw(Sprite shown, double forward, double right) {
    double size = shown.extent * focal / forward;
    double left = width / 2.0 + right * focal / forward - size / 2;
    double top = height / 2.0 + (EYE - shown.elevation - shown.extent) * focal / forward;
    int firstColumn = Math.max(0, (int) Math.ceil(left - 0.5));
    int lastColumn = Math.min(width, (int) Math.ceil(left + size - 0.5));
    int firstRow = Math.max(0, (int) Math.ceil(top - 0.5));
    int lastRow = Math.min(height, (int) Math.ceil(top + size - 0.5));
    int clear = clarity(forward);
    int haze = haze(clear);
    double perPixel = Sprite.SIZE / size;
    for (int c = firstColumn; c < lastColumn; c++) {
      if (depth[c] < forward) {
        continue; // Behind the wall.
      }
      int from = texel((c + 0.5 - left) * perPixel) * Sprite.SIZE;
      for (int y = firstRow; y < lastRow; y++) {
        int colour = shown.pixels[from + texel((y + 0.5 - top) * perPixel)];
        if (colour != 0) {
          pixels[y * width + c] = Colour.scaled(colour, clear) + haze;
        }
      }
    }
  }

  /** Rounding may lead to the end itself. */
  private static int texel(double at) {
    return Math.min(Sprite.SIZE - 1, (int) at);
  }

  private static int clarity(double distance) {
    return CLARITY[Math.min(HAZE_DEPTHS - 1, (int) (distance * HAZE_STEPS))];
  }

  /** What distance adds to a colour of which so many 256ths are left. */
  private static int haze(int clear) {
    return Colour.scaled(Scenery.HAZE, 256 - clear);
  }
}
