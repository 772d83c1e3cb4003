package dev.stampede.experiment;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How far a plan of many runs has come.
 *
 * @param done runs that are complete, with those of earlier sessions
 * @param failed runs that failed in this session
 * @param runs of the whole plan
 * @param now what is under way
 * @param fraction of all agent steps that are done or given up, in [0, 1]
 * @param secondsLeft at the speed of this session; NaN where that is unknown
 */
public record StudyProgress(
    int done, int failed, int runs, List<UnderWay> now, double fraction, double secondsLeft) {
  public StudyProgress {
    now = List.copyOf(now);
  }

  /**
   * A run that is under way.
   *
   * @param run in words
   * @param fraction of its agent steps that are done, in [0, 1]
   */
  public record UnderWay(String run, double fraction) {}

  /** Runs that have not begun. */
  public int left() {
    return Math.max(0, runs - done - failed - now.size());
  }

  /** In one line. */
  @Override
  public String toString() {
    return String.format(
            Locale.ROOT, "%d of %d runs done, %.0f %% of all steps", done, runs, 100 * fraction)
        + (failed > 0 ? ", " + failed + " failed" : "")
        + (now.isEmpty()
            ? ""
            : "; now " + now.stream().map(UnderWay::run).collect(Collectors.joining("; ")));
  }
}
