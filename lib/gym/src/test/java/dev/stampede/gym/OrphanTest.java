package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Action;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // It reads /proc.
class OrphanTest {

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
