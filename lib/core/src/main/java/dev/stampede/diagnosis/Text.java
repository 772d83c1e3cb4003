package dev.stampede.diagnosis;

import java.util.Locale;

/** Numbers in sentences. */
final class Text {
  private Text() {}

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** To three figures: {@code 0.0123}, {@code 1.2}, {@code 7.0e-04}. */
  static String brief(double value) {
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      return format("%.1e", value);
    }
    return format(size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }

  static String percent(double share) {
    return format("%.0f %%", 100 * share);
  }
}
