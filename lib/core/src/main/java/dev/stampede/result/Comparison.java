package dev.stampede.result;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Algorithms side by side: each one's IQM with its interval, and a {@link Verdict} for each pair.
 *
 * <p>Each verdict is made at the 95 % level by itself. Of many pairs some look decided by chance.
 * Agarwal et al. (2021), arXiv:2108.13264. Immutable.
 */
public final class Comparison {

  /**
   * One algorithm.
   *
   * @param name of the algorithm
   * @param scores of its runs
   * @param iqm interquartile mean
   * @param interval of the IQM, 95 %; empty if a single run shows no spread
   */
  public record Row(String name, Scores scores, double iqm, Optional<Interval> interval) {}

  private final List<Row> rows = new ArrayList<>();
  private final List<Verdict> verdicts = new ArrayList<>();

  private Comparison(Map<String, Scores> scores, Bootstrap bootstrap) {
    scores.forEach((name, s) -> rows.add(row(name, s, bootstrap)));
    for (int i = 0; i < rows.size(); i++) {
      for (int j = i + 1; j < rows.size(); j++) {
        Row a = rows.get(i);
        Row b = rows.get(j);
        verdicts.add(Verdict.of(a.name(), a.scores(), b.name(), b.scores(), bootstrap));
      }
    }
  }

  /**
   * Compares algorithms by their scores, the same way each time.
   *
   * @param scores by algorithm, all on the same tasks and by the same formula
   * @throws IllegalArgumentException if there is none, or if tasks or formulas differ
   */
  public static Comparison of(Map<String, Scores> scores) {
    return of(scores, Bootstrap.seeded(0));
  }

  public static Comparison of(Map<String, Scores> scores, Bootstrap bootstrap) {
    if (scores.isEmpty()) {
      throw new IllegalArgumentException("expected scores of at least 1 algorithm but got none");
    }
    return new Comparison(new LinkedHashMap<>(scores), bootstrap);
  }

  /**
   * Compares the algorithms of recorded runs.
   *
   * @param directories folders of runs, or folders that hold such folders
   * @throws IllegalArgumentException if the runs cannot be compared, with what differs
   */
  public static Comparison ofRuns(Collection<Path> directories, Metric metric) {
    return of(RunScores.read(directories, metric).byAlgorithm());
  }

  /** Each algorithm, in the order given. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** One for each pair; none if there is a single algorithm. */
  public List<Verdict> verdicts() {
    return List.copyOf(verdicts);
  }

  /** A sentence for each pair, each on a line. */
  public String verdict() {
    return verdicts.isEmpty()
        ? "There is one algorithm only, and nothing to compare it with."
        : verdicts.stream().map(Verdict::sentence).collect(Collectors.joining("\n"));
  }

  private static Row row(String name, Scores scores, Bootstrap bootstrap) {
    return new Row(
        name,
        scores,
        Aggregate.interquartileMean(scores),
        scores.runs() < 2
            ? Optional.empty()
            : Optional.of(bootstrap.interval(scores, Aggregate::interquartileMean)));
  }
}
