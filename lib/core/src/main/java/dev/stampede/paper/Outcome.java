package dev.stampede.paper;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a complete run left behind.
 *
 * @param stepsPerSecond agent steps of all threads
 * @param build version and commit of the library
 * @param machine processor, cores and system
 * @param differences what was not as in the paper, one sentence each
 */
record Outcome(
    PlannedRun planned,
    List<EvaluationRecord> evaluations,
    double seconds,
    double stepsPerSecond,
    String build,
    String machine,
    List<String> differences) {

  /** Reads it; empty if the run is not complete. */
  static Optional<Outcome> read(PlannedRun planned, Path folder) {
    if (!Files.exists(folder.resolve("run.json"))) {
      return Optional.empty();
    }
    JsonNode run = RunDirectory.read(folder);
    if (!run.path("state").asText().equals("finished")) {
      return Optional.empty();
    }
    List<String> differences = new ArrayList<>();
    run.at("/algorithm/differencesFromPaper").forEach(each -> differences.add(each.asText()));
    return Optional.of(
        new Outcome(
            planned,
            RunDirectory.readEvaluations(folder),
            run.path("wallSeconds").asDouble(),
            run.path("stepsPerSecond").asDouble(),
            run.at("/versions/stampede").asText()
                + ", commit "
                + run.at("/versions/commit").asText()
                + (run.at("/versions/uncommittedChanges").asText().equals("true")
                    ? " with uncommitted changes"
                    : ""),
            run.at("/machine/cores").asText()
                + " cores, "
                + run.at("/machine/processor").asText()
                + ", "
                + run.at("/machine/os").asText(),
            differences));
  }

  /**
   * The score of the run: the mean of its evaluations in the last fifth of the budget, of its last
   * one if there is none; empty if it has no evaluation.
   */
  OptionalDouble finalScore() {
    OptionalDouble late =
        evaluations.stream()
            .filter(e -> e.step() > 0.8 * planned.steps())
            .mapToDouble(EvaluationRecord::mean)
            .average();
    return late.isPresent() || evaluations.isEmpty()
        ? late
        : OptionalDouble.of(evaluations.get(evaluations.size() - 1).mean());
  }

  /** The first evaluation that reaches a score, if any does. */
  Optional<EvaluationRecord> reaches(double score) {
    return evaluations.stream().filter(e -> e.mean() >= score).findFirst();
  }

  /**
   * The score at a moment of training, linearly between evaluations; that of the nearest one before
   * the first and after the last.
   *
   * @param frame emulator frames of all threads
   */
  double at(double frame) {
    return EvaluationRecord.meanAt(evaluations, EvaluationRecord::frames, frame);
  }
}
