package dev.stampede.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * The two newest checkpoints of a run on disk: {@code checkpoint.bin} and {@code
 * checkpoint.previous}.
 *
 * <p>Magic word, format, byte order, length, content, CRC-32 of all before it. A new one is written
 * beside them and reaches the disk before it takes its name, so that at any moment at least one of
 * the two is whole.
 */
final class CheckpointFile {
  private static final String NEWEST = "checkpoint.bin";
  private static final String PREVIOUS = "checkpoint.previous";
  private static final String DAMAGED = "checkpoint.damaged";
  private static final String PART = "checkpoint.bin.part";
  private static final byte[] MAGIC = "STAMPEDE".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 2;
  private static final int HEADER = 8 + 4 + 1 + 4;
  private static final int TRAILER = 8;

  private CheckpointFile() {}

  static void write(Path directory, Checkpoint checkpoint) throws IOException {
    Path newest = directory.resolve(NEWEST);
    Path part = directory.resolve(PART);
    byte[] content = checkpoint.toBytes();
    ByteBuffer file = ByteBuffer.allocate(HEADER + content.length + TRAILER);
    file.put(MAGIC).putInt(FORMAT).put(byteOrder()).putInt(content.length).put(content);
    CRC32 crc = new CRC32();
    crc.update(file.array(), 0, file.position());
    file.putLong(crc.getValue()).flip();
    try {
      try (FileChannel out =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        while (file.hasRemaining()) {
          out.write(file);
        }
        out.force(true);
      }
      if (Files.exists(newest)) {
        rename(newest, directory.resolve(PREVIOUS));
      }
      rename(part, newest);
    } catch (IOException e) {
      if (Files.isRegularFile(part)) {
        Files.deleteIfExists(part); // A full disk has no room for it.
      }
      throw e;
    }
    forceNames(directory);
  }

  static Checkpoint newest(Path directory, Consumer<String> messages) {
    Path newest = directory.resolve(NEWEST);
    Path previous = directory.resolve(PREVIOUS);
    if (!Files.exists(newest) && !Files.exists(previous)) {
      throw new IllegalArgumentException(
          "expected the folder of a run with a checkpoint but there is no "
              + newest.toAbsolutePath()
              + "; runs with a folder (--out) write one each minute and at their end");
    }
    IOException damage;
    try {
      return read(newest);
    } catch (IOException e) {
      damage = e;
    }
    try {
      Checkpoint before = read(previous);
      if (!(damage instanceof NoSuchFileException)) { // It was killed between two renames.
        messages.accept(
            newest.toAbsolutePath()
                + " is damaged ("
                + damage.getMessage()
                + "); checkpoint.previous, of step "
                + before.steps()
                + ", was taken instead");
      }
      return before;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "no checkpoint in "
              + directory.toAbsolutePath()
              + " is whole: "
              + reason(NEWEST, damage)
              + "; "
              + reason(PREVIOUS, e),
          damage);
    }
  }

  /** Puts a damaged newest one aside, so that it cannot take the place of the one before it. */
  static void putDamagedAside(Path directory) throws IOException {
    Path newest = directory.resolve(NEWEST);
    if (Files.exists(newest)) {
      try {
        read(newest);
      } catch (IOException e) {
        rename(newest, directory.resolve(DAMAGED));
      }
    }
  }

  static void deleteAll(Path directory) throws IOException {
    for (String name : List.of(NEWEST, PREVIOUS, DAMAGED, PART)) {
      Files.deleteIfExists(directory.resolve(name));
    }
    Memories.deleteAll(directory);
  }

  private static Checkpoint read(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    if (all.length < HEADER + TRAILER || !Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, 8)) {
      throw new IOException("it does not start as a checkpoint does");
    }
    ByteBuffer in = ByteBuffer.wrap(all).position(MAGIC.length);
    int format = in.getInt();
    if (format != FORMAT) {
      throw new IOException(
          "it has format "
              + format
              + " but this version of the library reads format "
              + FORMAT
              + "; go on with the version that wrote it");
    }
    byte order = in.get();
    long length = (long) HEADER + in.getInt() + TRAILER;
    if (all.length != length) {
      throw new IOException("expected " + length + " bytes but it has " + all.length);
    }
    CRC32 crc = new CRC32();
    crc.update(all, 0, all.length - TRAILER);
    if (crc.getValue() != in.getLong(all.length - TRAILER)) {
      throw new IOException("its checksum is not that of its content");
    }
    if (order != byteOrder()) {
      throw new IOException("it was written on a machine of another byte order");
    }
    return Checkpoint.of(Arrays.copyOfRange(all, HEADER, all.length - TRAILER));
  }

  private static String reason(String name, IOException e) {
    return name + ": " + (e instanceof NoSuchFileException ? "there is none" : e.getMessage());
  }

  /** Observations are kept as the machine has them. */
  private static byte byteOrder() {
    return (byte) (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 'L' : 'B');
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void forceNames(Path directory) {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      // Windows does not open folders. The files are whole; only a power cut could undo the names.
    }
  }
}
