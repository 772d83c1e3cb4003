package dev.stampede.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one run: {@code run.json}, {@code episodes.csv}, {@code evaluations.csv}, {@code
 * parameters.safetensors}.
 */
public final class RunDirectory {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** More lines than a file can have. */
  private static final long ALL = Long.MAX_VALUE - 1;

  /** Where runs of this process are under way. */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  private static final Pattern KEPT = Pattern.compile("parameters-(\\d+)\\.safetensors");

  private final Path directory;
  private volatile @Nullable Path claimed;

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

  /**
   * Keeps other runs out of the folder until {@link #release}: two would destroy each other's
   * files.
   *
   * @throws IllegalArgumentException if one is under way there, in this process or in another
   */
  public void claim() {
    Path real = real();
    if (!CLAIMED.add(real)) {
      throw underWay();
    }
    if (isOfAnotherProcess()) {
      CLAIMED.remove(real);
      throw underWay();
    }
    claimed = real;
  }

  /** Lets others in, also where the folder is no more. */
  public void release() {
    Path real = claimed;
    if (real != null) {
      CLAIMED.remove(real);
    }
  }

  private Path real() {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      return directory.toAbsolutePath().normalize();
    }
  }

  private boolean isOfAnotherProcess() {
    if (!Files.exists(json())) {
      return false;
    }
    try {
      JsonNode run = read(directory);
      return StoredRun.read(directory).isUnderWay()
          && run.at("/process/pid").asLong() != ProcessHandle.current().pid();
    } catch (IllegalArgumentException e) {
      return false; // Nothing that a run would write.
    }
  }

  private IllegalArgumentException underWay() {
    return new IllegalArgumentException(
        "out: a run is under way in "
            + directory.toAbsolutePath()
            + "; stop it, wait for its end, or choose another folder");
  }

  /** Replaces what an earlier run left here: the new one is under way. */
  public void begin() throws IOException {
    Files.writeString(episodes(), "step,frames,seconds,thread,return,length\n");
    Files.deleteIfExists(evaluations());
    Files.deleteIfExists(learning());
    Files.deleteIfExists(parameters());
    deleteParametersAfter(0);
    Files.deleteIfExists(json());
  }

  /**
   * The first {@code count} episodes that the run left here. What follows them may be the torn line
   * of a run that was killed, and is not looked at.
   *
   * @throws IllegalArgumentException if there are fewer, or a line is not as it was written
   */
  public List<EpisodeRecord> readFirstEpisodes(int count) throws IOException {
    end(count);
    return episodes(count);
  }

  /** Removes all but the first {@code count} episodes. */
  public void keepEpisodes(int count) throws IOException {
    truncate(end(count));
  }

  /** Where the line of that episode ends in the file. */
  private long end(int count) throws IOException {
    long at = 0;
    int lines = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(episodes()))) {
      for (int b = in.read(); b >= 0 && lines <= count; b = in.read()) {
        at++;
        lines += b == '\n' ? 1 : 0;
      }
    }
    if (lines <= count) {
      throw new IllegalArgumentException(
          episodes().toAbsolutePath()
              + " has "
              + Math.max(0, lines - 1)
              + " episodes but the checkpoint was taken after "
              + count
              + "; was it changed? A run can only be resumed with what it wrote");
    }
    return at;
  }

  private void truncate(long size) throws IOException {
    try (FileChannel file = FileChannel.open(episodes(), StandardOpenOption.WRITE)) {
      file.truncate(size);
    }
  }

  /** Makes sure that the episodes are on the disk, not only with the operating system. */
  public void force() throws IOException {
    try (FileChannel file = FileChannel.open(episodes(), StandardOpenOption.WRITE)) {
      file.force(true);
    }
  }

  public Path path() {
    return directory;
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

  public Path learning() {
    return directory.resolve("learning.csv");
  }

  public Path parameters() {
    return directory.resolve("parameters.safetensors");
  }

  /** θ as it was after so many agent steps. */
  public Path parametersAt(long step) {
    return directory.resolve(String.format(Locale.ROOT, "parameters-%012d.safetensors", step));
  }

  /** The files of {@link #parametersAt} that are there, by their steps. */
  public SortedMap<Long, Path> keptParameters() throws IOException {
    SortedMap<Long, Path> kept = new TreeMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "parameters-*.safetensors")) {
      for (Path file : files) {
        Matcher name = KEPT.matcher(String.valueOf(file.getFileName()));
        if (name.matches()) {
          kept.put(Long.valueOf(name.group(1)), file);
        }
      }
    }
    return kept;
  }

  /** Removes those that a run which goes on from this step has not come to. */
  public void deleteParametersAfter(long step) throws IOException {
    for (Path file : keptParameters().tailMap(step + 1).values()) {
      Files.delete(file);
    }
  }

  /** Appends finished episodes. */
  public void append(List<EpisodeRecord> episodes) {
    if (episodes.isEmpty()) {
      return;
    }
    long before = -1;
    try {
      before = Files.size(episodes());
      appendLines(episodes);
    } catch (IOException e) {
      forgetAfter(before);
      throw new UncheckedIOException("episodes could not be written to " + episodes(), e);
    }
  }

  /** A disk that was full for a moment must not leave half a line before the next one. */
  private void forgetAfter(long size) {
    try {
      if (size >= 0) {
        truncate(size);
      }
    } catch (IOException e) {
      // What is told is why the episodes could not be written.
    }
  }

  private void appendLines(List<EpisodeRecord> episodes) throws IOException {
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
    }
  }

  /** Writes all that is known about the updates; an empty cell is no number. */
  public void writeLearning(List<LearningRecord> records) {
    StringBuilder text =
        new StringBuilder(
            "step,seconds,updates,policy_loss,value_loss,entropy,explained_variance,"
                + "gradient_norm,learning_rate,staleness\n");
    for (LearningRecord r : records) {
      text.append(r.step()).append(',');
      text.append(String.format(Locale.ROOT, "%.3f,", r.seconds())).append(r.updates());
      for (double each :
          new double[] {
            r.policyLoss(),
            r.valueLoss(),
            r.entropy(),
            r.explainedVariance(),
            r.gradientNorm(),
            r.learningRate(),
            r.staleness()
          }) {
        text.append(',').append(Double.isFinite(each) ? Float.toString((float) each) : "");
      }
      text.append('\n');
    }
    replace(learning(), text.toString());
  }

  /**
   * Reads {@code learning.csv} of a run's folder; none if there is no such file.
   *
   * @throws IllegalArgumentException if a line is not as it was written
   */
  public static List<LearningRecord> readLearning(Path directory) {
    return linesIfAny(
        new RunDirectory(directory).learning(),
        10,
        cells ->
            new LearningRecord(
                Long.parseLong(cells[0]),
                Double.parseDouble(cells[1]),
                Long.parseLong(cells[2]),
                numberOrNone(cells[3]),
                numberOrNone(cells[4]),
                numberOrNone(cells[5]),
                numberOrNone(cells[6]),
                numberOrNone(cells[7]),
                numberOrNone(cells[8]),
                numberOrNone(cells[9])));
  }

  private static double numberOrNone(String cell) {
    return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
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

  /**
   * Reads {@code episodes.csv} of a run's folder.
   *
   * @throws IllegalArgumentException if there is none, or a line of it is not as it was written
   */
  public static List<EpisodeRecord> readEpisodes(Path directory) {
    return new RunDirectory(directory).episodes(ALL);
  }

  private List<EpisodeRecord> episodes(long atMost) {
    return lines(
        episodes(),
        6,
        atMost,
        cells ->
            new EpisodeRecord(
                Long.parseLong(cells[0]),
                Long.parseLong(cells[1]),
                Double.parseDouble(cells[2]),
                Integer.parseInt(cells[3]),
                Double.parseDouble(cells[4]),
                Long.parseLong(cells[5])));
  }

  /**
   * Reads {@code evaluations.csv} of a run's folder; none if there is no such file.
   *
   * @throws IllegalArgumentException if a line of it is not as it was written
   */
  public static List<EvaluationRecord> readEvaluations(Path directory) {
    return linesIfAny(
        new RunDirectory(directory).evaluations(),
        9,
        cells ->
            new EvaluationRecord(
                Long.parseLong(cells[0]),
                Long.parseLong(cells[1]),
                Double.parseDouble(cells[2]),
                cells[3].equals("greedy"),
                Arrays.stream(cells[8].split(" ")).map(Double::valueOf).toList()));
  }

  private static <T> List<T> linesIfAny(Path file, int cells, Function<String[], T> parse) {
    return Files.exists(file) ? lines(file, cells, ALL, parse) : List.of();
  }

  private static <T> List<T> lines(Path file, int cells, long atMost, Function<String[], T> parse) {
    List<T> records = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      lines.readLine(); // The header.
      for (long n = 0; n < atMost; n++) {
        String line = lines.readLine();
        if (line == null) {
          break;
        }
        String[] parts = line.split(",", -1);
        if (parts.length < cells && lines.readLine() == null && isTorn(file)) {
          break; // It is being written, or whoever wrote it was killed.
        }
        records.add(parsed(parts, cells, parse, file, n + 2, line));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file.toAbsolutePath(), e);
    }
    return records;
  }

  private static boolean isTorn(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      bytes.seek(bytes.length() - 1);
      return bytes.read() != '\n';
    }
  }

  private static <T> T parsed(
      String[] parts, int cells, Function<String[], T> parse, Path file, long number, String line) {
    try {
      if (parts.length != cells) {
        throw new NumberFormatException(parts.length + " cells");
      }
      return parse.apply(parts);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          file.toAbsolutePath()
              + ", line "
              + number
              + ": expected "
              + cells
              + " cells as the header says but got \""
              + line
              + "\"",
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
