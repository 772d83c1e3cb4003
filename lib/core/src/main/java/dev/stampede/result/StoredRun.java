package dev.stampede.result;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A run as its folder shows it.
 *
 * @param directory the folder
 * @param state {@code running}, {@code paused}, {@code finished}, {@code stopped}, {@code failed},
 *     or {@code interrupted} if its process is gone
 * @param canGoOn whether there is a checkpoint to resume it from and something left to do
 * @param algorithm its name
 * @param env its environment
 * @param threads actor-learners
 * @param seed everything random follows from it
 * @param steps agent steps, as of the last time they were written
 * @param budget agent steps at which it ends
 * @param wallSeconds as of that time
 * @param bestMeanReturn100 the best mean over 100 training episodes; NaN if there was none
 */
public record StoredRun(
    Path directory,
    String state,
    boolean canGoOn,
    String algorithm,
    String env,
    int threads,
    long seed,
    long steps,
    long budget,
    double wallSeconds,
    double bestMeanReturn100) {

  /** Whether the process that runs it lives. */
  public boolean isUnderWay() {
    return state.equals("running") || state.equals("paused");
  }

  /** The folder's own name. */
  public String name() {
    return String.valueOf(directory.getFileName());
  }

  /**
   * Reads a run's folder.
   *
   * @throws IllegalArgumentException if there is no run.json in it, or it cannot be read
   */
  public static StoredRun read(Path directory) {
    JsonNode run = RunDirectory.read(directory);
    String state = run.path("state").asText();
    boolean underWay = state.equals("running") || state.equals("paused");
    if (underWay
        && !Machine.isAlive(run.at("/process/pid").asLong(), run.at("/process/started").asText())) {
      state = "interrupted";
      underWay = false;
    }
    return new StoredRun(
        directory,
        state,
        !underWay && !state.equals("finished") && hasCheckpoint(directory),
        run.at("/algorithm/name").asText(),
        run.at("/experiment/env").asText(),
        run.at("/experiment/threads").asInt(),
        run.at("/experiment/seed").asLong(),
        run.path("steps").asLong(),
        run.at("/experiment/stepsBudget/value").asLong(),
        run.path("wallSeconds").asDouble(),
        run.path("bestMeanReturn100").asDouble(Double.NaN));
  }

  /**
   * The runs whose folders lie in this one, those first that were written last; none if there is no
   * such folder. What cannot be read as a run is left out.
   */
  public static List<StoredRun> in(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<StoredRun> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(folder)) {
      Comparator<Path> byTime = Comparator.comparing(StoredRun::written);
      for (Path each : folders.sorted(byTime.reversed()).toList()) {
        try {
          runs.add(read(each));
        } catch (IllegalArgumentException e) {
          // Something else that lies there.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return runs;
  }

  /** The one before is whole, too, where a process was killed between the two. */
  private static boolean hasCheckpoint(Path directory) {
    return Files.exists(directory.resolve("checkpoint.bin"))
        || Files.exists(directory.resolve("checkpoint.previous"));
  }

  private static Instant written(Path directory) {
    try {
      return Files.getLastModifiedTime(directory.resolve("run.json")).toInstant();
    } catch (IOException e) {
      return Instant.MIN; // Something else that lies there.
    }
  }
}
