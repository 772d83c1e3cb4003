package dev.stampede.result;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run's folder says about it, as far as comparing needs it.
 *
 * @param directory its folder
 * @param algorithm the name of the algorithm
 * @param seed of the run
 * @param deterministic whether the same seed gives the same run
 * @param state how it ended
 * @param solved whether it ended early because it had reached a mean return
 * @param build version and commit of the library
 * @param evaluateEvery agent steps between evaluations
 * @param task what must be the same for runs to be comparable: environment, protocol, budget
 * @param settings what makes runs of one algorithm different variants of it
 * @param episodes of training
 * @param evaluations of θ
 */
record RecordedRun(
    Path directory,
    String algorithm,
    long seed,
    boolean deterministic,
    String state,
    boolean solved,
    String build,
    String evaluateEvery,
    Map<String, String> task,
    Map<String, String> settings,
    List<EpisodeRecord> episodes,
    List<EvaluationRecord> evaluations) {

  static RecordedRun read(Path directory) {
    JsonNode run = RunDirectory.read(directory);
    Map<String, String> task = new TreeMap<>();
    task.put("env", text(directory, run, "/experiment/env"));
    task.put("steps", text(directory, run, "/experiment/stepsBudget/value"));
    task.put("framesPerStep", text(directory, run, "/experiment/framesPerStep/value"));
    task.put("until-return", run.at("/experiment/until/value").asText("none"));
    run.at("/protocol").fields().forEachRemaining(e -> task.put(e.getKey(), e.getValue().asText()));

    Map<String, String> settings = new TreeMap<>();
    settings.put("threads", text(directory, run, "/experiment/threads"));
    run.at("/algorithm/knobs")
        .fields()
        .forEachRemaining(e -> settings.put(e.getKey(), e.getValue().path("value").asText()));
    if (run.at("/algorithm/networkOfOnesOwn").asBoolean()) {
      settings.put(
          "network", "of one's own, " + run.at("/algorithm/parameters").asText() + " parameters");
    }
    return new RecordedRun(
        directory,
        text(directory, run, "/algorithm/name"),
        Long.parseLong(text(directory, run, "/experiment/seed")),
        run.at("/experiment/deterministic").asBoolean(),
        text(directory, run, "/state"),
        run.at("/experiment/until").isObject() && run.at("/solvedAtStep").isNumber(),
        run.at("/versions/stampede").asText() + " " + run.at("/versions/commit").asText(),
        run.at("/experiment/evaluateEvery/value").asText("never"),
        task,
        settings,
        RunDirectory.readEpisodes(directory),
        RunDirectory.readEvaluations(directory));
  }

  private static String text(Path directory, JsonNode run, String pointer) {
    JsonNode node = run.at(pointer);
    if (node.isMissingNode() || node.isNull()) {
      throw new IllegalArgumentException(
          directory.resolve("run.json").toAbsolutePath()
              + " does not say "
              + pointer.substring(1)
              + "; it was written by another version of the library: run it again");
    }
    return node.asText();
  }
}
