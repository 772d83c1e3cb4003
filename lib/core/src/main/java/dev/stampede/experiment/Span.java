package dev.stampede.experiment;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of a run with its unit, so that 40 000 frames and 40 000 steps cannot be confused:
 * {@code frames = steps × action repeat}.
 */
public record Span(long amount, Unit unit) {
  private static final Pattern FORM = Pattern.compile("([0-9_]+)\\s*(frames|steps)");

  /** What is counted. */
  public enum Unit {
    /** Frames of the emulator. */
    FRAMES,
    /** Decisions of the agent. */
    STEPS
  }

  /**
   * @throws IllegalArgumentException if it is shorter than 1
   */
  public Span {
    if (amount < 1) {
      throw new IllegalArgumentException(
          "expected at least 1 " + unit.name().toLowerCase(Locale.ROOT) + " but got " + amount);
    }
  }

  /**
   * Reads {@code 40000 frames} or {@code 10_000 steps}.
   *
   * @throws IllegalArgumentException if the unit is missing
   */
  public static Span parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "expected a number with its unit, such as \"40000 frames\" or \"10000 steps\"");
    }
    return new Span(
        Long.parseLong(matcher.group(1).replace("_", "")),
        Unit.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)));
  }

  /** In agent steps, at least 1. */
  public long steps(int framesPerStep) {
    return unit == Unit.STEPS ? amount : Math.max(1, amount / framesPerStep);
  }

  @Override
  public String toString() {
    return amount + " " + unit.name().toLowerCase(Locale.ROOT);
  }
}
