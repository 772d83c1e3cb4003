package dev.stampede.replay;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Blocks in a file. Its name is gone as soon as it is open, where the system can do that, so that
 * nothing is left behind even by a process that is killed.
 *
 * <p>Zeros are written before a block is mapped: a full disk then is an error of that write. Found
 * out through the mapped memory, it would end the JVM.
 */
final class FileBlocks extends Blocks {
  private static final int CHUNK = 1 << 20;
  private static final int PAGE = 1 << 16; // the largest one that systems have

  private record Part(Pointer start, long bytes) {}

  private final Path path;
  private final FileChannel channel;
  private final int descriptor;
  private final boolean deleteAtEnd;
  private final List<Part> parts = new ArrayList<>();
  private long end;

  /**
   * @param descriptor the same file, opened by the system; −1 if the JVM is to map it
   * @param deleteAtEnd only for a file that was made here and still has its name
   */
  FileBlocks(Path path, FileChannel channel, int descriptor, boolean deleteAtEnd) {
    this.path = path;
    this.channel = channel;
    this.descriptor = descriptor;
    this.deleteAtEnd = deleteAtEnd;
  }

  static FileBlocks create(Path path) {
    try {
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      int descriptor = Mmap.available() ? Mmap.open(path) : -1;
      if (descriptor >= 0) {
        Files.delete(path);
      }
      return new FileBlocks(path, channel, descriptor, descriptor < 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot make the replay's file %s (%s); name a new file in a folder that exists"
              .formatted(path, e),
          e);
    }
  }

  @Override
  ByteBuffer next(int size) {
    long padded = (size + PAGE - 1L) / PAGE * PAGE;
    try {
      writeZeros(end, padded);
      ByteBuffer block = map(end, size);
      end += padded;
      return block;
    } catch (IOException e) {
      giveBack(e);
      throw new UncheckedIOException(
          String.format(
              Locale.ROOT,
              "the replay's file %s cannot grow from %,d by %,d bytes (%s); make room or the replay"
                  + " smaller",
              path,
              end,
              padded,
              e.getMessage()),
          e);
    }
  }

  private void writeZeros(long from, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(CHUNK);
    for (long at = from; at < from + bytes; ) {
      zeros.clear().limit((int) Math.min(CHUNK, from + bytes - at));
      at += channel.write(zeros, at);
    }
  }

  private void giveBack(IOException reason) {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private ByteBuffer map(long from, int size) throws IOException {
    if (descriptor < 0) {
      return channel.map(FileChannel.MapMode.READ_WRITE, from, size).order(ByteOrder.nativeOrder());
    }
    Part part = new Part(Mmap.file(descriptor, from, size), size);
    parts.add(part);
    return Mmap.buffer(part.start, size);
  }

  @Override
  void close() {
    parts.forEach(part -> Mmap.unmap(part.start, part.bytes));
    parts.clear();
    try {
      channel.close();
      if (descriptor >= 0) {
        Mmap.close(descriptor);
      }
      if (deleteAtEnd) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the replay's file " + path, e);
    }
  }
}
