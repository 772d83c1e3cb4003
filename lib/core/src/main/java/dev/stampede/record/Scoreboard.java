package dev.stampede.record;

import dev.stampede.env.Frame;
import java.util.Locale;

/**
 * A picture with episode, step and score in a strip below it, scaled up by a whole factor where it
 * is small, and of even width and height, as H.264 wants it.
 *
 * <p>The letters are drawn here: a machine without a screen may have no fonts. Safe for any number
 * of threads.
 */
final class Scoreboard {
  private static final int LEAST_HEIGHT = 320; // Of the picture: 336 for one of 84 pixels.
  private static final int LEAST_WIDTH = 336; // Of all: letters of two pixels' thickness fit.
  private static final int WIDEST = 1280; // Beyond that, nothing is scaled up.
  private static final int MARGIN = 3; // In the thickness of a letter.
  private static final int CHARACTERS = 27; // "EP 10  STEP 9999 SCORE 1234"
  private static final byte[] BACKGROUND = {0x1E, 0x20, 0x2C};
  private static final byte[] INK = {(byte) 0xF2, (byte) 0xF2, (byte) 0xEC};

  private final int width;
  private final int height;
  private final byte[] rgb;

  private Scoreboard(int width, int height) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[3 * width * height];
    fill(0, 0, width, height, BACKGROUND);
  }

  /**
   * The picture with its strip. Pictures of one size give frames of one size.
   *
   * @param episode counted from 1
   * @param score of this episode so far
   */
  static Frame below(Frame picture, int episode, long step, double score) {
    int factor =
        Math.max(
            1,
            Math.min(
                (LEAST_HEIGHT + picture.height() - 1) / picture.height(),
                WIDEST / picture.width()));
    int shown = factor * picture.width();
    int width = even(Math.max(LEAST_WIDTH, shown));
    int scale = scale(width, CHARACTERS);
    int strip = (Glyphs.HEIGHT + 2 * MARGIN) * scale;
    int below = factor * picture.height();
    Scoreboard board = new Scoreboard(width, even(below + strip));
    board.scaled(picture, factor, (width - shown) / 2);
    String left = "EP " + episode + "  STEP " + step;
    String right = "SCORE " + number(score);
    int fits = Math.min(scale, scale(width, left.length() + 2 + right.length()));
    int top = below + MARGIN * scale;
    int begin = width - MARGIN * scale - fits * (Glyphs.ADVANCE * right.length() - 1);
    board.write(left, MARGIN * scale, top, fits);
    board.write(right, begin, top, fits);
    return new Frame(board.width, board.height, board.rgb);
  }

  private static int even(int n) {
    return n + n % 2;
  }

  /** How large letters can be so that so many are in one line. */
  private static int scale(int width, int characters) {
    return Math.max(1, width / (Glyphs.ADVANCE * characters + 2 * MARGIN));
  }

  /** A whole number as it is, others to two decimals, large ones to none. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NAN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "INF" : "-INF";
    }
    boolean whole = value == Math.rint(value) || Math.abs(value) >= 1e5;
    String text = String.format(Locale.ROOT, whole ? "%.0f" : "%.2f", value);
    return text.matches("-0(\\.00)?") ? text.substring(1) : text;
  }

  private void scaled(Frame picture, int factor, int left) {
    byte[] from = picture.rgb();
    for (int y = 0; y < picture.height(); y++) {
      int first = 3 * (y * factor * width + left);
      for (int x = 0; x < picture.width(); x++) {
        for (int i = 0; i < factor; i++) {
          System.arraycopy(
              from, 3 * (y * picture.width() + x), rgb, first + 3 * (x * factor + i), 3);
        }
      }
      for (int i = 1; i < factor; i++) {
        int row = first + 3 * i * width;
        System.arraycopy(rgb, first, rgb, row, 3 * factor * picture.width());
      }
    }
  }

  private void write(String text, int left, int top, int scale) {
    Glyphs.write(text, left, top, scale, (x, y, w, h) -> fill(x, y, w, h, INK));
  }

  /** What lies outside is left out. */
  private void fill(int left, int top, int columns, int rows, byte[] color) {
    for (int y = Math.max(0, top); y < Math.min(height, top + rows); y++) {
      for (int x = Math.max(0, left); x < Math.min(width, left + columns); x++) {
        System.arraycopy(color, 0, rgb, 3 * (y * width + x), 3);
      }
    }
  }
}
