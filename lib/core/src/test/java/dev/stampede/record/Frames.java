package dev.stampede.record;

import dev.stampede.env.Frame;
import java.awt.image.BufferedImage;
import java.util.stream.IntStream;

/** Pictures for tests. */
final class Frames {
  private Frames() {}

  /** One colour, 0xRRGGBB. */
  static Frame plain(int width, int height, int color) {
    return of(width, height, (x, y) -> color);
  }

  interface Painter {
    int color(int x, int y);
  }

  static Frame of(int width, int height, Painter painter) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      int color = painter.color(i % width, i / width);
      rgb[3 * i] = (byte) (color >> 16);
      rgb[3 * i + 1] = (byte) (color >> 8);
      rgb[3 * i + 2] = (byte) color;
    }
    return new Frame(width, height, rgb);
  }

  static int color(Frame frame, int x, int y) {
    int at = 3 * (y * frame.width() + x);
    byte[] rgb = frame.rgb();
    return (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | (rgb[at + 2] & 0xFF);
  }

  static int color(BufferedImage image, int x, int y) {
    return image.getRGB(x, y) & 0xFFFFFF;
  }

  /** How many different colours it has. */
  static long colors(Frame frame) {
    return IntStream.range(0, frame.width() * frame.height())
        .map(i -> color(frame, i % frame.width(), i / frame.width()))
        .distinct()
        .count();
  }
}
