package dev.stampede.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Starts a command that computes in a second JVM with the flags that make it fast, so that nobody
 * has to know them.
 *
 * <p>Huge pages spare the address translation of parameters and gradients, and an allocator that
 * keeps its memory spares the page faults of a gradient made anew for each update; neither can be
 * switched on in a JVM that runs already. The second JVM shares the terminal, ends when the first
 * one ends however that happens, and gives its exit code.
 */
final class Launcher {
  /**
   * Huge pages for the native heap, no memory given back that the next update takes again, and no
   * fast bins, which each large allocation would merge: that took 5 % of Breakout's time.
   */
  static final String GLIBC_TUNABLES =
      "glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=4000000000"
          + ":glibc.malloc.mmap_threshold=4000000000:glibc.malloc.mxfast=0"
          + ":glibc.malloc.tcache_count=127";

  private static final String LAUNCHED_BY = "stampede.launchedBy";
  private static final String OFF = "STAMPEDE_ONE_JVM";
  private static final int TERMINATED = 143;
  private static final long LOOK_EVERY_MILLIS = 100;
  private static final long GRACE_MILLIS = 700;

  private Launcher() {}

  /** Whether this command should run in a JVM of its own: from the packaged jar, on Linux, once. */
  static boolean applies(String[] arguments) {
    return arguments.length > 0
        && List.of("run", "bench", "evaluate", "experiment").contains(arguments[0])
        && System.getProperty("os.name").equals("Linux")
        && System.getProperty(LAUNCHED_BY) == null
        && System.getenv(OFF) == null
        && System.getProperty("java.class.path").endsWith("stampede.jar");
  }

  /** Runs the command in a second JVM and gives its exit code. */
  static int launch(String[] arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.add("-D" + LAUNCHED_BY + "=" + ProcessHandle.current().pid());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.merge("GLIBC_TUNABLES", GLIBC_TUNABLES, (own, ours) -> ours + ":" + own);
    Process process = builder.start();
    // Ctrl-C reaches both JVMs at once; a signal to the first one alone is passed on. Either way
    // the second finishes first.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  process.destroy();
                  try {
                    process.waitFor(60, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    return process.waitFor();
  }

  /**
   * Flags of the JVM that computes, with the user's own behind them. The notebooks' kernel gets the
   * same from {@code notebooks/kernel.py}.
   */
  static List<String> flags() {
    List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
    List<String> flags = new ArrayList<>();
    if (own.stream().noneMatch(flag -> flag.matches("-XX:\\+Use\\w+GC"))) {
      flags.add("-XX:+UseSerialGC");
    }
    if (hasHugePages()) {
      flags.add("-XX:+UseTransparentHugePages");
    }
    if (own.stream().noneMatch(flag -> flag.startsWith("-Xm"))) {
      flags.add("-Xms24m"); // A larger heap would fill with garbage before the first collection.
      flags.add("-Xmx1g");
    }
    flags.add("--enable-native-access=ALL-UNNAMED");
    flags.addAll(own);
    return flags;
  }

  // A JVM that asks for huge pages in vain prints a warning.
  private static boolean hasHugePages() {
    try {
      String setting = Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"));
      return !setting.contains("[never]");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * In the second JVM: ends it within a second when the first is gone, with what can be written.
   */
  static void watchLauncher() {
    String launcher = System.getProperty(LAUNCHED_BY);
    if (launcher == null) {
      return;
    }
    long pid = Long.parseLong(launcher);
    Thread watch =
        new Thread(
            () -> {
              try {
                while (isChildOf(pid)) {
                  Thread.sleep(LOOK_EVERY_MILLIS);
                }
                Thread end = new Thread(() -> System.exit(TERMINATED), "launcher-gone");
                end.setDaemon(true);
                end.start();
                end.join(GRACE_MILLIS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(TERMINATED);
            },
            "launcher-watch");
    watch.setDaemon(true);
    watch.start();
  }

  // A process handle's onExit looks ever more seldom, too seldom here.
  private static boolean isChildOf(long pid) {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L) == pid;
  }
}
