package dev.stampede.paper;

import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Series;
import java.util.ArrayList;
import java.util.List;

/** Learning curves of the four methods on five tasks. Section 5.1, figure 1. */
final class Figure1 implements Protocol {
  private static final int SEEDS = 5;
  private static final int BEST = 5;

  @Override
  public String title() {
    return "Learning curves of the four methods on five tasks";
  }

  @Override
  public String inThePaper() {
    return "Figure 1: five Atari games, 16 threads, score against hours; each curve is the mean of"
        + " the best 5 of 50 learning rates, log-uniform in [10⁻⁴, 10⁻²] (that it is 5 is from"
        + " memory).";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    List<PlannedRun> plan = new ArrayList<>();
    if (scale == Scale.PAPER) {
      return Figure2.searches(scale);
    }
    for (int seed = 1; seed <= SEEDS; seed++) {
      for (Task task : Task.five(scale)) {
        for (Preset method : Plans.METHODS) {
          plan.add(Plans.run(scale, task.with(method), task, Plans.threads(scale), seed));
        }
      }
    }
    return plan;
  }

  @Override
  public Findings findings(Scale scale, Outcomes outcomes) {
    List<Panel> panels = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Task task : Task.five(scale)) {
      List<Series> series = new ArrayList<>();
      for (Preset method : Plans.METHODS) {
        Outcomes runs = outcomes.of(task.env(), method.name()).best(BEST);
        series.add(new Series(method.name(), runs.curve(Plans.framesPerUnit(scale))));
        rows.add(
            List.of(
                task.env(),
                method.name(),
                Integer.toString(runs.all().size()),
                Outcomes.cell(runs.finalScores()),
                Outcomes.number(task.best())));
      }
      panels.add(new Panel(task.env(), series));
    }
    return new Findings(
        new PaperFigure(
            title(),
            scale == Scale.SMALL
                ? "mean over seeds, 95 % interval"
                : "mean of the best 5 learning rates, 95 % interval",
            Plans.trainingAxis(scale),
            Plans.SCORE,
            Marks.LINES,
            3,
            panels),
        List.of(
            new Table(
                "Score in the last fifth of training, mean [95 %]",
                List.of(
                    "task",
                    "method",
                    "runs",
                    "score",
                    scale == Scale.SMALL ? "best possible" : "published A3C FF, 1 day"),
                rows)),
        List.of());
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(Task.five(scale), Plans.threads(scale)));
      deviations.add(
          SEEDS + " seeds of one learning rate each, instead of the best of 50 learning rates");
      deviations.add("score against steps, not hours, and no DQN beside it");
    } else {
      deviations.addAll(Plans.atari());
      deviations.add("score against frames, not hours, and no DQN beside it");
    }
    return deviations;
  }
}
