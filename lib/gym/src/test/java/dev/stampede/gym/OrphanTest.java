package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Action;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX) // It reads /proc.
class OrphanTest {
  private static final int KILLS = Integer.getInteger("stampede.test.jvm.kills", 20) / 2;

  @Test
  void no_worker_outlives_a_killed_jvm() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process jvm =
        new ProcessBuilder(
                java.toString(), "-cp", System.getProperty("java.class.path"), Jvm.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8);
    long busy = Long.parseLong(output.readLine());
    long idle = Long.parseLong(output.readLine());
    assertThat(Workers.runs(busy)).isTrue();
    assertThat(Workers.runs(idle)).isTrue();

    jvm.destroyForcibly().waitFor();

    Workers.await("both end", Duration.ofSeconds(2), () -> !Workers.runs(busy));
    Workers.await("both end", Duration.ofSeconds(2), () -> !Workers.runs(idle));
  }

  @Test
  void a_jvm_killed_at_any_moment_leaves_no_process_and_no_file(@TempDir Path temporary)
      throws Exception {
    var random = new SplittableRandom(1);
    Set<Path> before = sharedFiles();
    String mark = "stampede-test-" + ProcessHandle.current().pid();
    Workers.python(); // So that no JVM has to set it up.
    int started = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      List<Process> pair = List.of(starting(temporary, mark), starting(temporary, mark));
      for (Process jvm : pair) {
        // From the start of the JVM, over that of its workers, to their steps.
        if (kill % 2 == 0) {
          jvm.waitFor(random.nextInt(1_500), TimeUnit.MILLISECONDS);
        } else {
          assertThat(jvm.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("playing");
          jvm.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS);
        }
        started += marked(mark).size() > 1 ? 1 : 0;
        assertThat(jvm.isAlive()).isTrue();
        jvm.destroyForcibly().waitFor();
      }
      Workers.await("no worker is left", Duration.ofSeconds(5), () -> marked(mark).isEmpty());
    }
    assertThat(started).as("how often there was a worker to leave").isPositive();
    assertThat(sharedFiles()).isEqualTo(before);
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files).isEmpty();
    }
  }

  private static Process starting(Path temporary, String mark) throws IOException {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Playing.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().put("STAMPEDE_MARK", mark);
    return builder.start();
  }

  /** The processes that descend from this test, also those that lost their parents. */
  private static List<Path> marked(String mark) {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(process -> environment(process).contains("STAMPEDE_MARK=" + mark))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String environment(Path process) {
    try {
      return Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has ended, or is not ours.
    }
  }

  private static Set<Path> sharedFiles() throws IOException {
    try (Stream<Path> files = Files.list(Platform.sharedMemory())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("stampede"))
          .collect(Collectors.toSet());
    }
  }

  /** Makes environments in two workers, plays, and makes more. */
  static final class Playing {
    private Playing() {}

    public static void main(String[] arguments) {
      List<Worker> workers =
          List.of(Workers.worker(new AtomicInteger()), Workers.worker(new AtomicInteger()));
      for (int round = 0; ; round++) {
        var cartPole = Workers.environment(workers.get(round % 2), "CartPole-v1");
        cartPole.reset(1);
        while (!cartPole.step(Action.of(0)).last()) {}
        cartPole.close();
        if (round == 10) {
          System.out.println("playing");
        }
      }
    }
  }

  /** Has one worker in the middle of a step and one that waits. */
  static final class Jvm {
    private Jvm() {}

    public static void main(String[] arguments) {
      Worker busy = Workers.worker(new AtomicInteger());
      Worker idle = Workers.worker(new AtomicInteger());
      GymEnvironment hanging = Workers.environment(busy, "faulty:Hangs-v0");
      hanging.reset(1);
      Workers.environment(idle, "CartPole-v1").reset(1);
      var step = CompletableFuture.runAsync(() -> hanging.step(Action.of(1)));
      WorkerProcess process = busy.process();
      Workers.await(
          "the step is under way",
          Duration.ofSeconds(5),
          () -> process.stderr().contains("hanging now"));
      System.out.println(process.pid());
      System.out.println(idle.process().pid());
      step.join();
    }
  }
}
