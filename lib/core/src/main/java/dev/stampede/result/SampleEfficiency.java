package dev.stampede.result;

import java.util.ArrayList;
import java.util.List;

/**
 * How good an algorithm is after how many steps: the IQM of its runs against steps.
 *
 * <p>Agarwal et al. (2021), section 4.2 and figure "sample efficiency". Each interval holds for its
 * own step, not for the whole curve at once.
 */
public final class SampleEfficiency {
  private SampleEfficiency() {}

  /**
   * A point of the curve.
   *
   * @param step agent steps
   * @param iqm interquartile mean of all runs' scores at this step
   * @param interval its 95 % interval
   */
  public record Point(long step, double iqm, Interval interval) {}

  /**
   * The curve.
   *
   * @param steps agent steps
   * @param scores the scores of the same runs at each of the steps
   */
  public static List<Point> curve(List<Long> steps, List<Scores> scores, Bootstrap bootstrap) {
    if (steps.size() != scores.size()) {
      throw new IllegalArgumentException(
          "expected scores at each of " + steps.size() + " steps but got " + scores.size());
    }
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      points.add(
          new Point(
              steps.get(i),
              Aggregate.interquartileMean(scores.get(i)),
              bootstrap.interval(scores.get(i), Aggregate::interquartileMean)));
    }
    return points;
  }
}
