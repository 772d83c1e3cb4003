package dev.stampede.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The folder of one run: {@code run.json}, {@code episodes.csv}, {@code evaluations.csv}, {@code
 * parameters.safetensors}.
 */
public final class RunDirectory {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path directory;

  private RunDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the folder if need be, and sure that it can be written, before anything is computed. What
   * an earlier run left in it stays until {@link #begin}.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  public static RunDirectory create(Path directory) {
    try {
      Files.createDirectories(directory);
      Path probe = Files.createTempFile(directory, "writable", ".tmp");
      Files.delete(probe);
      return new RunDirectory(directory);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the folder "
              + directory.toAbsolutePath()
              + " cannot be written ("
              + e
              + "); choose another with --out, in a notebook with out(…)",
          e);
    }
  }

  /** Replaces what an earlier run left here: the new one is under way. */
  public void begin() throws IOException {
    Files.writeString(episodes(), "step,frames,seconds,thread,return,length\n");
    Files.deleteIfExists(evaluations());
    Files.deleteIfExists(parameters());
    Files.deleteIfExists(json());
  }

  public Path json() {
    return directory.resolve("run.json");
  }

  public Path episodes() {
    return directory.resolve("episodes.csv");
  }

  public Path evaluations() {
    return directory.resolve("evaluations.csv");
  }

  public Path parameters() {
    return directory.resolve("parameters.safetensors");
  }

  /** Appends finished episodes. */
  public void append(List<EpisodeRecord> episodes) {
    if (episodes.isEmpty()) {
      return;
    }
    try (BufferedWriter out = Files.newBufferedWriter(episodes(), StandardOpenOption.APPEND)) {
      for (EpisodeRecord e : episodes) {
        out.write(
            String.format(
                Locale.ROOT,
                "%d,%d,%.3f,%d,%s,%d%n",
                e.step(),
                e.frames(),
                e.seconds(),
                e.thread(),
                number(e.score()),
                e.length()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("episodes could not be written to " + episodes(), e);
    }
  }

  /** Writes all evaluations; {@code returns} holds each episode's return, separated by spaces. */
  public void write(List<EvaluationRecord> evaluations) {
    StringBuilder text =
        new StringBuilder("step,frames,seconds,policy,episodes,mean,low95,high95,returns\n");
    for (EvaluationRecord e : evaluations) {
      Interval interval = e.interval();
      text.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%.3f,%s,%d,%.4f,%.4f,%.4f,%s%n",
              e.step(),
              e.frames(),
              e.seconds(),
              e.greedy() ? "greedy" : "sampled",
              e.returns().size(),
              e.mean(),
              interval.low(),
              interval.high(),
              e.returns().stream().map(RunDirectory::number).collect(Collectors.joining(" "))));
    }
    replace(evaluations(), text.toString());
  }

  /** Writes {@code run.json}. */
  public void write(Map<String, Object> record) {
    try {
      replace(json(), JSON.writeValueAsString(record) + "\n");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException("run.json could not be made", e);
    }
  }

  /**
   * Reads {@code run.json} of a run's folder.
   *
   * @throws IllegalArgumentException if there is none, or it cannot be read
   */
  public static JsonNode read(Path directory) {
    Path file = directory.resolve("run.json");
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "expected the folder of a run, with run.json in it, but cannot read "
              + file.toAbsolutePath()
              + " ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static void replace(Path file, String text) {
    try {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " could not be written", e);
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
