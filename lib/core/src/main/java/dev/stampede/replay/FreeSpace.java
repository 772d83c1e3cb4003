package dev.stampede.replay;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How much a replay may take, and of what.
 *
 * @param bytes free now
 * @param what where that is, for people
 */
record FreeSpace(long bytes, String what) {
  private static final Path MEMORY = Path.of("/proc/meminfo");

  static FreeSpace inMemory() {
    return new FreeSpace(freeMemory(), "of memory");
  }

  static FreeSpace on(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      return new FreeSpace(Files.getFileStore(folder).getUsableSpace(), "on the disk of " + folder);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the folder of the replay's file %s cannot be read (%s); make it first"
              .formatted(file, e),
          e);
    }
  }

  /**
   * @throws IllegalArgumentException with the numbers, if it does not fit
   */
  void require(ReplaySize size) {
    long needed = size.bytesNeeded();
    if (needed > bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a replay of %,d transitions takes %s, but only %s are free %s; set a smaller"
                  + " replay-capacity: at most some %,d fit",
              size.capacity(),
              text(needed),
              text(bytes),
              what,
              (long) (size.capacity() * (double) bytes / needed)));
    }
  }

  /** The same for one more block, for observations that share fewer frames than is usual. */
  void requireForBlock(long more, long taken) {
    if (more > bytes) {
      throw new IllegalStateException(
          "the replay has taken %s and needs %s more, but only %s are free %s; make it smaller"
              .formatted(text(taken), text(more), text(bytes), what));
    }
  }

  private static String text(long bytes) {
    return bytes < 100_000_000
        ? String.format(Locale.ROOT, "%,d kB", bytes / 1000)
        : String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
  }

  /** What could be had without driving others out; where the system does not say, all there is. */
  private static long freeMemory() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long total = kilobytes("MemTotal:");
    if (total < 0) {
      return system.getTotalMemorySize();
    }
    boolean container = system.getTotalMemorySize() < total * 1024;
    long available = kilobytes("MemAvailable:") * 1024;
    return container ? Math.min(available, system.getFreeMemorySize()) : available;
  }

  private static long kilobytes(String name) {
    try (Stream<String> lines = Files.lines(MEMORY)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
