package dev.stampede.paper;

import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Knob;
import dev.stampede.experiment.Preset;
import dev.stampede.nn.OptimizerKind;
import dev.stampede.paper.PaperFigure.Axis;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.paper.PaperFigure.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Momentum SGD, RMSProp with statistics of each thread and with shared ones, over learning rates.
 * Supplement 7.
 */
final class Optimizers implements Protocol {
  private static final int LEARNING_RATES = 20;
  private static final int LEARNING_RATES_PAPER = 50;
  private static final List<Preset> METHODS = List.of(Algorithms.NStepQ, Algorithms.A3C);
  private static final List<String> GAMES =
      List.of("breakout", "beam-rider", "seaquest", "space-invaders");

  // In the order of the legend.
  private static final List<Map.Entry<OptimizerKind, String>> OPTIMIZERS =
      List.of(
          Map.entry(OptimizerKind.MOMENTUM, "momentum SGD"),
          Map.entry(OptimizerKind.RMSPROP, "RMSProp of each thread"),
          Map.entry(OptimizerKind.SHARED_RMSPROP, "shared RMSProp"));

  private static List<Task> tasks(Scale scale) {
    return scale == Scale.SMALL ? Task.two(scale) : Task.games(GAMES);
  }

  @Override
  public String title() {
    return "Three optimizers over learning rates";
  }

  @Override
  public String inThePaper() {
    return "Supplement 7: n-step Q and A3C on four Atari games, 50 learning rates and start values"
        + " for each of three optimizers, final scores sorted (methods, games and the sorting are"
        + " from memory). Shared RMSProp is good over the most learning rates.";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    List<Double> learningRates =
        Plans.learningRates(scale, scale == Scale.SMALL ? LEARNING_RATES : LEARNING_RATES_PAPER);
    List<PlannedRun> plan = new ArrayList<>();
    for (Task task : tasks(scale)) {
      for (Preset method : METHODS) {
        for (Map.Entry<OptimizerKind, String> optimizer : OPTIMIZERS) {
          Preset preset = method.set(Knob.OPTIMIZER, optimizer.getKey().label());
          plan.addAll(Plans.search(scale, preset, task, learningRates));
        }
      }
    }
    return plan;
  }

  @Override
  public Findings findings(Scale scale, Outcomes outcomes) {
    List<Panel> panels = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Preset method : METHODS) {
      for (Task task : tasks(scale)) {
        List<Series> series = new ArrayList<>();
        for (Map.Entry<OptimizerKind, String> optimizer : OPTIMIZERS) {
          double[] scores =
              outcomes
                  .of(task.env(), method.name())
                  .where(
                      run ->
                          run.algorithm().value(Knob.OPTIMIZER).equals(optimizer.getKey().label()))
                  .finalScores();
          series.add(new Series(optimizer.getValue(), sorted(scores)));
          rows.add(
              List.of(
                  method.name(),
                  task.env(),
                  optimizer.getValue(),
                  Integer.toString(scores.length),
                  Outcomes.number(task.reference()),
                  Long.toString(Arrays.stream(scores).filter(s -> s >= task.reference()).count()),
                  Outcomes.cell(scores)));
        }
        panels.add(new Panel(method.name() + ", " + task.env(), series));
      }
    }
    return new Findings(
        new PaperFigure(
            title(),
            "final scores over learning rates, sorted: a long plateau is robust",
            Axis.of("rank of the run, best first"),
            "mean return in the last fifth of training",
            Marks.LINES_AND_POINTS,
            tasks(scale).size(),
            panels),
        List.of(
            new Table(
                "By optimizer",
                List.of(
                    "method",
                    "task",
                    "optimizer",
                    "learning rates",
                    "reference score",
                    "that reach it",
                    "score, mean [95 %]"),
                rows)),
        List.of());
  }

  private static List<Point> sorted(double[] scores) {
    List<Double> best = Arrays.stream(scores).boxed().sorted(Comparator.reverseOrder()).toList();
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < best.size(); i++) {
      points.add(Point.of(i + 1, best.get(i)));
    }
    return points;
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(tasks(scale), Plans.threads(scale)));
      deviations.add(Plans.SMALL_SEARCH);
      deviations.add(LEARNING_RATES + " learning rates instead of " + LEARNING_RATES_PAPER);
    } else {
      deviations.addAll(Plans.atari());
    }
    deviations.add("the same learning rates for each optimizer, method and task");
    return deviations;
  }
}
