package dev.stampede.paper;

import java.util.Locale;

/** How large an experiment is. */
public enum Scale {
  /** Native tasks, minutes on two cores. */
  SMALL,
  /** The paper's games, threads and budgets: weeks on one machine. */
  PAPER;

  /**
   * The scale of this name, in any case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Scale named(String name) {
    for (Scale scale : values()) {
      if (scale.name().equalsIgnoreCase(name)) {
        return scale;
      }
    }
    throw new IllegalArgumentException("expected the scale small or paper but got " + name);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
