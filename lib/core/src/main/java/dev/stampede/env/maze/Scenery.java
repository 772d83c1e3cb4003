package dev.stampede.env.maze;

/** What everything looks like; painted once, when the first maze is made. */
final class Scenery {
  /** What distance fades to. */
  static final int HAZE = 0xb4bcc8;

  /** Columns of the sky to each degree, and rows from the horizon to 45° above it. */
  static final int SKY_PER_DEGREE = 4;

  static final int SKY_ROWS = 256;

  static final int SKY_COLUMNS = SKY_PER_DEGREE * Headings.COUNT;

  /** Parts of the maze with a colour of their own, to each side. */
  private static final int PARTS = 3;

  private static final int SUN_HEADING = 300;
  private static final double SUN_HEIGHT = 0.52;

  private static final int[] COLOURS = {
    0xa4683f, 0xe2cd9c, 0x3f9590, 0x5d76b8, 0xcbc8c2, 0x76984a, 0xd9b84a, 0xb56a8c, 0x4f6577
  };

  private static final Texture[] WALLS = walls();

  /** Flagstones. */
  static final Texture FLOOR = new Texture(Scenery::flagstones);

  /** Column by column, clockwise from east; rows upwards from the horizon. */
  static final int[] SKY = sky();

  static final Sprite APPLE = new Sprite(0.42, 0.02, Scenery::apple);
  static final Sprite PORTAL = new Sprite(0.72, 0.04, Scenery::portal);

  private Scenery() {}

  /**
   * What the walls of a block show.
   *
   * @param side blocks of the maze to each side
   */
  static Texture wall(int x, int y, int side) {
    return WALLS[y * PARTS / side * PARTS + x * PARTS / side];
  }

  /** The colour of a part of the maze, for maps. */
  static int colour(int x, int y, int side) {
    return COLOURS[y * PARTS / side * PARTS + x * PARTS / side];
  }

  private static Texture[] walls() {
    Texture[] walls = new Texture[PARTS * PARTS];
    for (int i = 0; i < walls.length; i++) {
      int colour = COLOURS[i];
      int seed = 10 * i;
      walls[i] =
          new Texture(
              switch (i % 3) {
                case 0 -> (u, v) -> masonry(u, v, 32, 16, colour, seed);
                case 1 -> (u, v) -> masonry(u, v, 64, 32, colour, seed);
                default -> (u, v) -> planks(u, v, colour, seed);
              });
    }
    return walls;
  }

  /** Stones of that size in rows that are shifted against one another. */
  private static int masonry(int u, int v, int width, int height, int colour, int seed) {
    int row = v / height;
    int shifted = (u + row % 2 * width / 2) % Texture.SIZE;
    int stone = shifted / width;
    int x = shifted % width;
    int y = v % height;
    double grain = 0.90 + 0.2 * Noise.clouds(u / 8.0, v / 8.0, 16, 3, seed);
    if (x < 2 || y < 2) {
      return Colour.times(Colour.mix(colour, 0x8c8880, 0.5), 0.62 * grain);
    }
    double edge = x == 2 || y == 2 ? 1.14 : x == width - 1 || y == height - 1 ? 0.8 : 1;
    double tone = 0.82 + 0.3 * Noise.at(stone, row, seed + 5);
    return Colour.times(colour, edge * tone * grain * light(v));
  }

  private static int planks(int u, int v, int colour, int seed) {
    int plank = u / 16;
    int x = u % 16;
    double grain = 0.78 + 0.44 * Noise.clouds(u / 3.0, v / 40.0, 64, 3, seed);
    boolean beam = v < 12 || v >= Texture.SIZE - 12;
    boolean gap = beam ? v == 11 || v == Texture.SIZE - 12 : x == 0;
    double tone = beam ? 0.75 : 0.85 + 0.25 * Noise.at(plank, 0, seed + 7);
    double edge = gap ? 0.5 : !beam && x == 1 ? 1.12 : 1;
    return Colour.times(colour, tone * grain * edge * light(v));
  }

  /** Walls are darker near the floor, where less of the sky lights them. */
  private static double light(int v) {
    double height = 1 - v / (double) Texture.SIZE;
    return 0.72 + 0.34 * Noise.step(-0.1, 0.7, height);
  }

  private static int flagstones(int u, int v) {
    int x = u % 64;
    int y = v % 64;
    double grain = 0.88 + 0.24 * Noise.clouds(u / 8.0, v / 8.0, 16, 4, 91);
    if (x < 2 || y < 2) {
      return Colour.times(0x5c5a54, grain);
    }
    double tone = 0.88 + 0.2 * Noise.at(u / 64, v / 64, 92);
    double edge = x == 2 || y == 2 ? 1.1 : x == 63 || y == 63 ? 0.88 : 1;
    return Colour.times(0x8f8b80, tone * edge * grain);
  }

  private static int[] sky() {
    int[] sky = new int[SKY_COLUMNS * SKY_ROWS];
    for (int column = 0; column < SKY_COLUMNS; column++) {
      for (int row = 0; row < SKY_ROWS; row++) {
        sky[column * SKY_ROWS + row] = sky(column, (row + 0.5) / SKY_ROWS);
      }
    }
    return sky;
  }

  private static int sky(int column, double height) {
    double degrees = column / (double) SKY_PER_DEGREE;
    double turn = Math.abs(degrees - SUN_HEADING);
    double away = StrictMath.toRadians(Math.min(turn, Headings.COUNT - turn));
    double distance = Math.sqrt(away * away + (height - SUN_HEIGHT) * (height - SUN_HEIGHT));
    int air = Colour.mix(0xdfe4e6, 0x4d86c6, Noise.step(-0.25, 0.95, height));
    air = Colour.mix(air, 0xffe2b0, 0.75 * (1 - Noise.step(0.05, 1.1, distance)));
    double cover = Noise.clouds(degrees / 22.5, height * 7, 16, 5, 41);
    double white = 0.9 * Noise.step(0.5, 0.72, cover) * Noise.step(0.0, 0.25, height);
    air = Colour.mix(air, Colour.mix(0xffffff, 0xd9dde6, Noise.step(0.6, 0.85, cover)), white);
    return Colour.mix(air, 0xfffbe8, 1 - Noise.step(0.055, 0.08, distance));
  }

  private static int apple(double x, double y) {
    double leafX = (x - 0.28) * 0.8 + (y - 0.78) * 0.6;
    double leafY = (y - 0.78) * 0.8 - (x - 0.28) * 0.6;
    if (leafX * leafX / 0.075 + leafY * leafY / 0.014 < 1) {
      return Colour.times(0x4fb23a, 0.85 + 1.2 * leafY + 0.3);
    }
    if (Math.abs(x - 0.12 * (y - 0.4)) < 0.055 && y > 0.35 && y < 0.85) {
      return 0x5b3a1e;
    }
    double dent = y > 0 ? 0.16 * Math.max(0, 1 - Math.abs(x) / 0.35) : 0;
    double down = (y + 0.17) / (0.74 - dent);
    double square = x * x / 0.67 + down * down;
    if (square > 1) {
      return 0;
    }
    double facing = Math.sqrt(1 - square);
    double lit = 0.5 + 0.35 * facing + 0.35 * (-0.5 * x + 0.6 * down);
    double shineX = x + 0.3;
    double shineY = y - 0.15;
    double shine = 1 - Noise.step(0.02, 0.22, Math.sqrt(shineX * shineX + shineY * shineY));
    return Colour.mix(Colour.times(0xe8202a, lit * 1.05), 0xffe9e4, 0.75 * shine);
  }

  private static int portal(double x, double y) {
    double wide = x / 0.72;
    double high = y / 0.98;
    double radius = Math.sqrt(wide * wide + high * high);
    if (radius > 1) {
      return 0;
    }
    double angle = StrictMath.atan2(high, wide);
    double arms = 0.5 + 0.5 * StrictMath.sin(3 * angle + 9 * StrictMath.sqrt(radius));
    double rim = Noise.step(0.72, 0.86, radius) * (1 - Noise.step(0.93, 1.0, radius));
    int inner = Colour.mix(0x2a0a5e, 0xb04cff, arms * (0.35 + 0.65 * radius));
    inner = Colour.mix(inner, 0xe8fbff, 0.9 * (1 - Noise.step(0.0, 0.34, radius)));
    return Colour.mix(inner, Colour.mix(0x37e0ff, 0xf4ffff, 0.35 * arms), rim) | 1;
  }
}
