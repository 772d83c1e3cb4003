package dev.stampede.result;

import java.util.OptionalInt;

/**
 * About how many seeds of each algorithm it takes until an interval excludes "no difference".
 *
 * <p>The rule: the half-width h of a bootstrap interval shrinks like 1/√n, and bootstrapping n
 * values understates their variance by (n − 1)/n. With a difference d seen now from n seeds of
 * each, the interval just excludes 0 at
 *
 * <pre>    n · n/(n − 1) · (h/d)²</pre>
 *
 * seeds of each; n is the harmonic mean if the algorithms have different numbers.
 *
 * <p>What it assumes: that the difference and the spread stay as they are now, which few seeds know
 * badly, so that it is an order of magnitude. And at exactly that many seeds the chance to decide
 * is about even, because the difference seen then is as often smaller as larger; with twice as many
 * it is about four in five.
 */
public final class SeedsNeeded {
  /** More seeds than this nobody runs to tell two algorithms apart. */
  public static final int SENSIBLE = 1_000;

  private SeedsNeeded() {}

  /**
   * The estimate.
   *
   * @param difference as seen now; 0 means none
   * @param interval its 95 % interval
   * @param seedsX seeds of one algorithm, at least 2: one alone has no spread
   * @param seedsY seeds of the other, at least 2
   * @return seeds of each algorithm in all, at least 1; empty if more than {@link #SENSIBLE}: not
   *     to be told apart by any sensible number
   */
  public static OptionalInt perAlgorithm(
      double difference, Interval interval, int seedsX, int seedsY) {
    if (seedsX < 2 || seedsY < 2) {
      throw new IllegalArgumentException(
          "expected at least 2 seeds of each algorithm, since one has no spread, but got "
              + seedsX
              + " and "
              + seedsY);
    }
    double n = 2 / (1.0 / seedsX + 1.0 / seedsY);
    double halfWidth = (interval.high() - interval.low()) / 2;
    double needed = n * n / (n - 1) * Math.pow(halfWidth / difference, 2);
    return difference != 0 && needed <= SENSIBLE
        ? OptionalInt.of(Math.max(1, (int) Math.ceil(needed)))
        : OptionalInt.empty();
  }
}
