package dev.stampede.paper;

import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Series;
import java.util.ArrayList;
import java.util.List;

/** Data efficiency: score against frames for 1, 2, 4, 8 and 16 threads. Section 5.5, figure 3. */
final class Figure3 implements Protocol {
  private static final int SEEDS = 5;
  private static final int SEEDS_PAPER = 3;

  @Override
  public String title() {
    return "Data efficiency: score against steps, by the number of threads";
  }

  @Override
  public String inThePaper() {
    return "Figure 3: five Atari games, 1 to 16 actor-learners, score against frames of all of"
        + " them. One-step methods learn more from the same data with more threads.";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    List<PlannedRun> plan = new ArrayList<>();
    for (int seed = 1; seed <= (scale == Scale.SMALL ? SEEDS : SEEDS_PAPER); seed++) {
      for (int threads : Plans.THREADS) { // Runs of one thread follow each other: side by side.
        for (Task task : Task.two(scale)) {
          for (Preset method : Plans.METHODS) {
            plan.add(Plans.run(scale, task.with(method), task, threads, seed));
          }
        }
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
        Outcomes here = outcomes.of(task.env(), method.name());
        List<Series> series = new ArrayList<>();
        for (int threads : Plans.THREADS) {
          Outcomes runs = here.where(run -> run.threads() == threads);
          series.add(
              new Series(
                  threads + (threads == 1 ? " thread" : " threads"),
                  runs.curve(Plans.framesPerUnit(scale))));
          rows.add(
              List.of(
                  method.name(),
                  task.env(),
                  Integer.toString(threads),
                  Integer.toString(runs.all().size()),
                  Outcomes.cell(runs.all().stream().mapToDouble(Figure3::wholeCurve).toArray()),
                  Outcomes.cell(runs.finalScores())));
        }
        panels.add(new Panel(method.name() + ", " + task.env(), series));
      }
    }
    return new Findings(
        new PaperFigure(
            title(),
            "mean over seeds, 95 % interval",
            Plans.trainingAxis(scale),
            Plans.SCORE,
            Marks.LINES,
            Plans.METHODS.size(),
            panels),
        List.of(
            new Table(
                "Score by threads, mean [95 %]",
                List.of(
                    "method", "task", "threads", "seeds", "over the whole training", "at the end"),
                rows)),
        List.of(
            "\"Over the whole training\" is the mean of all evaluations: what learns from less data"
                + " has more."));
  }

  private static double wholeCurve(Outcome outcome) {
    return outcome.evaluations().stream().mapToDouble(e -> e.mean()).average().orElse(0);
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(Task.two(scale), 0));
    } else {
      deviations.addAll(Plans.atari());
    }
    deviations.add("one learning rate for each method, the preset's, with several seeds");
    return deviations;
  }
}
