package dev.stampede.diagnosis;

import dev.stampede.result.EpisodeRecord;
import java.util.List;

/**
 * The returns of some episodes.
 *
 * @param count how many
 * @param mean NaN of none
 * @param variance of one return
 */
record Returns(int count, double mean, double variance) {
  /** Fewer show no course: a tenth of them is a handful. */
  static final int FEWEST_EPISODES = 50;

  /** Standard errors of a difference that chance hardly makes: one time in 700. */
  private static final double CLEAR = 3;

  static Returns of(List<EpisodeRecord> episodes) {
    double mean = episodes.stream().mapToDouble(EpisodeRecord::score).average().orElse(Double.NaN);
    double squares =
        episodes.stream().mapToDouble(e -> (e.score() - mean) * (e.score() - mean)).sum();
    return new Returns(episodes.size(), mean, squares / Math.max(1, episodes.size() - 1));
  }

  /** Whether the mean is higher by more than chance makes of it. */
  boolean clearlyAbove(Returns other) {
    return clearlyAbove(other, CLEAR);
  }

  /**
   * The same.
   *
   * @param errors by how many standard errors
   */
  boolean clearlyAbove(Returns other, double errors) {
    double error = Math.sqrt(variance / count + other.variance / other.count);
    return mean - other.mean > errors * error;
  }
}
