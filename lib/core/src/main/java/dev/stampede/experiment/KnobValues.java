package dev.stampede.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;

/** The values that a {@link Sweep} tries of a knob. Immutable. */
public final class KnobValues {
  private final String words;
  private final List<String> choices;
  private final boolean logarithmic;
  private final Function<SplittableRandom, String> draw;

  private KnobValues(
      String words,
      List<String> choices,
      boolean logarithmic,
      Function<SplittableRandom, String> draw) {
    this.words = words;
    this.choices = choices;
    this.logarithmic = logarithmic;
    this.draw = draw;
  }

  /** Each of these. */
  public static KnobValues oneOf(String... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("oneOf: expected at least 1 value but got none");
    }
    List<String> choices = List.of(values);
    return new KnobValues(
        "one of " + String.join(", ", choices),
        choices,
        false,
        random -> choices.get(random.nextInt(choices.size())));
  }

  /** Each of these. */
  public static KnobValues oneOf(double... values) {
    return oneOf(Arrays.stream(values).mapToObj(Double::toString).toArray(String[]::new));
  }

  /** Each of these. */
  public static KnobValues oneOf(int... values) {
    return oneOf(Arrays.stream(values).mapToObj(Integer::toString).toArray(String[]::new));
  }

  /** Drawn evenly from [low, high], to four figures. */
  public static KnobValues uniform(double low, double high) {
    requireOrder("uniform", low, high);
    return drawn("uniform", low, high, false, r -> brief(low + (high - low) * r.nextDouble()));
  }

  /**
   * Drawn from [low, high] so that each factor is as likely as any other, to four figures: as many
   * between 10⁻⁴ and 10⁻³ as between 10⁻³ and 10⁻².
   *
   * @param low above 0
   */
  public static KnobValues logUniform(double low, double high) {
    requireOrder("logUniform", low, high);
    if (low <= 0) {
      throw new IllegalArgumentException(
          "logUniform: expected numbers above 0 but got " + low + " to " + high);
    }
    double factor = Math.log(high / low);
    return drawn(
        "log-uniform", low, high, true, r -> brief(low * Math.exp(factor * r.nextDouble())));
  }

  /** Whole numbers drawn evenly, both ends included. */
  public static KnobValues wholeNumbers(int low, int high) {
    requireOrder("wholeNumbers", low, high);
    return new KnobValues(
        "whole numbers from " + low + " to " + high,
        List.of(),
        false,
        random -> Integer.toString(random.nextInt(low, high + 1)));
  }

  private static KnobValues drawn(
      String how,
      double low,
      double high,
      boolean logarithmic,
      Function<SplittableRandom, String> draw) {
    return new KnobValues(how + " in [" + low + ", " + high + "]", List.of(), logarithmic, draw);
  }

  private static String brief(double value) {
    return Double.toString(Double.parseDouble(String.format(Locale.ROOT, "%.4g", value)));
  }

  private static void requireOrder(String what, double low, double high) {
    if (!(low < high) || Double.isInfinite(high - low)) {
      throw new IllegalArgumentException(
          what + ": expected a lower number and a higher one but got " + low + " and " + high);
    }
  }

  /** All of them; none if they are drawn. */
  List<String> choices() {
    return choices;
  }

  String draw(SplittableRandom random) {
    return draw.apply(random);
  }

  /** Whether they belong on a logarithmic axis. */
  boolean logarithmic() {
    return logarithmic;
  }

  /** In words. */
  @Override
  public String toString() {
    return words;
  }
}
