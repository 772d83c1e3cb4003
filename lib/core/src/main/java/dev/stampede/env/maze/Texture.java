package dev.stampede.env.maze;

/**
 * A square picture in several sizes, each half as large as the last, so that what is far away does
 * not flicker. Columns lie one after another, as walls are drawn. Immutable.
 */
final class Texture {
  /** Pixels to each side of the largest, a power of 2. */
  static final int BITS = 7;

  static final int SIZE = 1 << BITS;

  /** Sizes: 128, 64, 32, 16, 8, 4. */
  static final int LEVELS = 6;

  /** The colour at a place of the largest size. */
  interface Paint {
    int at(int u, int v);
  }

  private final int[][] levels = new int[LEVELS][];

  Texture(Paint paint) {
    int[] largest = new int[SIZE * SIZE];
    for (int u = 0; u < SIZE; u++) {
      for (int v = 0; v < SIZE; v++) {
        largest[u * SIZE + v] = paint.at(u, v);
      }
    }
    levels[0] = largest;
    for (int level = 1; level < LEVELS; level++) {
      levels[level] = half(levels[level - 1], SIZE >> (level - 1));
    }
  }

  private static int[] half(int[] from, int size) {
    int half = size / 2;
    int[] to = new int[half * half];
    for (int u = 0; u < half; u++) {
      for (int v = 0; v < half; v++) {
        int at = 2 * u * size + 2 * v;
        to[u * half + v] =
            Colour.mean(from[at], from[at + 1], from[at + size], from[at + size + 1]);
      }
    }
    return to;
  }

  /** The pixel in column u, row v of a level is number u · size + v. */
  int[] level(int level) {
    return levels[level];
  }

  /** The level of which a square that is so many pixels high on screen shows each pixel. */
  static int levelFor(double height) {
    int level = 0;
    while (level < LEVELS - 1 && SIZE >> level > 1.5 * height) {
      level++;
    }
    return level;
  }
}
