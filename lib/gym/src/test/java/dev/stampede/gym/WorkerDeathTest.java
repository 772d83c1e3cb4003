package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerDeathTest {
  private final AtomicInteger restarts = new AtomicInteger();

  @ParameterizedTest
  @ValueSource(longs = {0, 5, 500})
  void a_worker_killed_in_a_step_loses_the_episodes_and_comes_back(long spinMillis)
      throws Exception {
    try (Worker worker = spinning(Duration.ofMillis(spinMillis))) {
      GymEnvironment hanging = Workers.environment(worker, "faulty:Hangs-v0");
      GymEnvironment other = Workers.environment(worker, "CartPole-v1");
      hanging.reset(1);
      other.reset(1);
      byte[] before = bytes(other.step(Action.of(0)).observation());
      WorkerProcess process = worker.process();

      var step = CompletableFuture.supplyAsync(() -> hanging.step(Action.of(1)));
      Workers.await(
          "the step is under way",
          Duration.ofSeconds(5),
          () -> process.stderr().contains("hanging now"));
      ProcessHandle.of(process.pid()).orElseThrow().destroyForcibly();

      assertThat(step.get(5, TimeUnit.SECONDS).ending()).isEqualTo(Step.Ending.LOST);
      Step lost = other.step(Action.of(0));
      assertThat(lost.ending()).isEqualTo(Step.Ending.LOST);
      assertThat(lost.reward()).isZero();
      assertThat(bytes(lost.observation())).isEqualTo(before);
      assertThatThrownBy(() -> other.step(Action.of(0))).isInstanceOf(IllegalStateException.class);

      hanging.reset();
      other.reset();
      assertThat(hanging.step(Action.of(0)).ending()).isEqualTo(Step.Ending.NONE);
      assertThat(other.step(Action.of(0)).ending()).isEqualTo(Step.Ending.NONE);
      assertThat(restarts).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 5})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void the_children_that_a_dead_worker_leaves_behind_hold_nobody_up(long spinMillis)
      throws Exception {
    try (Worker worker = spinning(Duration.ofMillis(spinMillis))) {
      GymEnvironment forking = Workers.environment(worker, "faulty:Forks-v0");
      GymEnvironment other = Workers.environment(worker, "faulty:Quiet-v0");
      forking.reset(1);
      other.reset(1);

      var step = CompletableFuture.supplyAsync(() -> forking.step(Action.of(1)));

      assertThat(step.get(10, TimeUnit.SECONDS).ending()).isEqualTo(Step.Ending.LOST);
      assertThat(other.step(Action.of(0)).ending()).isEqualTo(Step.Ending.LOST);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 5})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void children_do_not_answer_for_their_parents(long spinMillis) {
    try (Worker worker = spinning(Duration.ofMillis(spinMillis))) {
      GymEnvironment forking = Workers.environment(worker, "faulty:LosesAChild-v0");
      forking.reset(1);
      for (int i = 1; i <= 20; i++) {
        Step step = forking.step(Action.of(1));
        assertThat(step.ending()).isEqualTo(Step.Ending.NONE);
        assertThat(doubles(step.observation())[0]).isEqualTo(i);
      }
      assertThat(restarts).hasValue(0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 5})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void children_keep_what_they_have_opened_themselves(long spinMillis) {
    try (Worker worker = spinning(Duration.ofMillis(spinMillis))) {
      GymEnvironment forking = Workers.environment(worker, "faulty:ForksTwice-v0");
      forking.reset(1);
      assertThat(forking.step(Action.of(1)).ending()).isEqualTo(Step.Ending.NONE);
      assertThat(forking.step(Action.of(0)).ending()).isEqualTo(Step.Ending.NONE);
      assertThat(restarts).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX) // Elsewhere calls do not come over pipes.
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          words="noise\\n"            | because of what it sent: expected an answer but got "noise"
          words="!yn\\n!yn\\n"       | because of what it sent: expected one line but got 2
          words="!ysone\\n!ystwo\\n" | because of what it sent: expected one line but got 2
          closes=true                | ended with exit code 1
          """)
  void nonsense_on_the_pipes_is_a_death_in_words(String option, String words) {
    AtomicReference<String> cause = new AtomicReference<>("none");
    try (Worker worker =
        new Worker(Workers.launch(Duration.ofSeconds(60)), Long.MAX_VALUE, cause::set)) {
      GymEnvironment babbling = Workers.environment(worker, "faulty:Babbles-v0(" + option + ")");
      babbling.reset(1);

      assertThat(babbling.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
      babbling.reset();
      assertThat(cause.get()).contains(words);
    }
  }

  private Worker spinning(Duration spin) {
    return new Worker(
        Workers.spinning(Duration.ofSeconds(60), spin),
        Long.MAX_VALUE,
        cause -> restarts.incrementAndGet());
  }

  private static double[] doubles(Observation observation) {
    double[] values = new double[observation.bytes() / Double.BYTES];
    ByteBuffer.wrap(bytes(observation)).order(ByteOrder.nativeOrder()).asDoubleBuffer().get(values);
    return values;
  }

  @Test
  void the_seed_after_a_death_follows_from_the_one_before() {
    float[][] drawn = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (Worker worker = Workers.worker(restarts)) {
        GymEnvironment dying = Workers.environment(worker, "faulty:Dies-v0");
        dying.reset(42);
        assertThat(dying.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
        drawn[i] = GymEnvironmentTest.floats(dying.reset());
      }
    }
    assertThat(drawn[0]).isEqualTo(drawn[1]);
  }

  @Test
  void a_worker_that_dies_again_and_again_ends_with_its_last_words() {
    try (Worker worker = Workers.worker(restarts)) {
      GymEnvironment dying = Workers.environment(worker, "faulty:Dies-v0");
      for (int death = 1; death < Worker.DEATHS; death++) {
        dying.reset(1);
        assertThat(dying.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
      }
      dying.reset(1);

      assertThatThrownBy(() -> dying.step(Action.of(1)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("ended with exit code 7; that was death 3 in a row")
          .hasMessageContaining("goodbye, cruel world");
      assertThatThrownBy(dying::reset).hasMessageContaining("goodbye, cruel world");
    }
  }

  @Test
  void a_thousand_steps_between_deaths_are_health() {
    try (Worker worker = Workers.worker(restarts)) {
      GymEnvironment dying = Workers.environment(worker, "faulty:Dies-v0");
      for (int death = 1; death <= Worker.DEATHS + 1; death++) {
        dying.reset(1);
        for (int i = 0; i < Worker.STEPS_OF_HEALTH; i++) {
          dying.step(Action.of(0));
        }
        assertThat(dying.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Hangs", "HangsInC"})
  void a_step_that_does_not_end_counts_as_a_death(String id) {
    try (Worker worker = Workers.worker(Duration.ofSeconds(1), restarts)) {
      GymEnvironment hanging = Workers.environment(worker, "faulty:" + id + "-v0");
      hanging.reset(1);

      assertThat(hanging.step(Action.of(1)).ending()).isEqualTo(Step.Ending.LOST);
      hanging.reset();
      assertThat(restarts).hasValue(1);
    }
  }

  @Test
  void who_waits_for_the_steps_of_others_does_not_hang() throws Exception {
    try (Worker worker = Workers.worker(Duration.ofSeconds(2), restarts)) {
      List<GymEnvironment> slow = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        slow.add(Workers.environment(worker, "faulty:Ponders-v0"));
        slow.get(i).reset(1);
      }

      ExecutorService threads = Executors.newFixedThreadPool(slow.size());
      List<Future<Step>> steps =
          slow.stream().map(each -> threads.submit(() -> each.step(Action.of(1)))).toList();
      threads.shutdown();

      for (Future<Step> each : steps) { // The last is served after 3.5 seconds.
        assertThat(each.get().ending()).isEqualTo(Step.Ending.NONE);
      }
      assertThat(restarts).hasValue(0);
    }
  }

  @Test
  void making_may_take_longer_than_a_step_but_not_for_ever() {
    try (Worker worker = Workers.worker(Duration.ofSeconds(1), restarts)) {
      Workers.environment(worker, "faulty:TakesLong-v0").reset(1);
    }
    System.setProperty(WorkerProcess.MAKE_LIMIT, "2");
    try (Worker worker = Workers.worker(restarts)) {
      assertThatThrownBy(() -> Workers.environment(worker, "faulty:TakesLong-v0"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("did not answer within 2 s and was killed")
          .hasMessageContaining("for imports, making and resetting -Dstampede.make.timeout");
    } finally {
      System.clearProperty(WorkerProcess.MAKE_LIMIT);
    }
  }

  @Test
  void a_worker_killed_while_it_starts_is_started_again() throws Exception {
    try (Worker worker = Workers.worker(restarts)) {
      var start = CompletableFuture.supplyAsync(worker::process);
      for (int kills = 0; kills < Worker.DEATHS + 2; ) {
        // Not the JVM's own helper, which becomes Python a moment later.
        var starting =
            ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").contains("python"))
                .findAny();
        kills += starting.isPresent() && starting.get().destroyForcibly() ? 1 : 0;
        Thread.sleep(20);
      }
      GymEnvironment cartPole =
          start.thenApply(started -> Workers.environment(worker, "CartPole-v1")).get();

      cartPole.reset(1);
      assertThat(restarts.get()).isGreaterThanOrEqualTo(Worker.DEATHS);
    }
  }

  @Test
  void an_exception_that_cannot_be_printed_is_an_error_like_any_other() {
    try (Worker worker = Workers.worker(restarts)) {
      GymEnvironment environment = Workers.environment(worker, "faulty:RaisesTheUnspeakable-v0");
      environment.reset(1);

      assertThatThrownBy(() -> environment.step(Action.of(1)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Unspeakable");
      assertThat(environment.step(Action.of(0)).reward()).isEqualTo(1);
    }
  }

  @Test
  void closing_frees_a_thread_that_waits_for_a_step() throws Exception {
    Worker worker = Workers.worker(restarts);
    GymEnvironment hanging = Workers.environment(worker, "faulty:Hangs-v0");
    hanging.reset(1);
    WorkerProcess process = worker.process();
    var step = CompletableFuture.supplyAsync(() -> hanging.step(Action.of(1)));
    Workers.await(
        "the step is under way",
        Duration.ofSeconds(5),
        () -> process.stderr().contains("hanging now"));

    worker.close();

    assertThatThrownBy(() -> step.get(5, TimeUnit.SECONDS))
        .hasMessageContaining("these environments are closed");
    Workers.await("the end", Duration.ofSeconds(2), () -> !Workers.runs(process.pid()));
  }

  @Test
  void a_python_without_our_packages_is_reported_with_its_words() {
    Python bare = new PythonFinder(System.getenv()).find();
    var launch =
        new WorkerProcess.Launch(
            bare.executable(),
            List.of(Workers.TEST_MODULES),
            Duration.ofSeconds(60),
            Duration.ZERO);

    assertThatThrownBy(() -> new Worker(launch, Long.MAX_VALUE, cause -> {}).process())
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("ended with exit code 1 before it was ready")
        .hasMessageContaining("No module named");
  }

  private static byte[] bytes(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    return bytes.array();
  }
}
