package dev.stampede.result;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What counts as the score of one run. */
public enum Metric {
  /** What the run ended with. */
  LAST(
      "mean return of the last evaluation",
      "mean return of the last 100 training episodes",
      points -> points.get(points.size() - 1).mean()),

  /** The best moment of the run; flatters what fluctuates. */
  BEST(
      "mean return of the best evaluation",
      "best mean return of 100 training episodes in a row",
      points -> points.stream().mapToDouble(Point::mean).max().orElseThrow()),

  /** The area under the learning curve over its width in steps: rewards learning early. */
  AUC(
      "mean return of evaluations, averaged over steps (area under the curve)",
      "mean return of 100 training episodes, averaged over steps (area under the curve)",
      Metric::area);

  private static final int WINDOW = 100;

  /** A point of a learning curve. */
  private record Point(long step, double mean) {}

  private final String ofEvaluations;
  private final String ofEpisodes;
  private final ToDoubleFunction<List<Point>> score;

  Metric(String ofEvaluations, String ofEpisodes, ToDoubleFunction<List<Point>> score) {
    this.ofEvaluations = ofEvaluations;
    this.ofEpisodes = ofEpisodes;
    this.score = score;
  }

  /** The fewest evaluations that make a score. */
  public int fewestEvaluations() {
    return this == AUC ? 2 : 1;
  }

  /**
   * The metric of this name, in any case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Metric named(String name) {
    for (Metric metric : values()) {
      if (metric.name().equalsIgnoreCase(name)) {
        return metric;
      }
    }
    throw new IllegalArgumentException(
        "expected the metric last, best or auc but got \"" + name + "\"");
  }

  /**
   * The score by evaluations: each one's mean return.
   *
   * @throws IllegalArgumentException if there are too few
   */
  public double ofEvaluations(List<EvaluationRecord> evaluations) {
    return score(evaluations.stream().map(e -> new Point(e.step(), e.mean())).toList());
  }

  /** Of training episodes: the mean return of each 100 in a row, of all if there are fewer. */
  double ofEpisodes(List<EpisodeRecord> episodes) {
    List<Point> points = new ArrayList<>();
    for (int end = Math.min(WINDOW, episodes.size()); 0 < end && end <= episodes.size(); end++) {
      double sum = 0;
      for (int i = Math.max(0, end - WINDOW); i < end; i++) {
        sum += episodes.get(i).score();
      }
      points.add(new Point(episodes.get(end - 1).step(), sum / Math.min(end, WINDOW)));
    }
    return score(points);
  }

  /** What the score is, in words for a report. */
  public String words(boolean evaluations) {
    return evaluations ? ofEvaluations : ofEpisodes;
  }

  private double score(List<Point> points) {
    if (points.isEmpty()) {
      throw new IllegalArgumentException("no episode ended, so there is no score");
    }
    return score.applyAsDouble(points);
  }

  /** By the trapezoidal rule. */
  private static double area(List<Point> points) {
    long width = points.get(points.size() - 1).step() - points.get(0).step();
    if (width == 0) {
      throw new IllegalArgumentException(
          "the area under a curve needs at least 2 evaluations, or 101 training episodes; use the"
              + " metric last");
    }
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      Point a = points.get(i - 1);
      Point b = points.get(i);
      area += (b.step() - a.step()) * (a.mean() + b.mean()) / 2;
    }
    return area / width;
  }
}
