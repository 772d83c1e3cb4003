package dev.stampede.paper;

import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.result.Interval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The complete runs of an experiment. Immutable. */
record Outcomes(List<Outcome> all) {
  Outcomes {
    all = List.copyOf(all);
  }

  /** Reads those that are complete. */
  static Outcomes read(List<PlannedRun> plan, Path runs) {
    return new Outcomes(
        plan.stream()
            .map(planned -> Outcome.read(planned, runs.resolve(planned.label())))
            .flatMap(Optional::stream)
            .toList());
  }

  /** Those of one task and method, by their names. */
  Outcomes of(String env, String method) {
    return where(run -> run.env().equals(env) && run.algorithm().name().equals(method));
  }

  Outcomes where(Predicate<PlannedRun> condition) {
    return new Outcomes(all.stream().filter(each -> condition.test(each.planned())).toList());
  }

  /** Final scores, of the runs that have one. */
  double[] finalScores() {
    return all.stream()
        .map(Outcome::finalScore)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .toArray();
  }

  /** The n runs with the best final scores. */
  Outcomes best(int n) {
    return new Outcomes(
        all.stream()
            .sorted(
                (a, b) ->
                    Double.compare(
                        b.finalScore().orElse(Double.NEGATIVE_INFINITY),
                        a.finalScore().orElse(Double.NEGATIVE_INFINITY)))
            .limit(n)
            .toList());
  }

  /**
   * The mean learning curve with the 95 % bootstrap interval of the mean over runs, at each mark
   * where evaluations were due.
   *
   * @param framesPerUnit how many frames are 1 on the x axis
   */
  List<Point> curve(double framesPerUnit) {
    List<Outcome> measured = all.stream().filter(each -> !each.evaluations().isEmpty()).toList();
    List<Point> points = new ArrayList<>();
    if (measured.isEmpty()) {
      return points;
    }
    PlannedRun first = measured.get(0).planned();
    long framesPerStep = framesPerStep(measured.get(0));
    for (long step = first.evaluateEvery(); step <= first.steps(); step += first.evaluateEvery()) {
      double frame = (double) step * framesPerStep;
      points.add(
          mean(frame / framesPerUnit, measured.stream().mapToDouble(e -> e.at(frame)).toArray()));
    }
    return points;
  }

  private static long framesPerStep(Outcome outcome) {
    return Math.max(
        1,
        outcome.evaluations().get(0).frames() / Math.max(1, outcome.evaluations().get(0).step()));
  }

  /** The mean of at least one value, with its interval. */
  static Point mean(double x, double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    Interval interval = values.length > 1 ? Interval.ofMean(values, 0) : new Interval(mean, mean);
    return new Point(x, mean, interval.low(), interval.high());
  }

  /** Mean and interval in a cell of a table; a dash if there is no value. */
  static String cell(double[] values) {
    if (values.length == 0) {
      return "–";
    }
    Point mean = mean(0, values);
    return values.length == 1
        ? number(mean.y())
        : number(mean.y()) + " [" + number(mean.low()) + ", " + number(mean.high()) + "]";
  }

  /** With as many decimals as its size deserves. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.1f" : "%.2f", value);
  }
}
