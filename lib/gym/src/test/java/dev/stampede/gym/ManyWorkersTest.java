package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ManyWorkersTest {
  private static final int ENVIRONMENTS = 64;
  private static final int WORKERS = 16;

  private final ExecutorService pool = Executors.newFixedThreadPool(ENVIRONMENTS);

  @AfterEach
  void stop() {
    pool.shutdownNow();
    System.clearProperty("stampede.workers");
  }

  @Test
  void sixty_four_environments_play_at_once() throws Exception {
    System.setProperty("stampede.workers", String.valueOf(WORKERS));
    try (EnvironmentFactory factory =
        Environments.open("CartPole-v1", ENVIRONMENTS, System.out::println)) {
      assertThat(factory.protocol()).containsEntry("training workers", "16");

      List<CompletableFuture<Integer>> played = new ArrayList<>();
      for (int i = 0; i < ENVIRONMENTS; i++) {
        int seed = i;
        played.add(
            CompletableFuture.supplyAsync(
                () -> steps(factory.create(Purpose.TRAINING), seed, 200), pool));
      }

      for (CompletableFuture<Integer> one : played) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(200);
      }
      assertThat(factory.workerRestarts()).isZero();
    }
  }

  /** Each worker is called from several threads the moment it says that it listens. */
  @RepeatedTest(3)
  void workers_that_start_together_all_listen() throws Exception {
    var restarts = new AtomicInteger();
    WorkerProcess.Launch launch = Workers.launch(Duration.ofSeconds(60));
    List<Worker> workers = new ArrayList<>();
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    try {
      for (int i = 0; i < WORKERS; i++) {
        var worker = new Worker(launch, Long.MAX_VALUE, cause -> restarts.incrementAndGet());
        workers.add(worker);
        for (int thread = 0; thread < 4; thread++) {
          calls.add(CompletableFuture.runAsync(() -> callOnce(worker), pool));
        }
      }

      for (CompletableFuture<Void> call : calls) {
        call.get(60, TimeUnit.SECONDS);
      }
      assertThat(restarts).hasValue(0);
    } finally {
      workers.forEach(Worker::close);
    }
  }

  private static void callOnce(Worker worker) {
    try {
      worker.process().closeSlot(99); // There is none: the cheapest call.
    } catch (WorkerDied e) {
      throw new AssertionError(e);
    }
  }

  private static int steps(Environment environment, int seed, int steps) {
    environment.reset(seed);
    for (int i = 0; i < steps; i++) {
      if (environment.step(Action.of(i % 2)).last()) {
        environment.reset();
      }
    }
    return steps;
  }
}
