package dev.stampede.paper;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Axis;
import dev.stampede.paper.PaperFigure.Marks;
import dev.stampede.paper.PaperFigure.Panel;
import dev.stampede.paper.PaperFigure.Point;
import dev.stampede.paper.PaperFigure.Series;
import dev.stampede.paper.PaperFigure.Tick;
import dev.stampede.result.Aggregate;
import dev.stampede.result.HumanNormalisation;
import dev.stampede.result.PaperScores;
import dev.stampede.result.PaperScores.Column;
import dev.stampede.result.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Scores of A3C beside the published ones. Section 5.2, tables 1 and S3. */
final class Table1 implements Protocol {
  private static final int SEEDS = 10;
  private static final int RANDOM_EPISODES = 100;
  private static final int LSTM_CELLS = 256;

  /** As in Table 1 of the paper, by the published raw scores. */
  private static final List<Map.Entry<String, Column>> PUBLISHED =
      List.of(
          Map.entry("Gorila", Column.GORILA),
          Map.entry("A3C FF, 1 day", Column.A3C_FF_1_DAY),
          Map.entry("A3C FF, 4 days", Column.A3C_FF_4_DAYS),
          Map.entry("A3C LSTM, 4 days", Column.A3C_LSTM_4_DAYS));

  /**
   * Mean return and standard deviation of A2C in the benchmark of RL Baselines3 Zoo, half a million
   * steps each.
   */
  private static final Map<String, double[]> ZOO_A2C =
      Map.of("CartPole", new double[] {500, 0}, "Acrobot", new double[] {-83.4, 17.2});

  /** One of our agents: its name, how it learns and for how long. */
  private record Agent(Preset preset, long steps) {}

  private static List<Agent> agents() {
    return List.of(
        new Agent(Algorithms.A3C.named("A3C FF 1 day"), Task.DAY),
        new Agent(Algorithms.A3C.named("A3C FF 4 days"), Task.FOUR_DAYS),
        new Agent(Algorithms.A3C.lstm(LSTM_CELLS).named("A3C LSTM 4 days"), Task.FOUR_DAYS));
  }

  @Override
  public String title() {
    return "Scores of A3C beside the published ones";
  }

  @Override
  public String inThePaper() {
    return "Tables 1 and S3: 57 Atari games with one set of hyper-parameters, final network, human"
        + " starts.";
  }

  @Override
  public List<PlannedRun> plan(Scale scale) {
    List<PlannedRun> plan = new ArrayList<>();
    if (scale == Scale.SMALL) {
      for (int seed = 1; seed <= SEEDS; seed++) {
        for (Task task : Task.five(scale)) {
          plan.add(Plans.run(scale, task.with(Algorithms.A3C), task, Plans.threads(scale), seed));
        }
      }
      return plan;
    }
    for (Agent agent : agents()) {
      for (Task game : Task.games(PaperScores.read().games())) {
        plan.add(
            Plans.run(scale, agent.preset(), game, Plans.threads(scale), agent.steps(), 1, false));
      }
    }
    return plan;
  }

  @Override
  public Findings findings(Scale scale, Outcomes outcomes) {
    return scale == Scale.SMALL ? ofTasks(outcomes) : ofGames(outcomes);
  }

  private Findings ofTasks(Outcomes outcomes) {
    List<Task> tasks = Task.five(Scale.SMALL);
    List<List<String>> rows = new ArrayList<>();
    List<Point> ours = new ArrayList<>();
    List<Point> floor = new ArrayList<>();
    List<Point> published = new ArrayList<>();
    List<Tick> ticks = new ArrayList<>();
    List<Double> normalised = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      double random = randomPlay(task.env());
      double[] scores = outcomes.where(run -> run.env().equals(task.env())).finalScores();
      double[] fractions =
          Arrays.stream(scores).map(s -> 100 * (s - random) / (task.best() - random)).toArray();
      ticks.add(new Tick(i + 1, task.env()));
      floor.add(Point.of(i + 1, 0));
      double[] zoo = ZOO_A2C.get(task.env());
      if (zoo != null) {
        published.add(Point.of(i + 1, 100 * (zoo[0] - random) / (task.best() - random)));
      }
      if (fractions.length > 0) {
        ours.add(Outcomes.mean(i + 1, fractions));
        normalised.add(Arrays.stream(fractions).average().orElseThrow());
      }
      rows.add(
          List.of(
              task.env(),
              Outcomes.number(random),
              Outcomes.number(task.best()),
              Integer.toString(scores.length),
              Outcomes.cell(scores),
              Outcomes.cell(fractions),
              zoo == null ? "–" : Outcomes.number(zoo[0]) + " ± " + Outcomes.number(zoo[1])));
    }
    List<List<String>> summary = new ArrayList<>();
    if (!normalised.isEmpty()) {
      summary.add(summary("A3C on " + normalised.size() + " native tasks, here", normalised));
    }
    summary.addAll(published());
    return new Findings(
        new PaperFigure(
            title(),
            "0 is random play, 100 the best possible; mean over seeds, 95 % interval",
            new Axis("", false, ticks),
            "normalised score, %",
            Marks.POINTS,
            1,
            List.of(
                new Panel(
                    "",
                    List.of(
                        new Series("random play", floor),
                        new Series("A3C, here", ours),
                        new Series("A2C, RL Baselines3 Zoo, published", published))))),
        List.of(
            new Table(
                "By task",
                List.of(
                    "task",
                    "random play",
                    "best possible",
                    "seeds",
                    "A3C here, mean [95 %]",
                    "normalised, %",
                    "published: A2C, RL Baselines3 Zoo"),
                rows),
            summaryTable(summary)),
        List.of(
            "Normalised is (score − random)/(best − random) here; of Acrobot the best possible is a"
                + " guess. The published A2C had 500 000 steps, and one run evaluated greedily. The"
                + " lower table's published rows are of 57 Atari games (Gorila: 49, by the plain"
                + " formula), "
                + HumanNormalisation.MNIH_2016_RECONSTRUCTED.formula()
                + ": they show the form of the table and are not comparable with native tasks."));
  }

  private Findings ofGames(Outcomes outcomes) {
    PaperScores paper = PaperScores.read();
    List<List<String>> rows = new ArrayList<>();
    List<Tick> ticks = new ArrayList<>();
    List<List<Point>> points = new ArrayList<>();
    List<List<Double>> normalised = new ArrayList<>();
    for (int agent = 0; agent <= agents().size(); agent++) {
      points.add(new ArrayList<>());
      normalised.add(new ArrayList<>());
    }
    List<String> games = paper.games();
    for (int i = 0; i < games.size(); i++) {
      String game = games.get(i);
      ticks.add(new Tick(i + 1, Task.bare(game)));
      List<String> row = new ArrayList<>();
      row.add(Task.bare(game));
      for (Column column : Column.values()) {
        row.add(cell(paper.score(game, column)));
      }
      points
          .get(agents().size())
          .add(Point.of(i + 1, percent(paper, game, score(paper, game, Column.A3C_FF_1_DAY))));
      for (int agent = 0; agent < agents().size(); agent++) {
        String name = agents().get(agent).preset().name();
        double[] scores = outcomes.of(Task.bare(game), name).finalScores();
        row.add(Outcomes.cell(scores));
        if (scores.length > 0) {
          double percent = percent(paper, game, scores[0]);
          points.get(agent).add(Point.of(i + 1, percent));
          normalised.get(agent).add(percent);
        }
      }
      rows.add(row);
    }
    List<String> header = new ArrayList<>(List.of("game"));
    Arrays.stream(Column.values())
        .map(column -> column.name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .forEach(header::add);
    agents().forEach(agent -> header.add(agent.preset().name() + ", here"));
    List<List<String>> summary = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (int agent = 0; agent < agents().size(); agent++) {
      String name = agents().get(agent).preset().name() + ", here";
      series.add(new Series(name, points.get(agent)));
      if (!normalised.get(agent).isEmpty()) {
        summary.add(
            summary(name + ", " + normalised.get(agent).size() + " games", normalised.get(agent)));
      }
    }
    series.add(new Series("A3C FF, 1 day, published", points.get(agents().size())));
    summary.addAll(published());
    return new Findings(
        new PaperFigure(
            title(),
            "0 is random play, 100 the human; ours from no-op starts, published from human starts",
            new Axis("", false, ticks),
            "human-normalised score, %",
            Marks.POINTS,
            1,
            List.of(new Panel("", series))),
        List.of(new Table("Raw scores", header, rows), summaryTable(summary)),
        List.of(
            "Human-normalised by "
                + HumanNormalisation.MNIH_2016_RECONSTRUCTED.formula()
                + ". Ours start by no-ops: hold them against the published columns with no-op"
                + " starts; random play and the human are from human starts."));
  }

  private static double score(PaperScores paper, String game, Column column) {
    return paper.score(game, column).orElseThrow();
  }

  private static String cell(OptionalDouble score) {
    return score.isPresent() ? Outcomes.number(score.getAsDouble()) : "–";
  }

  private static double percent(PaperScores paper, String game, double score) {
    Scores one =
        Scores.ofOneTask(score)
            .humanNormalised(
                HumanNormalisation.MNIH_2016_RECONSTRUCTED,
                new double[] {score(paper, game, Column.RANDOM)},
                new double[] {score(paper, game, Column.HUMAN)});
    return 100 * one.score(0, 0);
  }

  private static Table summaryTable(List<List<String>> rows) {
    return new Table(
        "As in Table 1: normalised scores in percent", List.of("agent", "mean", "median"), rows);
  }

  private static List<String> summary(String agent, List<Double> percent) {
    Scores scores =
        Scores.of(new double[][] {percent.stream().mapToDouble(Double::doubleValue).toArray()});
    return List.of(
        agent, Outcomes.number(Aggregate.mean(scores)), Outcomes.number(Aggregate.median(scores)));
  }

  private static List<List<String>> published() {
    PaperScores paper = PaperScores.read();
    return PUBLISHED.stream()
        .map(
            each -> {
              Scores scores = paper.humanNormalised(each.getValue(), formula(each.getValue()));
              return List.of(
                  each.getKey() + ", published",
                  Outcomes.number(100 * Aggregate.mean(scores)),
                  Outcomes.number(100 * Aggregate.median(scores)));
            })
        .toList();
  }

  /** That which gives what Table 1 of the paper says. */
  private static HumanNormalisation formula(Column column) {
    return column == Column.GORILA
        ? HumanNormalisation.PLAIN
        : HumanNormalisation.MNIH_2016_RECONSTRUCTED;
  }

  /** What uniformly random actions score. */
  private static double randomPlay(String env) {
    SplittableRandom random = new SplittableRandom(0);
    double sum = 0;
    try (EnvironmentFactory factory = Environments.open(env, 1, line -> {});
        Environment environment = factory.create(EnvironmentFactory.Purpose.EVALUATION)) {
      if (!(environment.actionSpace() instanceof Space.Discrete actions)) {
        throw new IllegalArgumentException(
            "expected a choice of actions but " + env + " takes " + environment.actionSpace());
      }
      environment.reset(0);
      for (int episode = 0; episode < RANDOM_EPISODES; episode++) {
        if (episode > 0) {
          environment.reset();
        }
        Step step;
        do {
          step = environment.step(Action.of(random.nextInt(actions.n())));
          sum += step.reward();
        } while (!step.last());
      }
    }
    return sum / RANDOM_EPISODES;
  }

  @Override
  public List<String> deviations(Scale scale) {
    List<String> deviations = new ArrayList<>();
    if (scale == Scale.SMALL) {
      deviations.addAll(Plans.smallTasks(Task.five(scale), Plans.threads(scale)));
      deviations.add("A3C with a feed-forward network only");
    } else {
      deviations.addAll(Plans.atari());
      deviations.add("one run of each game, whose score is the mean of its last evaluations");
    }
    return deviations;
  }
}
