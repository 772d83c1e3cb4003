package dev.stampede.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A small line drawing as SVG inside a page: no library, no script. Text and axes take the colour
 * of the page's text. For one thread.
 */
final class Chart {
  static final String TRAINING = "#2a6fb8"; // Told apart on white and on black, by the colour-blind
  static final String EVALUATION = "#d1731d"; // too.
  static final String EPISODE = "#9fb3c8";
  private static final int LEFT = 62;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 34;

  /** What is drawn at one place of the x axis. */
  record Point(double x, double y) {}

  private final StringBuilder marks = new StringBuilder();
  private final String label;
  private final int width;
  private final int height;
  private final double right;
  private final double low;
  private final double high;

  /**
   * @param label for who cannot see it
   * @param right of the x axis, which begins at 0
   * @param low of the y axis
   */
  Chart(String label, int width, int height, double right, double low, double high) {
    this.label = label;
    this.width = width;
    this.height = height;
    this.right = Math.max(1, right);
    double margin = high > low ? 0.04 * (high - low) : 0.5;
    this.low = low - margin;
    this.high = high + margin;
    axes();
  }

  private void axes() {
    double step = tick(high - low, height / 40);
    for (double y = Math.ceil(low / step) * step; y <= high; y += step) {
      add(
          "<line x1='%d' x2='%d' y1='%s' y2='%s' stroke='currentColor' stroke-opacity='.15'/>",
          LEFT, width - RIGHT, y(y), y(y));
      add(
          "<text x='%d' y='%s' dy='4' text-anchor='end' opacity='.75'>%s</text>",
          LEFT - 6, y(y), tickLabel(y, step));
    }
    double across = tick(right, width / 110);
    for (double x = 0; x <= right; x += across) {
      add(
          "<text x='%s' y='%d' text-anchor='middle' opacity='.75'>%s</text>",
          x(x), height - 16, Text.whole(x));
    }
    add(
        "<text x='%d' y='%d' text-anchor='middle' opacity='.75'>agent steps</text>",
        (LEFT + width - RIGHT) / 2, height - 2);
  }

  /** With as many decimals as tell ticks apart. */
  private static String tickLabel(double value, double step) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step)));
    double shown = Math.abs(value) < step / 2 ? 0 : value;
    return decimals > 5
        ? String.format(Locale.ROOT, "%.0e", shown)
        : String.format(Locale.ROOT, "%,." + decimals + "f", shown);
  }

  /** 1, 2 or 5 times a power of ten, so that there are about so many. */
  private static double tick(double range, int count) {
    double rough = range / Math.max(1, count);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double times = rough / power;
    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
  }

  Chart line(String color, List<Point> points) {
    return add(
        "<polyline fill='none' stroke='%s' stroke-width='1.8' stroke-linejoin='round'"
            + " points='%s'/>",
        color,
        points.stream().map(p -> x(p.x()) + "," + y(p.y())).collect(Collectors.joining(" ")));
  }

  Chart dots(String color, double radius, double opacity, List<Point> points) {
    add("<g fill='%s' fill-opacity='%s'>", color, opacity);
    points.forEach(p -> add("<circle cx='%s' cy='%s' r='%s'/>", x(p.x()), y(p.y()), radius));
    return add("</g>");
  }

  /** An interval at one place. */
  Chart bar(String color, double x, double from, double to) {
    return add(
        "<line x1='%s' x2='%s' y1='%s' y2='%s' stroke='%s' stroke-width='1.5'/>",
        x(x), x(x), y(from), y(to), color);
  }

  /** A dashed level. */
  Chart level(double at) {
    return add(
        "<line x1='%d' x2='%d' y1='%s' y2='%s' stroke='#888' stroke-dasharray='5 4'/>",
        LEFT, width - RIGHT, y(at), y(at));
  }

  /** A dotted moment. */
  Chart moment(double at, String what) {
    return add(
        "<line x1='%s' x2='%s' y1='%d' y2='%d' stroke='#888' stroke-dasharray='2 3'>"
            + "<title>%s</title></line>",
        x(at), x(at), TOP, height - BOTTOM, Text.html(what));
  }

  String svg() {
    return ("<svg viewBox='0 0 %d %d' width='%d' style='max-width:100%%' font-size='11'"
                + " font-family='sans-serif' fill='currentColor' role='img' aria-label='%s'>")
            .formatted(width, height, width, Text.html(label))
        + marks
        + "</svg>";
  }

  private Chart add(String format, Object... values) {
    marks.append(String.format(Locale.ROOT, format, values));
    return this;
  }

  private String x(double value) {
    return coordinate(LEFT + (width - LEFT - RIGHT) * value / right);
  }

  private String y(double value) {
    return coordinate(TOP + (height - TOP - BOTTOM) * (high - value) / (high - low));
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
