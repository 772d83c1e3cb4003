package dev.stampede.paper;

import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Axis;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.paper.PaperFigure.Series;
import dev.stampede.paper.PaperFigure.Tick;
import dev.stampede.result.Aggregate;
import dev.stampede.result.Bootstrap;
import dev.stampede.result.Interval;
import dev.stampede.result.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Speed-up by the number of threads. Section 5.5, table 2. */
final class Table2 implements Protocol {
  private static final int SEEDS = 5;
  private static final int SEEDS_PAPER = 3;
  private static final int RESAMPLES = 5_000;

  /** Table 2 of the paper, at 1, 2, 4, 8 and 16 threads; taken over from readers' notes. */
  private static final Map<String, List<Double>> PUBLISHED =
      Map.of(
          "OneStepQ", List.of(1.0, 3.0, 6.3, 13.3, 24.1),
          "OneStepSarsa", List.of(1.0, 2.8, 5.9, 13.1, 22.1),
          "NStepQ", List.of(1.0, 2.7, 5.9, 10.7, 17.2),
          "A3C", List.of(1.0, 2.1, 3.7, 6.9, 12.5));

  /** A quantity of one run whose ratio between numbers of threads is taken. */
  private record Quantity(String name, Measure measure, boolean moreIsFaster) {}

  /** Reads it off a run on a task. */
  private interface Measure {
    double of(Outcome outcome, Task task);
  }

  private static final Quantity TIME =
      new Quantity("time to the reference score", Table2::seconds, false);
  private static final Quantity STEPS =
      new Quantity("steps to the reference score", Table2::steps, false);
  private static final Quantity SPEED =
      new Quantity("steps per second", (outcome, task) -> outcome.stepsPerSecond(), true);

  @Override
  public String title() {
    return "Speed-up by the number of threads";
  }

  @Override
  public String inThePaper() {
    return "Table 2: the time of 1 thread to a fixed reference score over the time of n threads,"
        + " mean over seven Atari games, on 16 cores.";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    List<PlannedRun> plan = new ArrayList<>();
    for (int seed = 1; seed <= (scale == Scale.SMALL ? SEEDS : SEEDS_PAPER); seed++) {
      for (Task task : Task.two(scale)) {
        for (Preset method : Plans.METHODS) {
          for (int threads : Plans.THREADS) { // In turn, so that a busy hour slows all alike.
            plan.add(Plans.run(scale, task.with(method), task, threads, task.steps(), seed, true));
          }
        }
      }
    }
    return plan;
  }

  @Override
  public Findings findings(Scale scale, Outcomes outcomes) {
    List<Task> tasks = Task.two(scale);
    List<Series> time = new ArrayList<>();
    List<Series> speed = new ArrayList<>();
    List<Series> published = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Preset method : Plans.METHODS) {
      Outcomes runs = outcomes.where(run -> run.algorithm().name().equals(method.name()));
      List<Point> times = new ArrayList<>();
      List<Point> speeds = new ArrayList<>();
      List<Point> papers = new ArrayList<>();
      for (int i = 0; i < Plans.THREADS.size(); i++) {
        int threads = Plans.THREADS.get(i);
        double paper = PUBLISHED.getOrDefault(method.name(), List.of()).get(i);
        papers.add(Point.of(threads, paper));
        Optional<Point> byTime = speedUp(runs, tasks, threads, TIME);
        Optional<Point> bySteps = speedUp(runs, tasks, threads, STEPS);
        Optional<Point> bySpeed = speedUp(runs, tasks, threads, SPEED);
        byTime.ifPresent(times::add);
        bySpeed.ifPresent(speeds::add);
        Outcomes here = runs.where(run -> run.threads() == threads);
        rows.add(
            List.of(
                method.name(),
                Integer.toString(threads),
                cell(byTime),
                Outcomes.number(paper),
                cell(bySpeed),
                cell(bySteps),
                reached(here, tasks) + " of " + here.all().size()));
      }
      time.add(new Series(method.name(), times));
      speed.add(new Series(method.name(), speeds));
      published.add(new Series(method.name(), papers));
    }
    return new Findings(
        new PaperFigure(
            title(),
            "mean over " + Task.names(tasks) + ", 95 % interval over seeds",
            new Axis(
                "threads",
                true,
                Plans.THREADS.stream().map(n -> new Tick(n, Integer.toString(n))).toList()),
            "times as fast as 1 thread",
            Marks.LINES_AND_POINTS,
            3,
            List.of(
                new Panel("time to the score, here", time),
                new Panel("steps per second, here", speed),
                new Panel("time to the score, published", published))),
        List.of(
            new Table(
                "Times as fast as 1 thread, mean over tasks [95 %]",
                List.of(
                    "method",
                    "threads",
                    "time to the reference score",
                    "published",
                    "steps per second",
                    "steps to the reference score",
                    "runs that reach it"),
                rows)),
        List.of(
            "The time is that of the first evaluation whose mean reaches the reference score "
                + tasks.stream()
                    .map(task -> Outcomes.number(task.reference()) + " (" + task.env() + ")")
                    .collect(Collectors.joining(", "))
                + "; a run that never does counts with all of its time and steps, which are a lower"
                + " bound of what it would need. The speed-up in time is the one in steps per"
                + " second times the one in steps, up to how the means are taken."));
  }

  /** How many times as fast n threads are: mean over tasks of the ratio of means over seeds. */
  private static Optional<Point> speedUp(
      Outcomes runs, List<Task> tasks, int threads, Quantity quantity) {
    Optional<Scores> one = scores(runs.where(run -> run.threads() == 1), tasks, quantity);
    Optional<Scores> many = scores(runs.where(run -> run.threads() == threads), tasks, quantity);
    if (one.isEmpty() || many.isEmpty()) {
      return Optional.empty();
    }
    if (threads == 1) {
      return Optional.of(Point.of(1, 1));
    }
    ToDoubleBiFunction<Scores, Scores> ratio =
        quantity.moreIsFaster() ? (x, y) -> ratio(y, x) : Table2::ratio;
    double mean = ratio.applyAsDouble(one.get(), many.get());
    Interval interval =
        one.get().runs() < 2
            ? new Interval(mean, mean)
            : Bootstrap.seeded(0, RESAMPLES).interval(one.get(), many.get(), ratio);
    return Optional.of(new Point(threads, mean, interval.low(), interval.high()));
  }

  /** Mean over tasks of the mean of x over the mean of y. */
  private static double ratio(Scores x, Scores y) {
    double sum = 0;
    for (int task = 0; task < x.tasks(); task++) {
      sum +=
          Aggregate.mean(Scores.ofOneTask(x.ofTask(task)))
              / Aggregate.mean(Scores.ofOneTask(y.ofTask(task)));
    }
    return sum / x.tasks();
  }

  /** Shape (seeds, tasks), of as many seeds as every task has; empty if one has none. */
  private static Optional<Scores> scores(Outcomes runs, List<Task> tasks, Quantity quantity) {
    List<List<Outcome>> byTask =
        tasks.stream().map(task -> runs.where(run -> run.env().equals(task.env())).all()).toList();
    int seeds = byTask.stream().mapToInt(List::size).min().orElse(0);
    if (seeds == 0) {
      return Optional.empty();
    }
    double[][] values = new double[seeds][tasks.size()];
    for (int seed = 0; seed < seeds; seed++) {
      for (int task = 0; task < tasks.size(); task++) {
        values[seed][task] =
            Math.max(1e-9, quantity.measure().of(byTask.get(task).get(seed), tasks.get(task)));
      }
    }
    return Optional.of(Scores.of(values));
  }

  private static double seconds(Outcome outcome, Task task) {
    return outcome.reaches(task.reference()).map(e -> e.seconds()).orElse(outcome.seconds());
  }

  private static double steps(Outcome outcome, Task task) {
    return outcome.reaches(task.reference()).map(e -> e.step()).orElse(outcome.planned().steps());
  }

  private static long reached(Outcomes runs, List<Task> tasks) {
    ToDoubleFunction<Outcome> reference =
        outcome ->
            tasks.stream()
                .filter(task -> task.env().equals(outcome.planned().env()))
                .mapToDouble(Task::reference)
                .findFirst()
                .orElseThrow();
    return runs.all().stream()
        .filter(outcome -> outcome.reaches(reference.applyAsDouble(outcome)).isPresent())
        .count();
  }

  private static String cell(Optional<Point> point) {
    return point
        .map(
            p ->
                p.low() == p.high()
                    ? Outcomes.number(p.y())
                    : Outcomes.number(p.y())
                        + " ["
                        + Outcomes.number(p.low())
                        + ", "
                        + Outcomes.number(p.high())
                        + "]")
        .orElse("–");
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(Task.two(scale), 0));
    } else {
      deviations.addAll(Plans.atari());
      deviations.add(
          "the five games of figure 1 instead of seven; the reference score, which the paper does"
              + " not give, is a quarter of the way from random play to the published A3C FF, 1"
              + " day");
    }
    deviations.add(
        Runtime.getRuntime().availableProcessors()
            + " cores instead of 16 on the machine of this report: steps per second cannot grow"
            + " beyond them");
    deviations.add(
        "an evaluator beside the actor-learners takes part of the processor time, and runs have the"
            + " machine to themselves only as far as nothing else runs on it");
    return deviations;
  }
}
