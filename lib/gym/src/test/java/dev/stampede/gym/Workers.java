package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.stampede.env.EnvironmentName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Real workers for tests, with the faulty environments of src/test/python at hand. */
final class Workers {
  static final Path TEST_MODULES = Path.of("src/test/python").toAbsolutePath();
  static final Path CACHE = Platform.cache(System.getenv());

  private Workers() {}

  /** With Gymnasium and Atari. */
  static Path python() {
    return python(EnvironmentGroup.ATARI.requirements());
  }

  static Path python(Requirements requirements) {
    return PythonEnvironments.ofUser().python(requirements, System.out::println);
  }

  static WorkerProcess.Launch launch(Duration stepLimit) {
    return launch(python(), stepLimit);
  }

  static WorkerProcess.Launch launch(Path python, Duration stepLimit) {
    try {
      List<Path> modules = List.of(WorkerCode.unpack(CACHE), TEST_MODULES);
      return new WorkerProcess.Launch(python, modules, stepLimit, Duration.ZERO);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static WorkerProcess.Launch spinning(Duration stepLimit, Duration spin) {
    WorkerProcess.Launch launch = launch(stepLimit);
    return new WorkerProcess.Launch(launch.python(), launch.modules(), stepLimit, spin);
  }

  static Worker worker(AtomicInteger restarts) {
    return worker(Duration.ofSeconds(60), restarts);
  }

  static Worker worker(Duration stepLimit, AtomicInteger restarts) {
    return new Worker(launch(stepLimit), Long.MAX_VALUE, cause -> restarts.incrementAndGet());
  }

  /** An environment by its name: an Atari game's by the paper's protocol. */
  static GymEnvironment environment(Worker worker, String name) {
    return new GymEnvironment(worker, spec(name));
  }

  static String spec(String name) {
    EnvironmentName parsed = EnvironmentName.parse(name);
    boolean atari = AtariGames.NAMES.contains(parsed.id());
    Map<String, Object> options = atari ? AtariProtocol.of(parsed).forPython() : parsed.options();
    EnvironmentName forPython = new EnvironmentName(parsed.id(), options, parsed.wrappers());
    return new WorkerSpec(atari, forPython).json(false);
  }

  /** What a command prints, line by line. */
  static List<String> output(Object... words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Arrays.stream(words).map(Object::toString).toList())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = output.lines().toList();
      assertThat(process.waitFor()).isZero();
      return lines;
    }
  }

  /** Waits for something that happens in another process. */
  static void await(String what, Duration limit, BooleanSupplier happened) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        fail("not within " + limit.toMillis() + " ms: " + what);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /**
   * Whether a process runs; one that has ended and was not yet asked for its exit code does not.
   */
  static boolean runs(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }
}
