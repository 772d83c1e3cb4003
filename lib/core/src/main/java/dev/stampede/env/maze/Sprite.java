package dev.stampede.env.maze;

/**
 * A picture that always faces the camera. Columns lie one after another; 0 is transparent.
 * Immutable.
 */
final class Sprite {
  /** Pixels to each side. */
  static final int SIZE = 64;

  final int[] pixels = new int[SIZE * SIZE];

  /** Blocks to each side. */
  final double extent;

  /** Blocks from the floor to its lower edge. */
  final double elevation;

  /** The colour at a point, both from −1 to 1, y upwards; 0 where it is transparent. */
  interface Paint {
    int at(double x, double y);
  }

  Sprite(double extent, double elevation, Paint paint) {
    this.extent = extent;
    this.elevation = elevation;
    for (int u = 0; u < SIZE; u++) {
      for (int v = 0; v < SIZE; v++) {
        double x = (2 * u + 1.0) / SIZE - 1;
        double y = 1 - (2 * v + 1.0) / SIZE;
        pixels[u * SIZE + v] = paint.at(x, y);
      }
    }
  }
}
