package dev.stampede.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.LearningRecord;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a run recorded, at one moment, to be written in forms that others read.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Report {
  private final JsonNode run;
  private final List<EpisodeRecord> episodes;
  private final List<EvaluationRecord> evaluations;
  private final List<LearningRecord> learning;

  private Report(
      JsonNode run,
      List<EpisodeRecord> episodes,
      List<EvaluationRecord> evaluations,
      List<LearningRecord> learning) {
    this.run = run;
    this.episodes = List.copyOf(episodes);
    this.evaluations = List.copyOf(evaluations);
    this.learning = List.copyOf(learning);
  }

  /**
   * Of a run in this process.
   *
   * @param record what {@code run.json} says
   */
  public static Report of(
      Map<String, Object> record,
      List<EpisodeRecord> episodes,
      List<EvaluationRecord> evaluations,
      List<LearningRecord> learning) {
    return new Report(new ObjectMapper().valueToTree(record), episodes, evaluations, learning);
  }

  /**
   * Reads a run's folder.
   *
   * @throws IllegalArgumentException if there is no run in it, or it cannot be read
   */
  public static Report read(Path directory) {
    return new Report(
        RunDirectory.read(directory),
        RunDirectory.readEpisodes(directory),
        RunDirectory.readEvaluations(directory),
        RunDirectory.readLearning(directory));
  }

  /** What a paper's appendix needs to know. */
  public Card card() {
    return Card.of(this);
  }

  /**
   * Writes one page that holds everything itself: it opens without a network, for good.
   *
   * @return the file
   */
  public Path html(Path file) throws IOException {
    makeParent(file);
    return Files.writeString(file, Page.of(this));
  }

  /**
   * Writes a file of events into a folder that {@code tensorboard --logdir} then shows as one run.
   * What an earlier call wrote there is replaced.
   *
   * @return the file
   */
  public Path tensorBoard(Path folder) throws IOException {
    Files.createDirectories(folder);
    return TensorBoard.write(this, folder);
  }

  private static void makeParent(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
  }

  /** What {@code run.json} says. */
  JsonNode run() {
    return run;
  }

  /** What {@code run.json} says at this place, as text; empty if it says nothing. */
  String text(String pointer) {
    JsonNode node = run.at(pointer);
    return node.isMissingNode() || node.isNull() ? "" : node.asText();
  }

  List<EpisodeRecord> episodes() {
    return episodes;
  }

  List<EvaluationRecord> evaluations() {
    return evaluations;
  }

  List<LearningRecord> learning() {
    return learning;
  }

  String title() {
    return text("/algorithm/name") + " on " + text("/experiment/env");
  }
}
