package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@EnabledIf("isUsed")
class MailboxTest {
  private static final String COUNTS = "gymnasium_cases:Counts-v0(last=1000000)";

  static boolean isUsed() {
    return Platform.pipesCanBePolled() && Platform.writesAreSeenInOrder();
  }

  /** Pauses around the time for which both sides look, so that they fall asleep at any moment. */
  @ParameterizedTest
  @CsvSource({"1,5", "20,40", "100,200", "5000,0"})
  void every_call_is_answered_whenever_the_sides_fall_asleep(long spinMicros, int longestPause) {
    var random = new SplittableRandom(spinMicros);
    try (Worker worker = worker(Duration.ofNanos(1_000 * spinMicros))) {
      GymEnvironment environment = Workers.environment(worker, COUNTS);
      assertThat(worker.process().hasMailbox()).isTrue();
      environment.reset(1);
      for (int i = 1; i <= 5_000; i++) {
        if (longestPause > 0) {
          pause(random.nextLong(1_000L * longestPause));
        }
        Step step = environment.step(Action.of(i % 5));
        assertThat(step.reward()).isEqualTo(i % 5);
        assertThat(count(step)).isEqualTo(i);
      }
    }
  }

  @Test
  void calls_for_one_and_for_many_and_resets_follow_each_other() {
    try (Worker worker = worker(Duration.ofMillis(5))) {
      List<Environment> environments =
          IntStream.range(0, 3)
              .<Environment>mapToObj(
                  e -> Workers.environment(worker, "gymnasium_cases:Counts-v0(last=4)"))
              .toList();
      GymBatch batch = new GymBatch(environments);
      for (int i = 0; i < 200; i++) {
        batch.reset(List.of(0, 1, 2));
        assertThat(batch.step(Collections.nCopies(3, Action.of(i % 5))))
            .allSatisfy(step -> assertThat(count(step)).isEqualTo(1));
        assertThat(count(environments.get(i % 3).step(Action.of(1)))).isEqualTo(2);
        environments.get(i % 3).reset();
        assertThat(count(environments.get(i % 3).step(Action.of(1)))).isEqualTo(1);
      }
    }
  }

  @Test
  void answers_that_do_not_fit_come_over_the_pipe() {
    try (Worker worker = worker(Duration.ofMillis(5))) {
      GymRaw talking = new GymRaw(worker, Workers.spec("faulty:LongText-v0"));
      GymEnvironment raising = Workers.environment(worker, "faulty:Raises-v0");
      talking.reset(null, Map.of());
      raising.reset(1);
      for (int i = 1; i <= 50; i++) {
        talking.step(0L);
        assertThat(talking.observation()).isEqualTo((i + " ").repeat(100_000));
        assertThatThrownBy(() -> raising.step(Action.of(1)))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("had enough");
        assertThat(raising.step(Action.of(0)).reward()).isEqualTo(1);
      }
    }
  }

  @Test
  void who_calls_without_a_pause_keeps_nobody_waiting() throws Exception {
    try (Worker worker = worker(Duration.ofMillis(5))) {
      List<GymEnvironment> environments =
          IntStream.range(0, 3).mapToObj(e -> Workers.environment(worker, COUNTS)).toList();
      environments.forEach(e -> e.reset(1));
      var counts = List.of(new AtomicInteger(), new AtomicInteger());
      var done = new AtomicBoolean();
      List<CompletableFuture<Void>> others =
          IntStream.range(0, 2)
              .mapToObj(
                  e ->
                      CompletableFuture.runAsync(
                          () -> stepUntil(done, environments.get(e), counts.get(e))))
              .toList();
      try {
        long start = System.nanoTime();
        int steps = 0;
        while (steps < 2_000 || counts.stream().anyMatch(count -> count.get() < 100)) {
          assertThat(count(environments.get(2).step(Action.of(1)))).isEqualTo(++steps);
          assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
      } finally {
        done.set(true);
      }
      for (CompletableFuture<Void> each : others) {
        each.get(10, TimeUnit.SECONDS);
      }
    }
  }

  private static void stepUntil(
      AtomicBoolean done, GymEnvironment environment, AtomicInteger steps) {
    while (!done.get()) {
      assertThat(count(environment.step(Action.of(0)))).isEqualTo(steps.incrementAndGet());
    }
  }

  @Test
  void an_interrupted_thread_gets_its_answer_and_stays_interrupted() {
    try (Worker worker = worker(Duration.ofNanos(100_000))) {
      GymEnvironment pondering = Workers.environment(worker, "faulty:Ponders-v0");
      pondering.reset(1);
      Thread.currentThread().interrupt();
      Step step = pondering.step(Action.of(1));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(step.ending()).isEqualTo(Step.Ending.NONE);
    }
  }

  @Test
  void an_answer_that_is_announced_and_does_not_come_is_not_waited_for_for_ever() {
    var cause = new AtomicReference<>("none");
    WorkerProcess.Launch launch = Workers.spinning(Duration.ofSeconds(1), Duration.ofMillis(5));
    try (Worker worker = new Worker(launch, Long.MAX_VALUE, cause::set)) {
      GymEnvironment stalling = Workers.environment(worker, "faulty:Stalls-v0");
      stalling.reset(1);
      assertThat(stalling.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
      stalling.reset();
      assertThat(cause.get()).contains("did not answer within 1 s");
    }
  }

  @Test
  void it_says_what_is_too_long_for_it(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("mailbox"), new byte[4096]);
    Mailbox mailbox = Mailbox.at(file.toString()).orElseThrow();
    assertThat(mailbox.holds(new byte[4096 - 72])).isTrue();
    assertThat(mailbox.holds(new byte[4096 - 71])).isFalse();
  }

  @Test
  void a_worker_that_sleeps_at_once_has_none() {
    try (Worker worker = worker(Duration.ZERO)) {
      assertThat(worker.process().hasMailbox()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "empty", "\0"})
  void none_is_used_where_there_is_none(String name, @TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("empty"));
    assertThat(Mailbox.at(name.equals("\0") ? name : folder.resolve(name).toString())).isEmpty();
  }

  private static Worker worker(Duration spin) {
    return new Worker(
        Workers.spinning(Duration.ofSeconds(60), spin),
        Long.MAX_VALUE,
        cause -> {
          throw new AssertionError(cause);
        });
  }

  private static void pause(long nanos) {
    if (nanos % 2 == 0) {
      LockSupport.parkNanos(nanos);
      return;
    }
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static long count(Step step) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    step.observation().copyTo(bytes);
    return bytes.getLong(0);
  }
}
