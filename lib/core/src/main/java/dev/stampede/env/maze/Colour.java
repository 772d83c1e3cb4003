package dev.stampede.env.maze;

/** Colours as 0xRRGGBB. */
final class Colour {
  private Colour() {}

  /** Each part 0…255; what lies outside is clipped. */
  static int of(double red, double green, double blue) {
    return part(red) << 16 | part(green) << 8 | part(blue);
  }

  /** Brighter by this factor, or darker. */
  static int times(int colour, double factor) {
    return of(red(colour) * factor, green(colour) * factor, blue(colour) * factor);
  }

  /** From {@code a} where the share is 0 to {@code b} where it is 1. */
  static int mix(int a, int b, double share) {
    return of(
        Noise.mix(red(a), red(b), share),
        Noise.mix(green(a), green(b), share),
        Noise.mix(blue(a), blue(b), share));
  }

  /** The mean of four. */
  static int mean(int a, int b, int c, int d) {
    return (red(a) + red(b) + red(c) + red(d) + 2) / 4 << 16
        | (green(a) + green(b) + green(c) + green(d) + 2) / 4 << 8
        | (blue(a) + blue(b) + blue(c) + blue(d) + 2) / 4;
  }

  /**
   * Times {@code share} / 256, for each pixel of each picture: two parts in one multiplication.
   *
   * @param share 0…256
   */
  static int scaled(int colour, int share) {
    int redAndBlue = ((colour & 0xff00ff) * share >>> 8) & 0xff00ff;
    int green = ((colour & 0x00ff00) * share >>> 8) & 0x00ff00;
    return redAndBlue | green;
  }

  static int red(int colour) {
    return colour >> 16 & 0xff;
  }

  static int green(int colour) {
    return colour >> 8 & 0xff;
  }

  static int blue(int colour) {
    return colour & 0xff;
  }

  private static int part(double value) {
    return (int) Math.max(0, Math.min(255, value + 0.5));
  }
}
