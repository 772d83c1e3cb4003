package dev.stampede.report;

import java.util.Locale;

/** Numbers and words as a reader wants them. */
final class Text {
  static final String NONE = "–";

  private Text() {}

  /** {@code 300,000}. */
  static String whole(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,d", Math.round(value)) : NONE;
  }

  /** Any size, to about four figures. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return whole(value);
    }
    String format = size < 0.001 ? "%.2e" : size < 1 ? "%.4f" : size < 1000 ? "%.2f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }

  /** {@code 8.4 s}, {@code 3 min 20 s}, {@code 2 h 05 min}. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s / 60 % 60);
  }

  /** With the unit, if there is one. */
  static String quantity(String value, String unit) {
    boolean number = !value.isEmpty() && Character.isDigit(value.charAt(0));
    return number && !unit.isEmpty() ? value + " " + unit : value;
  }

  static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
