package dev.stampede.paper;

import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Axis;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.paper.PaperFigure.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Robustness: final score against the learning rate, 50 of them. Section 5.6, figure 2. */
final class Figure2 implements Protocol {
  private static final int LEARNING_RATES = 50;

  @Override
  public String title() {
    return "Robustness: final score against the learning rate";
  }

  @Override
  public String inThePaper() {
    return "Figure 2: A3C on five Atari games, 50 learning rates log-uniform in [10⁻⁴, 10⁻²], each"
        + " with other start values; the supplement has the other methods. There is a range of"
        + " learning rates that work, and few scores of 0 within it.";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    return searches(scale);
  }

  static List<PlannedRun> searches(Scale scale) {
    List<Double> learningRates = Plans.learningRates(scale, LEARNING_RATES);
    List<PlannedRun> plan = new ArrayList<>();
    for (Task task : Task.two(scale)) {
      for (Preset method : Plans.METHODS) {
        plan.addAll(Plans.search(scale, method, task, learningRates));
      }
    }
    return plan;
  }

  @Override
  public Findings findings(Scale scale, Outcomes outcomes) {
    List<Panel> panels = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Task task : Task.two(scale)) {
      for (Preset method : Plans.METHODS) {
        Outcomes runs = outcomes.of(task.env(), method.name());
        panels.add(
            new Panel(
                method.name() + ", " + task.env(),
                List.of(new Series(method.name(), scatter(runs)))));
        rows.add(row(task, method, runs));
      }
    }
    return new Findings(
        new PaperFigure(
            title(),
            "each point a run with a learning rate and a seed of its own",
            Axis.logarithmic("learning rate"),
            "mean return in the last fifth of training",
            Marks.POINTS,
            Plans.METHODS.size(),
            panels),
        List.of(
            new Table(
                "By task and method",
                List.of(
                    "task",
                    "method",
                    "learning rates",
                    "reference score",
                    "that reach it",
                    "from",
                    "to",
                    "best score"),
                rows)),
        List.of("\"From\" and \"to\" are the least and the largest learning rate that reach it."));
  }

  private static List<Point> scatter(Outcomes runs) {
    return runs.all().stream()
        .filter(run -> run.finalScore().isPresent())
        .map(run -> Point.of(run.planned().learningRate(), run.finalScore().getAsDouble()))
        .toList();
  }

  private static List<String> row(Task task, Preset method, Outcomes runs) {
    double[] good =
        scatter(runs).stream()
            .filter(p -> p.y() >= task.reference())
            .mapToDouble(Point::x)
            .sorted()
            .toArray();
    return List.of(
        task.env(),
        method.name(),
        Integer.toString(runs.all().size()),
        Outcomes.number(task.reference()),
        Integer.toString(good.length),
        good.length == 0 ? "–" : Double.toString(good[0]),
        good.length == 0 ? "–" : Double.toString(good[good.length - 1]),
        Arrays.stream(runs.finalScores()).max().stream()
            .mapToObj(Outcomes::number)
            .findFirst()
            .orElse("–"));
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(Task.two(scale), Plans.threads(scale)));
      deviations.add(Plans.SMALL_SEARCH);
    } else {
      deviations.addAll(Plans.atari());
    }
    deviations.add("the same 50 learning rates for each method and task");
    return deviations;
  }
}
