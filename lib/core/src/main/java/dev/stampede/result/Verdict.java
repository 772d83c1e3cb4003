package dev.stampede.result;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether one algorithm is better than another, as far as their runs tell.
 *
 * <p>It is decided when there are {@linkplain #fewestSeeds enough} seeds and two 95 % intervals
 * agree: that of the {@linkplain Aggregate#probabilityOfImprovement probability of improvement}
 * excludes ½, and that of the difference of the IQMs excludes 0, on the same side.
 *
 * @param x the algorithm with the higher IQM
 * @param y the other
 * @param seedsX runs of x
 * @param seedsY runs of y
 * @param tasks of each run
 * @param iqmX interquartile mean of x
 * @param iqmY interquartile mean of y
 * @param probability how probable it is that a run of x scores more than a run of y
 * @param probabilityInterval its interval
 * @param differenceInterval the interval of iqmX − iqmY
 */
public record Verdict(
    String x,
    String y,
    int seedsX,
    int seedsY,
    int tasks,
    double iqmX,
    double iqmY,
    double probability,
    Interval probabilityInterval,
    Interval differenceInterval) {
  private static final int FEWEST_SEEDS = 4;

  /** Measures two algorithms against each other. */
  static Verdict of(String nameA, Scores a, String nameB, Scores b, Bootstrap bootstrap) {
    Aggregate.requireSameTasks(a, b);
    if (Aggregate.interquartileMean(a) < Aggregate.interquartileMean(b)) {
      return of(nameB, b, nameA, a, bootstrap);
    }
    return new Verdict(
        nameA,
        nameB,
        a.runs(),
        b.runs(),
        a.tasks(),
        Aggregate.interquartileMean(a),
        Aggregate.interquartileMean(b),
        Aggregate.probabilityOfImprovement(a, b),
        bootstrap.interval(a, b, Aggregate::probabilityOfImprovement),
        bootstrap.interval(
            a, b, (x, y) -> Aggregate.interquartileMean(x) - Aggregate.interquartileMean(y)));
  }

  /** Whether x is certainly better than y, at the 95 % level. */
  public boolean decided() {
    return enoughSeeds() && probabilityInterval.low() > 0.5 && differenceInterval.low() > 0;
  }

  /**
   * Whether there are so many seeds that anything is decided: 4 of each. A bootstrap of very few
   * runs gives an interval that is far too narrow: of a single run, one without any width. Of 3 of
   * each on one task, even the most extreme outcome, all of x above all of y, comes up in one of
   * ten comparisons of equal algorithms: 2 / C(6, 3), the two-sided permutation test. More tasks do
   * not make up for it: 2 seeds on each of three, of which two are won, come up in one of seven.
   */
  public boolean enoughSeeds() {
    return Math.min(seedsX, seedsY) >= FEWEST_SEEDS;
  }

  /** The fewest seeds of each that could decide anything. */
  public int fewestSeeds() {
    return FEWEST_SEEDS;
  }

  /**
   * About how many seeds of each algorithm, in all, would decide: the larger of what the two
   * intervals need by {@link SeedsNeeded}, or {@link #fewestSeeds} if there are fewer. Empty if it
   * is decided, if no sensible number would do, or if IQM and probability of improvement disagree
   * on which is better.
   */
  public OptionalInt seedsNeeded() {
    if (decided() || (enoughSeeds() && probability < 0.5)) {
      return OptionalInt.empty();
    }
    if (!enoughSeeds()) {
      return OptionalInt.of(fewestSeeds());
    }
    OptionalInt difference =
        SeedsNeeded.perAlgorithm(iqmX - iqmY, differenceInterval, seedsX, seedsY);
    OptionalInt improvement =
        SeedsNeeded.perAlgorithm(probability - 0.5, probabilityInterval, seedsX, seedsY);
    if (difference.isEmpty() || improvement.isEmpty()) {
      return OptionalInt.empty();
    }
    int estimate = Math.max(difference.getAsInt(), improvement.getAsInt());
    return OptionalInt.of(Math.max(estimate, Math.max(seedsX, seedsY) + 1));
  }

  /** The interval of the probability of improvement; empty if a single run shows no spread. */
  public Optional<Interval> shownInterval() {
    return Math.min(seedsX, seedsY) < 2 ? Optional.empty() : Optional.of(probabilityInterval);
  }

  /** All of it in one sentence. */
  public String sentence() {
    return String.format(
        Locale.ROOT,
        "%s: IQM %s against %s, probability of improvement %.2f%s, %s%s.",
        decided()
            ? x + " is better than " + y + ", at the 95 % level"
            : "Not decided whether " + x + " is better than " + y,
        number(iqmX),
        number(iqmY),
        probability,
        shownInterval()
            .map(i -> String.format(Locale.ROOT, " [95 %%: %.2f, %.2f]", i.low(), i.high()))
            .orElse(""),
        seedsX == seedsY
            ? seedsX + (seedsX == 1 ? " seed of each" : " seeds of each")
            : seedsX + " and " + seedsY + " seeds",
        decided() ? "" : "; " + whatWouldDecide());
  }

  private String whatWouldDecide() {
    if (!enoughSeeds()) {
      return "at least " + fewestSeeds() + " seeds of each are needed to decide anything";
    }
    if (probability < 0.5) {
      return "the IQM and the probability of improvement disagree on which is better";
    }
    OptionalInt needed = seedsNeeded();
    if (needed.isEmpty()) {
      return "no sensible number of seeds (at most "
          + SeedsNeeded.SENSIBLE
          + " of each) would tell them apart if the difference stays as it is";
    }
    return "about "
        + (seedsX == seedsY
            ? needed.getAsInt() - seedsX + " more seeds of each"
            : needed.getAsInt() + " seeds of each")
        + " would be needed if the difference stays as it is";
  }

  /** With as many digits as a reader of scores needs. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }

  @Override
  public String toString() {
    return sentence();
  }
}
