package dev.stampede.diagnosis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers in sentences. */
final class Text {
  private static final MathContext FIGURES = new MathContext(3);

  private Text() {}

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** To three figures, whole numbers as they are: {@code 0.0123}, {@code 1.2}, {@code 7.0e-04}. */
  static String brief(double value) {
    double size = Math.abs(value);
    if (size >= 100 && size < 1e6 || value == 0 || !Double.isFinite(value)) {
      return format("%.0f", value);
    }
    return size < 1e-3 || size >= 1e6
        ? format("%.1e", value)
        : new BigDecimal(value).round(FIGURES).stripTrailingZeros().toPlainString();
  }

  static String tooFew(long seen, String of, long needed) {
    return format("%,d %s, and it takes %,d to tell", seen, of, needed);
  }

  static String percent(double share) {
    return format("%.0f %%", 100 * share);
  }
}
