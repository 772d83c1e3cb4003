package dev.stampede.report;

import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.LearningRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Writes the scalars of a run for TensorBoard; its steps are agent steps of all threads. */
final class TensorBoard {
  private static final String FILE = "events.out.tfevents.0.stampede";
  private static final int SPEEDS = 200;

  private final EventFile events;
  private final double start;

  private TensorBoard(EventFile events, double start) {
    this.events = events;
    this.start = start;
  }

  static Path write(Report report, Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    double start = start(report);
    try (EventFile events =
        new EventFile(new BufferedOutputStream(Files.newOutputStream(file)), start)) {
      new TensorBoard(events, start).all(report);
    }
    return file;
  }

  /** When the run's process started, in seconds since 1970; 0 where nobody knows. */
  private static double start(Report report) {
    try {
      return Instant.parse(report.text("/process/started")).toEpochMilli() / 1e3;
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  private void all(Report report) throws IOException {
    for (EpisodeRecord each : report.episodes()) {
      write("episode/return", each.step(), each.seconds(), each.score());
      write("episode/length", each.step(), each.seconds(), each.length());
    }
    for (EvaluationRecord each : report.evaluations()) {
      write("evaluation/mean_return", each.step(), each.seconds(), each.mean());
    }
    for (LearningRecord each : report.learning()) {
      learning(each);
    }
    speeds(report.episodes());
  }

  private void learning(LearningRecord at) throws IOException {
    write("learning/policy_loss", at.step(), at.seconds(), at.policyLoss());
    write("learning/value_loss", at.step(), at.seconds(), at.valueLoss());
    write("learning/entropy", at.step(), at.seconds(), at.entropy());
    write("learning/explained_variance", at.step(), at.seconds(), at.explainedVariance());
    write("learning/gradient_norm", at.step(), at.seconds(), at.gradientNorm());
    write("learning/learning_rate", at.step(), at.seconds(), at.learningRate());
    write("learning/staleness", at.step(), at.seconds(), at.staleness());
  }

  /** Agent steps a second, between some of the episodes' ends. */
  private void speeds(List<EpisodeRecord> episodes) throws IOException {
    int stride = Math.max(1, episodes.size() / SPEEDS);
    for (int i = stride; i < episodes.size(); i += stride) {
      EpisodeRecord from = episodes.get(i - stride);
      EpisodeRecord to = episodes.get(i);
      double seconds = to.seconds() - from.seconds();
      write(
          "speed/steps_per_second",
          to.step(),
          to.seconds(),
          seconds > 0 ? (to.step() - from.step()) / seconds : Double.NaN);
    }
  }

  private void write(String tag, long step, double seconds, double value) throws IOException {
    if (Double.isFinite(value)) {
      events.scalar(tag, step, start + seconds, value);
    }
  }
}
