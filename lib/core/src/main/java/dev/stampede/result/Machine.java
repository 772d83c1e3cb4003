package dev.stampede.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** Where and with what a run was made. */
public final class Machine {
  private Machine() {}

  /** Operating system, processor, cores, memory. */
  public static Map<String, Object> description() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    map.put("architecture", System.getProperty("os.arch"));
    map.put("processor", processor());
    map.put("cores", Runtime.getRuntime().availableProcessors());
    map.put("maxHeapMegabytes", Runtime.getRuntime().maxMemory() >> 20);
    return map;
  }

  /** This process, so that it can be told later whether it is still alive. */
  public static Map<String, Object> process() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("pid", ProcessHandle.current().pid());
    map.put("started", started(ProcessHandle.current()));
    return map;
  }

  /** Whether the process that wrote such a description lives. */
  static boolean isAlive(long pid, String started) {
    return ProcessHandle.of(pid)
        .filter(process -> process.isAlive() && atTheSameTime(started(process), started))
        .isPresent();
  }

  /** Up to what a correction of the system's clock moves it by. */
  private static boolean atTheSameTime(String one, String other) {
    try {
      Duration apart = Duration.between(Instant.parse(one), Instant.parse(other)).abs();
      return apart.compareTo(Duration.ofSeconds(10)) < 0;
    } catch (DateTimeParseException e) {
      return one.equals(other);
    }
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  /** Version and commit of this library, as the build wrote them. */
  public static Map<String, Object> stampede() {
    Properties build = new Properties();
    try (InputStream in = Machine.class.getResourceAsStream("/dev/stampede/build.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("stampede", build.getProperty("git.build.version", "unknown"));
    map.put("commit", build.getProperty("git.commit.id.abbrev", "unknown"));
    map.put("uncommittedChanges", build.getProperty("git.dirty", "unknown"));
    return map;
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // Only Linux has this file.
    }
  }
}
