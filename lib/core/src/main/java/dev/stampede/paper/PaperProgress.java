package dev.stampede.paper;

import java.util.Locale;

/**
 * How far an experiment has come.
 *
 * @param done runs that are complete, with those of earlier sessions
 * @param runs of the whole experiment
 * @param now what runs at the moment; empty if nothing does
 * @param fraction of all agent steps that are done, in [0, 1]
 * @param secondsLeft at the speed of this session; NaN where that is unknown
 */
public record PaperProgress(int done, int runs, String now, double fraction, double secondsLeft) {

  /** In one line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d of %d runs, %.1f %% of all steps, %s left  %s",
        done,
        runs,
        100 * fraction,
        duration(secondsLeft),
        now);
  }

  private static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "?";
    }
    long s = Math.round(seconds);
    return s >= 86_400
        ? String.format(Locale.ROOT, "%.1f days", s / 86_400.0)
        : s >= 3600
            ? String.format(Locale.ROOT, "%d:%02d:%02d h", s / 3600, s / 60 % 60, s % 60)
            : String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60);
  }
}
