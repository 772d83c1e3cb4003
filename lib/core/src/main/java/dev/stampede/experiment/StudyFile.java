package dev.stampede.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code study.json} in a study's folder: what its runs are, so that others do not get
 * mixed with them. Whoever has it open is the only one who writes there.
 */
final class StudyFile implements AutoCloseable {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What is in it.
   *
   * @param kind compare or sweep
   * @param settings of all runs
   * @param algorithms by name, what makes each what it is
   */
  record Contents(
      String kind, Map<String, String> settings, Map<String, Map<String, String>> algorithms) {}

  /**
   * Folders that this process has claimed. To open a file that it has locked, and to close it
   * again, would free it for other processes.
   */
  private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private StudyFile(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Makes the folder this study's own. Algorithms may come to it; whatever was there must be the
   * same.
   *
   * @throws IllegalArgumentException if the folder holds something else, in words
   */
  static StudyFile claim(Path out, Contents now) {
    RunDirectory.create(out);
    Path path = out.resolve("study.json");
    requireStudyOrNothing(out, path);
    Path folder = real(out);
    if (!CLAIMED.add(folder)) {
      throw underWay(out);
    }
    FileChannel channel = null;
    boolean claimed = false;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      requireFree(channel, out);
      Contents was = read(channel);
      channel.position(0);
      write(channel, was == null ? now : together(was, now, out));
      claimed = true;
      return new StudyFile(folder, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(path.toAbsolutePath() + " cannot be written", e);
    } finally {
      if (!claimed) {
        close(channel);
        CLAIMED.remove(folder);
      }
    }
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.toAbsolutePath() + " cannot be read", e);
    }
  }

  private static void requireStudyOrNothing(Path out, Path file) {
    try (Stream<Path> files = Files.list(out)) {
      if (!Files.exists(file) && files.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "out: expected a new folder, or one that compare or sweep made, but there are other"
                + " things in "
                + out.toAbsolutePath()
                + "; choose another");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireFree(FileChannel channel, Path out) throws IOException {
    if (channel.tryLock() == null) {
      throw underWay(out);
    }
  }

  private static IllegalArgumentException underWay(Path out) {
    return new IllegalArgumentException(
        "out: runs of another compare or sweep are under way in "
            + out.toAbsolutePath()
            + "; wait until they have ended, stop them, or choose another folder");
  }

  private static @Nullable Contents read(FileChannel channel) throws IOException {
    if (channel.size() == 0) {
      return null;
    }
    ByteBuffer text = ByteBuffer.allocate((int) channel.size());
    while (text.hasRemaining() && channel.read(text) >= 0) {}
    return JSON.readValue(text.array(), new TypeReference<Contents>() {});
  }

  private static void write(FileChannel channel, Contents contents) throws IOException {
    ByteBuffer text = ByteBuffer.wrap(JSON.writeValueAsBytes(contents));
    channel.truncate(text.remaining());
    while (text.hasRemaining()) {
      channel.write(text);
    }
  }

  private static Contents together(Contents was, Contents now, Path out) {
    requireSame("", Map.of("kind", was.kind()), Map.of("kind", now.kind()), out);
    requireSame("", was.settings(), now.settings(), out);
    Map<String, Map<String, String>> algorithms = new LinkedHashMap<>(was.algorithms());
    now.algorithms()
        .forEach(
            (name, settings) -> {
              requireSame(" of " + name, algorithms.getOrDefault(name, settings), settings, out);
              algorithms.put(name, settings);
            });
    return new Contents(was.kind(), was.settings(), algorithms);
  }

  private static void requireSame(
      String whose, Map<String, String> was, Map<String, String> now, Path out) {
    Map<String, String> all = new LinkedHashMap<>(was);
    all.putAll(now);
    for (String name : all.keySet()) {
      String then = was.getOrDefault(name, "none");
      String asked = now.getOrDefault(name, "none");
      if (!then.equals(asked)) {
        throw new IllegalArgumentException(
            "out: the runs in "
                + out.toAbsolutePath()
                + " have "
                + name
                + whose
                + ": "
                + then
                + ", but "
                + asked
                + " was asked for; ask for the same to go on with them, or choose another folder");
      }
    }
  }

  /** An algorithm as names and values. */
  static Map<String, String> named(Preset algorithm) {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("algorithm", algorithm.algorithm());
    algorithm.settings().forEach((knob, value) -> named.put(knob.label(), value.value()));
    if (algorithm.hasOwnNetwork()) {
      named.put("network", "of one's own");
    }
    if (algorithm.ownExploration().isPresent()) {
      named.put("exploration", "of one's own");
    }
    if (algorithm.ownLoss().isPresent()) {
      named.put("loss", "of one's own");
    }
    if (algorithm.isOwnAlgorithm()) {
      named.put("algorithm", algorithm.algorithm() + ", of one's own");
    }
    if (!algorithm.heads().isEmpty()) {
      named.put("heads", algorithm.heads().toString());
    }
    return named;
  }

  @Override
  public void close() {
    close(channel);
    CLAIMED.remove(folder);
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
