package dev.stampede.gym;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What differs between operating systems. */
final class Platform {
  private static final String OS = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
  private static final boolean WINDOWS = OS.startsWith("windows");
  private static final boolean LINUX = OS.startsWith("linux");
  private static final boolean MAC = OS.startsWith("mac");

  private Platform() {}

  /** Where Stampede keeps what it can make again. */
  static Path cache(Map<String, String> environment) {
    String choice = System.getProperty("stampede.cache", environment.get("STAMPEDE_CACHE"));
    if (choice != null) {
      return Path.of(choice).toAbsolutePath();
    }
    Path home = Path.of(System.getProperty("user.home"));
    if (MAC) {
      return home.resolve("Library/Caches/stampede");
    }
    String local = environment.get("LOCALAPPDATA");
    return WINDOWS && local != null ? Path.of(local, "stampede") : home.resolve(".cache/stampede");
  }

  static String executable(String name) {
    return WINDOWS ? name + ".exe" : name;
  }

  /** The interpreter of a virtual environment. */
  static Path pythonOf(Path virtualEnvironment) {
    return virtualEnvironment.resolve(WINDOWS ? "Scripts/python.exe" : "bin/python");
  }

  /** Where the packages of a virtual environment are. */
  static Path packagesOf(Path virtualEnvironment) throws IOException {
    if (WINDOWS) {
      return virtualEnvironment.resolve("Lib/site-packages");
    }
    try (DirectoryStream<Path> versions =
        Files.newDirectoryStream(virtualEnvironment.resolve("lib"), "python3.*")) {
      for (Path version : versions) {
        return version.resolve("site-packages");
      }
    }
    throw new NoSuchFileException(virtualEnvironment + "/lib/python3.*");
  }

  /** Whether Python can wait for pipes and sockets at once, and for the end of a pipe as well. */
  static boolean pipesCanBePolled() {
    return LINUX;
  }

  /**
   * Whether what one core writes to memory is seen by others in that order, also where nobody says
   * that it matters: Python cannot say so.
   */
  static boolean writesAreSeenInOrder() {
    return Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""));
  }

  /** Whether two of the processor's cores are one that works at two things, as far as is known. */
  static boolean coresHaveSiblings() {
    try {
      return !Files.readString(Path.of("/sys/devices/system/cpu/smt/active")).strip().equals("0");
    } catch (IOException e) {
      return true;
    }
  }

  /** The virtual environment that has this interpreter. */
  static Path directoryOf(Path python) {
    return python.resolve("../..").normalize();
  }

  /** The command that makes an empty file. */
  static Command touch(Path file) {
    return WINDOWS ? new Command("cmd", "/c", "type nul > " + file) : new Command("touch", file);
  }

  static String howToInstallPython() {
    return WINDOWS
        ? "winget install Python.Python.3.12"
        : MAC ? "brew install python@3.12" : "Debian: apt install python3 python3-venv";
  }

  /** Where files shared with a worker are kept: in memory, if the system offers that. */
  static Path sharedMemory() {
    Path memory = Path.of("/dev/shm");
    return Files.isDirectory(memory) && Files.isWritable(memory)
        ? memory
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Bytes of memory that a process has; 0 where the system does not say (all but Linux). */
  static long memoryOf(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("RssAnon:")) { // Not what it shares with this JVM.
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException e) {
      // No such system, or no such process any more.
    }
    return 0;
  }
}
