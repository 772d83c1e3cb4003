package dev.stampede.experiment;

import dev.stampede.experiment.Compare.Scale;
import dev.stampede.result.Aggregate;
import dev.stampede.result.Bootstrap;
import dev.stampede.result.Comparison;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.Interval;
import dev.stampede.result.SampleEfficiency;
import dev.stampede.result.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What the complete runs of a {@link Compare} say, as they were when this was read. Immutable.
 *
 * <p>A seed counts where its runs in all environments are complete. Scores in several environments
 * are put on a common scale before they are aggregated: (score − low)/(high − low), where low and
 * high are what {@link Compare.Builder#scale} said, or the lowest and the highest score of any run
 * in that environment.
 */
public final class CompareResults {
  /** For bands of figures; the verdict takes {@link Bootstrap#RESAMPLES}. */
  private static final int RESAMPLES = 2_000;

  private static final int TAUS = 101;
  private static final String FORMULA = "(score − low)/(high − low) of each environment";

  /** The mean over seeds at a moment of training, with its 95 % interval. */
  public record CurveMean(long step, double mean, Interval interval) {}

  /** The fraction of scores above τ, with its 95 % interval. */
  public record ProfilePoint(double tau, double fraction, Interval interval) {}

  private final Compare plan;
  private final int planned;
  private final List<FinishedRun> runs;

  private CompareResults(Compare plan, int planned, List<FinishedRun> runs) {
    this.plan = plan;
    this.planned = planned;
    this.runs = List.copyOf(runs);
  }

  static CompareResults read(Compare plan, List<PlannedTrial> trials) {
    List<FinishedRun> runs = new ArrayList<>();
    for (PlannedTrial trial : trials) {
      Path folder = plan.out().resolve(trial.label());
      List<EvaluationRecord> evaluations = trial.evaluations(folder);
      if (evaluations.size() >= plan.metric().fewestEvaluations()) {
        runs.add(
            new FinishedRun(
                trial.algorithm().name(),
                trial.env().name(),
                trial.seed(),
                plan.metric().ofEvaluations(evaluations),
                evaluations,
                folder));
      }
    }
    return new CompareResults(plan, trials.size(), runs);
  }

  public Compare plan() {
    return plan;
  }

  /** The complete runs, seed after seed. */
  public List<FinishedRun> runs() {
    return runs;
  }

  /** Whether all runs of the plan are complete. */
  public boolean isComplete() {
    return runs.size() == planned;
  }

  /** The algorithms that have a seed that counts, in the plan's order. */
  public List<String> algorithms() {
    return plan.algorithms().keySet().stream().filter(name -> !seeds(name).isEmpty()).toList();
  }

  /**
   * Which algorithm is better, as far as the runs tell.
   *
   * @throws IllegalStateException if no seed is complete
   */
  public CompareVerdict verdict() {
    return new CompareVerdict(
        String.join(", ", plan.environments())
            + String.format(
                Locale.ROOT,
                ", %,d steps, %d %s",
                plan.steps(),
                plan.threads(),
                plan.threads() == 1 ? "thread" : "threads"),
        measured(),
        Comparison.of(scores()),
        notes());
  }

  /**
   * The scores of each algorithm, shape (seeds, environments); on the common scale if there are
   * several environments.
   *
   * @throws IllegalStateException if no seed is complete
   */
  public Map<String, Scores> scores() {
    return scores(FinishedRun::score);
  }

  private Map<String, Scores> scores(ToDoubleFunction<FinishedRun> score) {
    if (algorithms().isEmpty()) {
      throw new IllegalStateException(
          "no seed is complete yet, of " + plan.seeds() + " for each algorithm; " + plan.goOn());
    }
    Map<String, Scores> scores = new LinkedHashMap<>();
    for (String algorithm : algorithms()) {
      double[][] values =
          seeds(algorithm).stream()
              .map(seed -> row(algorithm, seed, score))
              .toArray(double[][]::new);
      scores.put(algorithm, onCommonScale(Scores.of(values)));
    }
    return scores;
  }

  private double[] row(String algorithm, long seed, ToDoubleFunction<FinishedRun> score) {
    return plan.environments().stream()
        .mapToDouble(env -> score.applyAsDouble(find(algorithm, env, seed).orElseThrow()))
        .toArray();
  }

  private Scores onCommonScale(Scores raw) {
    if (plan.environments().size() == 1) {
      return raw;
    }
    List<Scale> scales = plan.environments().stream().map(this::scale).toList();
    return raw.rescaled(
        FORMULA,
        scales.stream().mapToDouble(Scale::low).toArray(),
        scales.stream().mapToDouble(Scale::high).toArray());
  }

  private Scale scale(String env) {
    double[] scores =
        runs.stream()
            .filter(run -> run.env().equals(env))
            .mapToDouble(FinishedRun::score)
            .toArray();
    Scale told = plan.scales().get(env);
    return told != null
        ? told
        : new Scale(
            Arrays.stream(scores).min().orElseThrow(), Arrays.stream(scores).max().orElseThrow());
  }

  /** The seeds whose runs in all environments are complete. */
  private List<Long> seeds(String algorithm) {
    return LongStream.rangeClosed(1, plan.seeds())
        .filter(
            seed ->
                plan.environments().stream()
                    .allMatch(env -> find(algorithm, env, seed).isPresent()))
        .boxed()
        .toList();
  }

  private Optional<FinishedRun> find(String algorithm, String env, long seed) {
    return of(algorithm, env).stream().filter(run -> run.seed() == seed).findFirst();
  }

  private List<FinishedRun> of(String algorithm, String env) {
    return runs.stream()
        .filter(run -> run.algorithm().equals(algorithm) && run.env().equals(env))
        .toList();
  }

  /** What a run's score is, in words. */
  public String measured() {
    List<EvaluationRecord> ends =
        runs.stream().map(run -> run.evaluations().get(run.evaluations().size() - 1)).toList();
    String how =
        ends.stream().map(CompareResults::how).distinct().collect(Collectors.joining(" or "));
    return String.format(
        Locale.ROOT,
        "%s, %s, the last one at steps %,d to %,d",
        plan.metric().words(true),
        how,
        ends.stream().mapToLong(EvaluationRecord::step).min().orElse(0),
        ends.stream().mapToLong(EvaluationRecord::step).max().orElse(0));
  }

  private static String how(EvaluationRecord evaluation) {
    return evaluation.returns().size()
        + " episodes, "
        + (evaluation.greedy() ? "greedy" : "sampled")
        + " actions";
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    int left = planned - runs.size();
    if (left > 0) {
      notes.add(
          left
              + " of "
              + planned
              + " runs are not complete, because they are under way, were stopped, failed or have"
              + " not begun, or ended without the evaluations that a score takes; a verdict without"
              + " those that went badly is worth little: "
              + plan.goOn());
    }
    if (plan.environments().size() > 1) {
      notes.add(
          "scores are "
              + FORMULA
              + ": "
              + plan.environments().stream()
                  .map(this::scaleInWords)
                  .collect(Collectors.joining("; ")));
    }
    if (algorithms().size() > 2) {
      notes.add("each pair is judged by itself; the more pairs, the more look decided by chance");
    }
    return notes;
  }

  private String scaleInWords(String env) {
    Scale scale = scale(env);
    if (scale.low() == scale.high()) {
      return env + " the same for all runs, 0 for each";
    }
    return env
        + " low "
        + CompareVerdict.number(scale.low())
        + ", high "
        + CompareVerdict.number(scale.high())
        + (plan.scales().containsKey(env) ? " as given" : " of these runs");
  }

  /**
   * The mean return of evaluations over seeds, at each mark where they were due; between two
   * evaluations of a run the line from one to the other counts.
   *
   * @return no point where no run is complete
   */
  public List<CurveMean> learningCurve(String algorithm, String env) {
    List<FinishedRun> members = of(algorithm, env);
    return members.isEmpty()
        ? List.of()
        : marks().stream().map(step -> mean(step, members)).toList();
  }

  private static CurveMean mean(long step, List<FinishedRun> members) {
    double[] values = members.stream().mapToDouble(run -> at(run, step)).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    return new CurveMean(
        step, mean, values.length > 1 ? Interval.ofMean(values, 0) : new Interval(mean, mean));
  }

  private static double at(FinishedRun run, long step) {
    return EvaluationRecord.meanAt(run.evaluations(), EvaluationRecord::step, step);
  }

  private List<Long> marks() {
    long every = plan.evaluateEvery();
    return LongStream.rangeClosed(1, plan.steps() / every).mapToObj(i -> i * every).toList();
  }

  /** IQM against steps, with its 95 % interval; on the scale of the final scores. */
  public Map<String, List<SampleEfficiency.Point>> iqmBySteps() {
    List<Map<String, Scores>> byMark =
        marks().stream().map(step -> scores(run -> at(run, step))).toList();
    Map<String, List<SampleEfficiency.Point>> curves = new LinkedHashMap<>();
    for (String algorithm : algorithms()) {
      List<Scores> scores =
          byMark.stream()
              .map(each -> Optional.ofNullable(each.get(algorithm)).orElseThrow())
              .toList();
      curves.put(
          algorithm, SampleEfficiency.curve(marks(), scores, Bootstrap.seeded(0, RESAMPLES)));
    }
    return curves;
  }

  /** The performance profile of each algorithm: the fraction of its scores above each τ. */
  public Map<String, List<ProfilePoint>> profiles() {
    Map<String, Scores> scores = scores();
    double[] taus = taus(scores.values().stream().flatMapToDouble(s -> Arrays.stream(s.toArray())));
    Map<String, List<ProfilePoint>> profiles = new LinkedHashMap<>();
    scores.forEach((algorithm, each) -> profiles.put(algorithm, profile(each, taus)));
    return profiles;
  }

  /** From a little below the lowest score, where all are above, to a little above the highest. */
  private static double[] taus(DoubleStream scores) {
    double[] all = scores.toArray();
    double low = Arrays.stream(all).min().orElseThrow();
    double high = Arrays.stream(all).max().orElseThrow();
    double room = high > low ? (high - low) / 50 : 1;
    double width = high - low + 2 * room;
    return IntStream.range(0, TAUS).mapToDouble(i -> low - room + i * width / (TAUS - 1)).toArray();
  }

  private static List<ProfilePoint> profile(Scores scores, double[] taus) {
    double[] fractions = Aggregate.performanceProfile(scores, taus);
    List<Interval> intervals =
        Bootstrap.seeded(0, RESAMPLES)
            .intervals(scores, s -> Aggregate.performanceProfile(s, taus));
    return IntStream.range(0, taus.length)
        .mapToObj(i -> new ProfilePoint(taus[i], fractions[i], intervals.get(i)))
        .toList();
  }

  /**
   * Writes a line for each complete run. Its evaluations are in its folder.
   *
   * @throws IllegalArgumentException if the file cannot be written
   */
  public void csv(Path file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("algorithm", "env", "seed", "score", "evaluations", "last_step", "folder"));
    for (FinishedRun run : runs) {
      rows.add(
          List.of(
              run.algorithm(),
              run.env(),
              Long.toString(run.seed()),
              Double.toString(run.score()),
              Integer.toString(run.evaluations().size()),
              Long.toString(run.evaluations().get(run.evaluations().size() - 1).step()),
              String.valueOf(run.folder().getFileName())));
    }
    writeCsv(file, rows);
  }

  static void writeCsv(Path file, List<List<String>> rows) {
    String text =
        rows.stream()
            .map(row -> row.stream().map(CompareResults::quoted).collect(Collectors.joining(",")))
            .collect(Collectors.joining("\n", "", "\n"));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "csv: " + file.toAbsolutePath() + " cannot be written (" + e + ")", e);
    }
  }

  private static String quoted(String cell) {
    return cell.matches("[^,\"\n]*") ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
  }

  /** The verdict, or how far it is. */
  @Override
  public String toString() {
    return algorithms().isEmpty()
        ? runs.size() + " of " + planned + " runs are complete, no seed of any algorithm"
        : verdict().toString();
  }
}
