package dev.stampede.env.maze;

/** Smooth random patterns that are the same everywhere and always. */
final class Noise {
  private Noise() {}

  /** A number in [0, 1) for each point of a grid. */
  static double at(int x, int y, int seed) {
    int h = x * 0x9e3779b1 ^ y * 0x85ebca6b ^ seed * 0xc2b2ae35;
    h = (h ^ (h >>> 15)) * 0x2c1b3c6d;
    h = (h ^ (h >>> 12)) * 0x297a2d39;
    return ((h ^ (h >>> 15)) >>> 8) / (double) (1 << 24);
  }

  /**
   * Between the points of a grid, in [0, 1).
   *
   * @param period after how many points along x and y it repeats itself
   */
  static double smooth(double x, double y, int period, int seed) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double u = ease(x - left);
    double v = ease(y - top);
    int x0 = Math.floorMod(left, period);
    int x1 = (x0 + 1) % period;
    int y0 = Math.floorMod(top, period);
    int y1 = (y0 + 1) % period;
    double upper = mix(at(x0, y0, seed), at(x1, y0, seed), u);
    double lower = mix(at(x0, y1, seed), at(x1, y1, seed), u);
    return mix(upper, lower, v);
  }

  /** Some sizes of {@link #smooth} on top of one another, each half as large as the last. */
  static double clouds(double x, double y, int period, int octaves, int seed) {
    double sum = 0;
    double weight = 0.5;
    for (int i = 0; i < octaves; i++) {
      sum += weight * smooth(x * (1 << i), y * (1 << i), period << i, seed + i);
      weight /= 2;
    }
    return sum / (1 - 2 * weight);
  }

  static double mix(double a, double b, double share) {
    return a + (b - a) * share;
  }

  /** From 0 at {@code low} to 1 at {@code high}, smoothly. */
  static double step(double low, double high, double value) {
    return ease(Math.max(0, Math.min(1, (value - low) / (high - low))));
  }

  private static double ease(double t) {
    return t * t * (3 - 2 * t);
  }
}
