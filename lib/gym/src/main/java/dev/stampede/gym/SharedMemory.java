package dev.stampede.gym;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Memory that a worker has reserved, mapped here as well; memory.py says where it is. */
final class SharedMemory {
  static final String DIRECTORIES = "stampede.shared.memory";
  private static final String SUFFIX = ".slot";

  private SharedMemory() {}

  /** Where a worker may make a file for it; empty for the system's memory. */
  static String directories() {
    return System.getProperty(DIRECTORIES, "");
  }

  /** Maps it. Its file, if it has a name, has none from then on. */
  static ByteBuffer map(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel
          .map(FileChannel.MapMode.READ_WRITE, 0, channel.size())
          .order(ByteOrder.nativeOrder());
    } finally {
      if (file.toString().endsWith(SUFFIX)) {
        unlink(file);
      }
    }
  }

  private static void unlink(Path file) throws IOException {
    try {
      Files.deleteIfExists(file);
    } catch (FileSystemException e) {
      file.toFile().deleteOnExit(); // Windows keeps the name of what is mapped.
    }
  }
}
