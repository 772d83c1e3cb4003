package dev.stampede.experiment;

import dev.stampede.result.Metric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all runs of a study have in common.
 *
 * @param steps the budget of each run
 * @param greedy whether evaluations take the best action; empty for the algorithm's own way
 * @param metric what a run's score is
 * @param out holds a folder for each run
 */
record StudySettings(
    List<StudyEnvironment> environments,
    long steps,
    int threads,
    long evaluateEvery,
    int evaluationEpisodes,
    Optional<Boolean> greedy,
    Metric metric,
    Path out) {

  /** With evaluations that take the best action. */
  StudySettings greedily() {
    return new StudySettings(
        environments,
        steps,
        threads,
        evaluateEvery,
        evaluationEpisodes,
        Optional.of(true),
        metric,
        out);
  }

  /** How to complete what is not. */
  String goOn() {
    return "once nothing is under way, the same with out(\"" + out + "\") goes on";
  }

  /** What must not change when a study goes on. */
  Map<String, String> named() {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("steps", Long.toString(steps));
    named.put("threads", Integer.toString(threads));
    named.put("evaluateEvery", Long.toString(evaluateEvery));
    named.put("evaluationEpisodes", Integer.toString(evaluationEpisodes));
    named.put("greedyEvaluation", greedy.map(Object::toString).orElse("the algorithm's own way"));
    return named;
  }
}
