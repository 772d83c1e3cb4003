package dev.stampede.record;

import dev.stampede.env.Frame;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Draws numbers of the last steps of an episode in strips below a picture. For one thread.
 *
 * <p>A short episode fills the width; of a long one the newest steps are seen, two pixels each. The
 * y axis holds all values since the episode began.
 */
final class Strips {
  private static final int FEWEST = 20; // Steps in the width, when an episode begins.
  private static final int PIXELS_OF_A_STEP = 2;
  private static final Color BACKGROUND = new Color(0x1E202C);
  private static final Color FIELD = new Color(0x282B3A);
  private static final Color INK = new Color(0xF2F2EC);
  private static final Color AXIS = new Color(0x55596B);

  /** Told apart by the colour-blind, too: Okabe and Ito (2008), on a dark ground. */
  private static final int[] COLORS = {
    0x56B4E9, 0xE69F00, 0x009E73, 0xF0E442, 0xCC79A7, 0xD55E00, 0x0072B2, 0xBBBBBB
  };

  /** How a strip draws what it shows at each step. */
  enum Style {
    /** A line for each number. */
    LINES,
    /** Numbers that add up to 1, upon each other. */
    SHARES,
    /** A line with a band for each number: all numbers, then how far each band reaches. */
    BANDS
  }

  /**
   * One strip.
   *
   * @param title in capital letters
   * @param lines how many it draws
   */
  record Strip(String title, Style style, int lines) {}

  private final List<Strip> strips;
  private final List<List<double[]>> history = new ArrayList<>();
  private final double[] low;
  private final double[] high;

  Strips(List<Strip> strips) {
    this.strips = List.copyOf(strips);
    this.low = new double[strips.size()];
    this.high = new double[strips.size()];
    clear();
  }

  /** An episode begins. */
  void clear() {
    history.clear();
    strips.forEach(each -> history.add(new ArrayList<>()));
    Arrays.fill(low, Double.POSITIVE_INFINITY);
    Arrays.fill(high, Double.NEGATIVE_INFINITY);
  }

  /**
   * The numbers of one more step.
   *
   * @param numbers for each strip; of one that has none yet, no numbers
   */
  void add(List<double[]> numbers) {
    for (int i = 0; i < strips.size(); i++) {
      double[] row = numbers.get(i).clone();
      history.get(i).add(row);
      for (int k = 0; k < Math.min(row.length, strips.get(i).lines()); k++) {
        double spread = strips.get(i).style() == Style.BANDS ? row[strips.get(i).lines() + k] : 0;
        low[i] = Math.min(low[i], row[k] - spread);
        high[i] = Math.max(high[i], row[k] + spread);
      }
    }
  }

  /** The picture with the strips below it. */
  Frame below(Frame picture) {
    int width = picture.width();
    int letters = Math.max(1, width / 168);
    int each = 2 * (20 + 10 * letters);
    BufferedImage image =
        new BufferedImage(width, each * strips.size(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(BACKGROUND);
    graphics.fillRect(0, 0, width, image.getHeight());
    for (int i = 0; i < strips.size(); i++) {
      int margin = 3 * letters;
      int head = (Glyphs.HEIGHT + 3) * letters;
      int top = i * each + margin;
      title(graphics, i, margin, top, letters);
      legend(graphics, strips.get(i).lines(), width - margin, top, letters);
      new Field(graphics, i, margin, top + head, width - 2 * margin, each - head - 2 * margin)
          .draw();
    }
    graphics.dispose();
    return under(picture, image);
  }

  private void title(Graphics2D graphics, int i, int left, int top, int letters) {
    List<double[]> rows = history.get(i);
    double[] last = rows.isEmpty() ? new double[0] : rows.get(rows.size() - 1);
    boolean one = strips.get(i).lines() == 1 && last.length > 0;
    graphics.setColor(INK);
    Glyphs.write(
        strips.get(i).title() + (one ? " " + Scoreboard.number(last[0]) : ""),
        left,
        top,
        letters,
        graphics::fillRect);
  }

  /** Which colour is which action, counted from 0, where there is room for it. */
  private static void legend(Graphics2D graphics, int lines, int right, int top, int letters) {
    int advance = 2 * Glyphs.ADVANCE * letters;
    for (int k = 0; k < lines && 1 < lines && lines <= 10; k++) {
      graphics.setColor(color(k));
      int left = right - (lines - k) * advance;
      Glyphs.write(Integer.toString(k), left, top, letters, graphics::fillRect);
    }
  }

  private static Color color(int k) {
    Color color = new Color(COLORS[k % COLORS.length]);
    return k / COLORS.length % 2 == 0 ? color : color.darker(); // Atari has 18 actions.
  }

  private static Frame under(Frame picture, BufferedImage image) {
    int width = picture.width();
    int height = picture.height() + image.getHeight();
    byte[] rgb = Arrays.copyOf(picture.rgb(), 3 * width * height);
    int[] pixels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    int at = picture.rgb().length;
    for (int pixel : pixels) {
      rgb[at++] = (byte) (pixel >> 16);
      rgb[at++] = (byte) (pixel >> 8);
      rgb[at++] = (byte) pixel;
    }
    return new Frame(width, height, rgb);
  }

  /** Where the lines of one strip are drawn. */
  private final class Field {
    private final Graphics2D graphics;
    private final Strip strip;
    private final List<double[]> rows;
    private final int left;
    private final int top;
    private final int width;
    private final int height;
    private final double from;
    private final double to;
    private final int first;
    private final double pixels;

    Field(Graphics2D graphics, int i, int left, int top, int width, int height) {
      this.graphics = graphics;
      this.strip = strips.get(i);
      this.rows = history.get(i);
      this.left = left;
      this.top = top;
      this.width = width;
      this.height = height;
      boolean shares = strip.style() == Style.SHARES;
      boolean known = low[i] <= high[i];
      double margin = known ? Math.max(1e-6, 0.08 * (high[i] - low[i])) : 1;
      this.from = shares ? 0 : known ? low[i] - margin : -1;
      this.to = shares ? 1 : known ? high[i] + margin : 1;
      int most = Math.max(FEWEST, width / PIXELS_OF_A_STEP);
      int shown = Math.max(FEWEST, Math.min(rows.size(), most));
      this.first = Math.max(0, rows.size() - most);
      this.pixels = (double) width / shown;
    }

    void draw() {
      graphics.setColor(FIELD);
      graphics.fillRect(left, top, width, height);
      graphics.setClip(new Rectangle2D.Double(left, top, width, height));
      if (from < 0 && to > 0) {
        graphics.setColor(AXIS);
        graphics.draw(new Line2D.Double(left, y(0), left + width, y(0)));
      }
      switch (strip.style()) {
        case SHARES -> shares();
        case LINES -> lines();
        case BANDS -> {
          bands();
          lines();
        }
      }
      graphics.setClip(null);
    }

    private void shares() {
      for (int t = first; t < rows.size(); t++) {
        double below = 0;
        for (int k = 0; k < rows.get(t).length; k++) {
          double above = below + rows.get(t)[k];
          graphics.setColor(color(k));
          column(t, above, below);
          below = above;
        }
      }
    }

    private void lines() {
      graphics.setStroke(new BasicStroke(1.6f));
      for (int k = 0; k < strip.lines(); k++) {
        Path2D path = new Path2D.Double();
        for (int t = first; t < rows.size(); t++) {
          if (rows.get(t).length > k) {
            goTo(path, x(t) - pixels / 2, y(rows.get(t)[k]));
          }
        }
        graphics.setColor(color(k));
        graphics.draw(path);
      }
    }

    private static void goTo(Path2D path, double x, double y) {
      if (path.getCurrentPoint() == null) {
        path.moveTo(x, y);
      }
      path.lineTo(x, y);
    }

    private void bands() {
      for (int t = first; t < rows.size(); t++) {
        for (int k = 0; k < strip.lines(); k++) {
          double mean = rows.get(t)[k];
          double spread = rows.get(t)[strip.lines() + k];
          graphics.setColor(faint(color(k)));
          column(t, mean + spread, mean - spread);
        }
      }
    }

    /** On whole pixels: no seam is seen between one step and the next. */
    private void column(int t, double above, double below) {
      int begin = (int) Math.round(x(t) - pixels);
      int end = (int) Math.round(x(t));
      int high = (int) Math.round(y(above));
      graphics.fillRect(begin, high, end - begin, (int) Math.round(y(below)) - high);
    }

    private static Color faint(Color color) {
      return new Color(color.getRed(), color.getGreen(), color.getBlue(), 70);
    }

    /** Where the column of step {@code t} ends. */
    private double x(int t) {
      return left + (t - first + 1) * pixels;
    }

    private double y(double value) {
      return top + height * (to - value) / (to - from);
    }
  }
}
