package dev.stampede.experiment;

import dev.stampede.result.EvaluationRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the complete trials of a {@link Sweep} reached, as of when this was read. Immutable. */
public final class SweepResults {
  private static final Comparator<Trial> BEST_FIRST =
      Comparator.comparingLong(Trial::steps)
          .thenComparingDouble(Trial::score)
          .reversed()
          .thenComparingInt(Trial::number);

  /**
   * A trial, as of the last round that it has done.
   *
   * @param number from 1
   * @param values of the knobs that are varied
   * @param algorithm with these values
   * @param steps its budget in that round
   * @param score by the evaluations, as the plan's metric has it
   * @param lastEvaluation the last of that round
   * @param folder where everything about it is
   */
  public record Trial(
      int number,
      Map<Knob, String> values,
      Preset algorithm,
      long seed,
      long steps,
      double score,
      EvaluationRecord lastEvaluation,
      Path folder) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: score %s at step %,d (trial %d, seed %d)",
          Sweep.inWords(values),
          CompareVerdict.number(score),
          steps,
          number,
          seed);
    }
  }

  private final Sweep plan;
  private final List<Trial> trials;

  SweepResults(Sweep plan, List<Trial> trials) {
    this.plan = plan;
    this.trials = trials.stream().sorted(BEST_FIRST).toList();
  }

  public Sweep plan() {
    return plan;
  }

  /** The best first; those that went further before those that were given up. */
  public List<Trial> trials() {
    return trials;
  }

  /**
   * The trial with the highest score, of those that went furthest. Of many trials the best is also
   * a lucky one: compare it with other seeds.
   *
   * @throws IllegalStateException if no trial is complete
   */
  public Trial best() {
    return trials.stream()
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no trial is complete yet, of " + plan.trials() + "; " + plan.goOn()));
  }

  /** What a trial's score is, in words. */
  public String measured() {
    return plan.metric().words(true)
        + trials.stream()
            .findFirst()
            .map(
                best ->
                    ", "
                        + best.lastEvaluation().returns().size()
                        + " episodes, "
                        + (best.lastEvaluation().greedy() ? "greedy" : "sampled")
                        + " actions")
            .orElse("");
  }

  /** What a reader of the scores should know, one sentence each. */
  public List<String> notes() {
    int left = plan.trials() - trials.size();
    return left == 0
        ? List.of()
        : List.of(
            left
                + " of "
                + plan.trials()
                + " trials are not complete, because they are under way, were stopped, failed or"
                + " have not begun; "
                + plan.goOn());
  }

  /** A row of cells for each trial, the best first, after one of headings. */
  public List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of("trial"));
    plan.knobs().keySet().forEach(knob -> headings.add(knob.label()));
    headings.addAll(List.of("seed", "steps", "score"));
    rows.add(headings);
    for (Trial trial : trials) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(trial.number())));
      plan.knobs().keySet().forEach(knob -> row.add(trial.values().getOrDefault(knob, "")));
      row.add(Long.toString(trial.seed()));
      row.add(Long.toString(trial.steps()));
      row.add(CompareVerdict.number(trial.score()));
      rows.add(row);
    }
    return rows;
  }

  /**
   * Writes a line for each complete trial.
   *
   * @throws IllegalArgumentException if the file cannot be written
   */
  public void csv(Path file) {
    List<List<String>> rows = new ArrayList<>(rows());
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = new ArrayList<>(rows.get(i));
      if (i > 0) {
        row.set(row.size() - 1, Double.toString(trials.get(i - 1).score()));
      }
      row.add(i == 0 ? "folder" : String.valueOf(trials.get(i - 1).folder().getFileName()));
      rows.set(i, row);
    }
    CompareResults.writeCsv(file, rows);
  }

  /** Whether values of this knob belong on a logarithmic axis. */
  public boolean isLogarithmic(Knob knob) {
    return Optional.ofNullable(plan.knobs().get(knob)).map(KnobValues::logarithmic).orElse(false);
  }

  /** The table, best first. */
  @Override
  public String toString() {
    return String.join("\n", CompareVerdict.aligned(rows()))
        + "\n"
        + plan.env()
        + "; score: "
        + measured()
        + notes().stream().map(note -> "\nnote: " + note).collect(Collectors.joining());
  }
}
