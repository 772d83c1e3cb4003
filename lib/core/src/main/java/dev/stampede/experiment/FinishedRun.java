package dev.stampede.experiment;

import dev.stampede.result.EvaluationRecord;
import java.nio.file.Path;
import java.util.List;

/**
 * A complete run of a {@link Compare}.
 *
 * @param algorithm the name that tables and figures show
 * @param score by the evaluations, as the plan's metric has it
 * @param folder where everything about it is
 */
public record FinishedRun(
    String algorithm,
    String env,
    long seed,
    double score,
    List<EvaluationRecord> evaluations,
    Path folder) {
  public FinishedRun {
    evaluations = List.copyOf(evaluations);
  }
}
