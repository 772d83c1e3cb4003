package dev.stampede.runtime;

import dev.stampede.algorithm.MemoryUse;
import dev.stampede.env.Space;
import dev.stampede.replay.Replay;
import dev.stampede.replay.ReplaySize;
import dev.stampede.replay.ReplayStatus;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memories of a run, by the number of the thread that each belongs to, and on request their
 * files {@code replay-0.bin} … beside its checkpoints. Safe for any number of threads.
 *
 * <p>There is one file for each memory, that of the newest checkpoint: it says the step it is of.
 */
final class Memories implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Map<Integer, Replay> byThread = new TreeMap<>();
  private @Nullable Path directory;
  private @Nullable Path savedIn;
  private OptionalLong resumedAt = OptionalLong.empty();
  private long restored;

  /** Saves them there with each checkpoint. */
  synchronized void saveIn(Path into) {
    directory = into;
  }

  /**
   * Fills each memory that is made with what was saved of it there at this step.
   *
   * @return whether something was saved then
   */
  synchronized boolean restoreFrom(Path from, long step) {
    savedIn = from;
    resumedAt = OptionalLong.of(step);
    try {
      return saved(0).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** The memory of thread {@code id}: a new one unless it has one. */
  synchronized Replay of(
      int id, MemoryUse use, long capacity, Space.Box observations, Space actions)
      throws IOException {
    Replay made = byThread.get(id);
    if (made == null) {
      made = make(use, new ReplaySize(capacity, observations, actions, Optional.empty()));
      byThread.put(id, made);
      restore(id, made);
    }
    return made;
  }

  private static Replay make(MemoryUse use, ReplaySize size) {
    return use.priorityExponent().isPresent()
        ? Replay.prioritized(size, use.priorityExponent().getAsDouble())
        : Replay.uniform(size);
  }

  private void restore(int id, Replay into) throws IOException {
    Optional<Path> file = saved(id);
    if (file.isPresent()) {
      try (DataInputStream in = open(file.get())) {
        in.readLong();
        into.restore(in);
        restored += into.added();
      }
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
  }

  /** The file of a memory, if it is of the step at which the run goes on. */
  private Optional<Path> saved(int id) throws IOException {
    if (savedIn == null || resumedAt.isEmpty() || !Files.exists(file(savedIn, id))) {
      return Optional.empty();
    }
    Path file = file(savedIn, id);
    try (DataInputStream in = open(file)) {
      return in.readLong() == resumedAt.getAsLong() ? Optional.of(file) : Optional.empty();
    }
  }

  /** While no thread adds or draws. */
  synchronized void save(long step) {
    Path into = directory;
    if (into == null) {
      return;
    }
    try {
      for (Map.Entry<Integer, Replay> each : byThread.entrySet()) {
        write(file(into, each.getKey()), step, each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, long step, Replay replay) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part), BUFFER))) {
        out.writeLong(step);
        replay.save(out);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part); // A full disk has no room for it.
    }
  }

  private static Path file(Path directory, int id) {
    return directory.resolve("replay-" + id + ".bin");
  }

  /** What each of them looks like; none once they are closed. */
  synchronized List<ReplayStatus> statuses() {
    return byThread.values().stream().map(Replay::status).toList();
  }

  /** Transitions that were added before the run was resumed. */
  synchronized long restored() {
    return restored;
  }

  /** Removes the files of an earlier run. */
  static void deleteAll(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "replay-*.bin*")) {
      for (Path each : files) {
        Files.deleteIfExists(each);
      }
    }
  }

  @Override
  public synchronized void close() {
    byThread.values().forEach(Replay::close);
    byThread.clear();
  }
}
