package dev.stampede.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;

/**
 * A run of a study.
 *
 * @param label the name of its folder
 * @param inWords for a line about what is under way
 * @param from agent steps that an earlier round did
 * @param steps agent steps at which it ends
 */
record PlannedTrial(
    String label,
    String inWords,
    Preset algorithm,
    StudyEnvironment env,
    long seed,
    long from,
    long steps,
    StudySettings settings)
    implements RunPool.Job {

  @Override
  public int threads() {
    return settings.threads();
  }

  @Override
  public Experiment begin(Path folder) {
    Experiment.Builder builder =
        env.in(Experiment.of())
            .algorithm(algorithm)
            .threads(settings.threads())
            .steps(steps)
            .seed(seed)
            .evaluateEvery(settings.evaluateEvery())
            .evaluationEpisodes(settings.evaluationEpisodes())
            .deterministic(repeatable())
            .out(folder);
    settings.greedy().ifPresent(builder::greedyEvaluation);
    return builder.build();
  }

  /** A file cannot hold a network or an environment of the user's own: both are given again. */
  @Override
  public Experiment goOn(Path folder) {
    return env.in(Experiment.resume(folder)).algorithm(algorithm).steps(steps).build();
  }

  /** Then no evaluation is skipped either. */
  private boolean repeatable() {
    return algorithm.isSynchronous() || (threads() == 1 && !algorithm.hasRoles());
  }

  @Override
  public boolean isComplete(Path folder) {
    return end(folder).isPresent();
  }

  /** The step at which it ended, also if a later round has gone on since; empty if it has not. */
  private OptionalLong end(Path folder) {
    if (!Files.exists(folder.resolve("run.json"))) {
      return OptionalLong.empty();
    }
    JsonNode run = RunDirectory.read(folder);
    if (run.at("/experiment/stepsBudget/value").asLong() > steps) {
      return endOfRound(run);
    }
    long last = run.path("steps").asLong();
    return run.path("state").asText().equals("finished") && last >= steps
        ? OptionalLong.of(last)
        : OptionalLong.empty();
  }

  private OptionalLong endOfRound(JsonNode run) {
    return StreamSupport.stream(run.path("resumedFrom").spliterator(), false)
        .mapToLong(from -> from.path("step").asLong())
        .filter(step -> step >= steps)
        .findFirst();
  }

  /** Its evaluations, without those of later rounds; none if it is not complete. */
  List<EvaluationRecord> evaluations(Path folder) {
    OptionalLong end = end(folder);
    return end.isEmpty()
        ? List.of()
        : RunDirectory.readEvaluations(folder).stream()
            .filter(each -> each.step() <= end.getAsLong())
            .toList();
  }

  /** A name that any file system takes, and that no other name gives. */
  static String fileName(String name) {
    String clean = name.replaceAll("[^A-Za-z0-9.=-]+", "_");
    String brief = clean.substring(0, Math.min(40, clean.length()));
    return brief.equals(name) ? name : brief + "-" + Integer.toHexString(name.hashCode());
  }
}
