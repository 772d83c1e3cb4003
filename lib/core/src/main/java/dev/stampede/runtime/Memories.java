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
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memories of a run, by the number of the thread that each belongs to, and on request their
 * files {@code replay-0.bin} … beside its checkpoints. Safe for any number of threads.
 *
 * <p>There is one file for each memory, that of the newest checkpoint: it says the step it is of.
 * Until that checkpoint is on the disk it stands beside the one before, as {@code
 * replay-0.bin.next}, so that there is a whole one for whichever of the two a run goes on from.
 */
final class Memories implements AutoCloseable {
  private static final int BUFFER = 1 << 20;
  private static final String NEXT = ".next";

  private final Map<Integer, Replay> byThread = new TreeMap<>();
  private @Nullable Path directory;

  /** Files of what the run goes on with. */
  private List<Path> saved = List.of();

  private long restored;

  /** Saves them there with each checkpoint. */
  synchronized void saveIn(Path into) {
    directory = into;
  }

  /**
   * Fills each memory that is made with what was saved of it there at this step.
   *
   * @param count how many there were
   * @return false if not all of them were saved then; nothing is filled in that case
   */
  synchronized boolean restoreFrom(Path from, long step, int count) throws IOException {
    List<Path> saved = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      if (isOf(step, next(from, id))) {
        rename(next(from, id), file(from, id)); // The run was killed before it could do so.
      }
      if (isOf(step, file(from, id))) {
        saved.add(file(from, id));
      }
    }
    this.saved = saved.size() == count ? saved : List.of();
    return saved.size() == count;
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
    if (id >= saved.size()) {
      return;
    }
    try (DataInputStream in = open(saved.get(id))) {
      in.readLong();
      into.restore(in);
      restored += into.added();
    } catch (IOException e) {
      throw new IOException(
          "the saved memory "
              + saved.get(id)
              + " cannot be read ("
              + e
              + "); remove that file to go on with an empty memory",
          e);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
  }

  private static boolean isOf(long step, Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (DataInputStream in = open(file)) {
      return in.readLong() == step;
    } catch (IOException e) {
      return false; // It is filled again, and the run says so.
    }
  }

  /** While no thread adds or draws; before its checkpoint is written. */
  synchronized void save(long step) {
    Path into = directory;
    if (into == null) {
      return;
    }
    try {
      for (Map.Entry<Integer, Replay> each : byThread.entrySet()) {
        write(next(into, each.getKey()), step, each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was saved last takes the place of what was saved before: its checkpoint is written. */
  synchronized void keepSaved() throws IOException {
    Path into = directory;
    if (into != null) {
      for (int id : byThread.keySet()) {
        rename(next(into, id), file(into, id));
      }
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void write(Path file, long step, Replay replay) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileOutputStream disk = new FileOutputStream(part.toFile());
          DataOutputStream out = new DataOutputStream(new BufferedOutputStream(disk, BUFFER))) {
        out.writeLong(step);
        replay.save(out);
        out.flush();
        disk.getFD().sync(); // Before a checkpoint that goes with it is on the disk.
      }
      rename(part, file);
    } finally {
      Files.deleteIfExists(part); // A full disk has no room for it.
    }
  }

  private static Path file(Path directory, int id) {
    return directory.resolve("replay-" + id + ".bin");
  }

  private static Path next(Path directory, int id) {
    return directory.resolve(file(directory, id).getFileName() + NEXT);
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
