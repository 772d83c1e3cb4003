package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GymBatchTest {
  private final AtomicInteger restarts = new AtomicInteger();
  private final Worker one = Workers.worker(restarts);
  private final Worker another = Workers.worker(restarts);

  @AfterEach
  void stop() {
    one.close();
    another.close();
  }

  @ParameterizedTest
  @CsvSource({
    "CartPole-v1, 200",
    "Pendulum-v1, 250",
    "Hopper-v5, 150",
    "Asterix, 250",
    "Breakout(max_frames=500), 150"
  })
  void steps_and_resets_together_are_those_of_each_alone(String id, int steps) {
    int n = 5;
    List<List<String>> alone;
    List<List<String>> together;
    List<List<String>> inOneCall;
    try (EnvironmentFactory factory = new GymProvider().open(name(id), n, line -> {})) {
      alone = IntStream.range(0, n).mapToObj(e -> playAlone(factory, e, steps)).toList();
    }
    try (EnvironmentFactory factory = new GymProvider().open(name(id), n, line -> {})) {
      together = playTogether(factory, n, steps, EnvironmentBatch::step);
    }
    try (EnvironmentFactory factory = new GymProvider().open(name(id), n, line -> {})) {
      inOneCall = playTogether(factory, n, steps, EnvironmentBatch::stepBeforeReset);
    }

    assertThat(together).isEqualTo(alone);
    assertThat(inOneCall).isEqualTo(alone);
    assertThat(alone).doesNotHaveDuplicates();
    assertThat(alone).allSatisfy(lines -> assertThat(lines).anyMatch(l -> l.contains("Episode[")));
  }

  @Test
  void an_exception_is_that_of_its_environment_and_the_others_have_stepped() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Raises-v0");
    environments.addAll(made(another, "faulty:Quiet-v0"));
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(Environment::reset);

    assertThatThrownBy(() -> batch.step(actions(0, 1, 0)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("ValueError: this environment has had enough")
        .hasMessageContaining("faulty.py");
    assertThat(batch.step(actions(0, 0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(2.0, 2.0, 2.0);
  }

  @Test
  void sys_exit_in_one_environment_leaves_the_others_alone() {
    List<Environment> environments = made(one, "faulty:Exits-v0", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(Environment::reset);

    assertThatThrownBy(() -> batch.step(actions(1, 0)))
        .hasMessageContaining("the environment called sys.exit(3)");
    assertThat(stepsDone(environments.get(1))).isEqualTo(1);
  }

  @Test
  void those_that_are_alike_step_in_columns_and_without_memory_for_them_as_others_do() {
    List<Environment> alike = made(one, "faulty:Quiet-v0", "faulty:Raises-v0");
    List<Environment> others = made(one, "faulty:Nested-v0", "faulty:Nested-v0");
    EnvironmentBatch batch = new GymBatch(alike);
    alike.forEach(Environment::reset);
    System.setProperty(SharedMemory.DIRECTORIES, "/no such directory");
    try {
      assertThat(columns(alike)).isEmpty();
      assertThat(batch.step(actions(0, 0))).extracting(Step::reward).containsOnly(1.0);
    } finally {
      System.clearProperty(SharedMemory.DIRECTORIES);
    }
    assertThat(batch.step(actions(0, 0))).extracting(Step::reward).containsOnly(1.0);
    assertThat(alike).extracting(GymBatchTest::stepsDone).containsOnly(2.0);
    assertThat(columns(alike)).isPresent();
    assertThat(columns(others)).isEmpty();
  }

  @Test
  void steps_alone_and_together_are_of_the_same_episode() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    EnvironmentBatch turned = new GymBatch(List.of(environments.get(1), environments.get(0)));
    environments.forEach(Environment::reset);

    batch.step(actions(0, 0));
    environments.get(0).step(Action.of(0));
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(2.0, 1.0);
    turned.step(actions(0, 0));
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(3.0, 2.0);
    batch.step(actions(0, 0));
    environments.get(1).reset();
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(4.0, 0.0);
    batch.step(actions(0, 0));
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(5.0, 1.0);
  }

  @Test
  void a_lost_step_shows_what_was_seen_last() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Dies-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    batch.step(actions(0, 0));
    String seen = checksum(batch.step(actions(0, 0)).get(1).observation());

    Step lost = batch.step(actions(0, 1)).get(1);

    assertThat(lost.ending()).isEqualTo(Ending.LOST);
    assertThat(checksum(lost.observation())).isEqualTo(seen);
    environments.forEach(environment -> environment.reset(3));
    assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
  }

  @Test
  void a_lost_step_after_one_that_failed_shows_what_was_seen_before_both() {
    List<Environment> environments = made(one, "faulty:Raises-v0", "faulty:Dies-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    String seen = checksum(batch.step(actions(0, 0)).get(0).observation());
    assertThatThrownBy(() -> batch.step(actions(1, 0))).hasMessageContaining("had enough");

    Step lost = batch.step(actions(0, 1)).get(0);

    assertThat(lost.ending()).isEqualTo(Ending.LOST);
    assertThat(checksum(lost.observation())).isEqualTo(seen);
  }

  @Test
  void a_worker_that_dies_loses_its_own_environments_only() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Dies-v0");
    environments.addAll(made(another, "faulty:Quiet-v0"));
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));

    assertThat(batch.step(actions(0, 1, 0)))
        .extracting(Step::ending)
        .containsExactly(Ending.LOST, Ending.LOST, Ending.NONE);
    assertThatThrownBy(() -> batch.step(actions(0, 0, 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(batch.reset(List.of(0, 1))).hasSize(2);
    assertThat(batch.step(actions(0, 0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsExactly(1.0, 1.0, 2.0);
    assertThat(restarts).hasValue(1);
  }

  @Test
  void after_a_death_between_steps_an_environment_not_yet_made_anew_is_lost() throws Exception {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(Environment::reset);
    long pid = one.process().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    Workers.await("the end", Duration.ofSeconds(5), () -> !Workers.runs(pid));
    environments.get(0).reset(); // Finds out, and starts another process.

    assertThat(batch.step(actions(0, 0)))
        .extracting(Step::ending)
        .containsExactly(Ending.NONE, Ending.LOST);
  }

  @Test
  void a_worker_that_dies_when_many_are_reset_is_replaced() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    long pid = one.process().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    assertThat(batch.reset(List.of(0, 1))).hasSize(2);
    assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
    assertThat(restarts).hasValue(1);
  }

  @Test
  void a_step_that_does_not_end_counts_as_a_death() {
    try (Worker impatient = Workers.worker(Duration.ofSeconds(1), restarts)) {
      List<Environment> environments = made(impatient, "faulty:Hangs-v0", "faulty:Quiet-v0");
      EnvironmentBatch batch = new GymBatch(environments);
      environments.forEach(Environment::reset);

      assertThat(batch.step(actions(1, 0))).extracting(Step::ending).containsOnly(Ending.LOST);
    }
  }

  @Test
  void a_worker_that_hangs_takes_none_with_it_that_has_answered() {
    try (Worker impatient = Workers.worker(Duration.ofSeconds(1), restarts);
        Worker other = Workers.worker(Duration.ofSeconds(1), restarts)) {
      List<Environment> environments = made(impatient, "faulty:Hangs-v0");
      environments.addAll(made(other, "faulty:Quiet-v0"));
      EnvironmentBatch batch = new GymBatch(environments);
      environments.forEach(Environment::reset);

      assertThat(batch.step(actions(1, 0)))
          .extracting(Step::ending)
          .containsExactly(Ending.LOST, Ending.NONE);
      environments.get(0).reset();
      assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
      assertThat(restarts).hasValue(1);
    }
  }

  @Test
  void an_environment_that_cannot_be_closed_fails_nothing_and_keeps_no_memory() throws Exception {
    long pid = one.process().pid();
    for (int i = 0; i < 20; i++) {
      Environment environment = Workers.environment(one, "faulty:ClosesNever-v0");
      environment.reset(i);
      environment.close();
    }

    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      assertThat(open).hasSizeLessThan(20);
    }
  }

  @Test
  void an_action_outside_the_space_steps_nobody() {
    List<Environment> environments = made(one, "faulty:Quiet-v0", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(Environment::reset);

    assertThatThrownBy(() -> batch.step(actions(0, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("action: expected one of 0…1 but got 2");
    assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsOnly(1.0);
  }

  @Test
  void parts_of_varying_size_come_with_the_steps() {
    List<Environment> environments = made(one, "faulty:Nested-v0", "faulty:Nested-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(Environment::reset);

    batch.step(actions(0, 0));

    assertThat(environments)
        .extracting(environment -> ((GymEnvironment) environment).slot().wholeObservation())
        .allSatisfy(seen -> assertThat(seen).asInstanceOf(MAP).containsEntry("name", "né"));
    batch.reset(List.of(0, 1));
    assertThat(((GymEnvironment) environments.get(1)).slot().wholeObservation())
        .asInstanceOf(MAP)
        .containsEntry("name", "é");
  }

  @Test
  void the_next_episode_has_begun_before_it_is_asked_for() throws Exception {
    List<Environment> environments = made(one, "faulty:BadReset-v0(how=\"\")", "CartPole-v1");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    batch.stepBeforeReset(actions(0, 0));
    List<Step> steps = batch.stepBeforeReset(actions(0, 0));
    assertThat(steps).extracting(Step::ending).containsExactly(Ending.TERMINATED, Ending.NONE);
    assertThat(stepsDone(environments.get(0))).isEqualTo(2);
    long pid = one.process().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    Workers.await("the end", Duration.ofSeconds(5), () -> !Workers.runs(pid));

    batch.reset(List.of(0)); // Nobody is there who could be called.

    assertThat(stepsDone(environments.get(0))).isZero();
    assertThat(restarts).hasValue(0);
    assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.LOST);
  }

  @Test
  void a_seed_counts_also_where_the_next_episode_has_begun_without_it() {
    List<Environment> environments = made(one, "faulty:BadReset-v0(how=\"\")");
    EnvironmentBatch batch = new GymBatch(environments);
    Environment environment = environments.get(0);
    String seeded = checksum(environment.reset(5));
    batch.stepBeforeReset(actions(0));
    assertThat(batch.stepBeforeReset(actions(0)).get(0).terminated()).isTrue();

    assertThat(checksum(environment.reset(5))).isEqualTo(seeded);
    assertThat(batch.stepBeforeReset(actions(0)).get(0).ending()).isEqualTo(Ending.NONE);
    assertThat(stepsDone(environment)).isEqualTo(1);
  }

  @Test
  void a_reset_that_fails_fails_when_it_is_asked_for_and_in_its_environment_only() {
    List<List<String>> seen = new ArrayList<>();
    for (boolean ahead : List.of(false, true)) {
      List<Environment> environments =
          made(one, "faulty:BadReset-v0", "faulty:Quiet-v0", "faulty:BadReset-v0(how=\"\")");
      EnvironmentBatch batch = new GymBatch(environments);
      environments.forEach(environment -> environment.reset(3));
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        List<Step> steps =
            ahead ? batch.stepBeforeReset(actions(0, 0, 0)) : batch.step(actions(0, 0, 0));
        steps.forEach(step -> lines.add(line(step)));
      }

      assertThatThrownBy(() -> batch.reset(List.of(0, 2)))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("ValueError: this environment has no other beginning")
          .hasMessageContaining("faulty.py");
      assertThatThrownBy(() -> batch.step(actions(0, 0, 0)))
          .isInstanceOf(IllegalStateException.class);
      lines.add(checksum(environments.get(0).reset())); // Once more, and it begins.
      lines.add(checksum(environments.get(2).reset()));
      batch.step(actions(0, 0, 0)).forEach(step -> lines.add(line(step)));
      seen.add(lines);
    }

    assertThat(seen.get(1)).isEqualTo(seen.get(0));
    assertThat(restarts).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_worker_that_dies_in_a_reset_has_done_its_steps(boolean ahead) {
    List<Environment> environments =
        made(one, "faulty:BadReset-v0(how=\"dies\")", "faulty:Quiet-v0");
    EnvironmentBatch batch = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    batch.step(actions(0, 0));

    List<Step> steps = ahead ? batch.stepBeforeReset(actions(0, 0)) : batch.step(actions(0, 0));

    assertThat(steps).extracting(Step::ending).containsExactly(Ending.TERMINATED, Ending.NONE);
    assertThat(steps).extracting(Step::reward).containsOnly(1.0);
    assertThat(environments).extracting(GymBatchTest::stepsDone).containsOnly(2.0);
    batch.reset(List.of(0));
    assertThat(stepsDone(environments.get(0))).isZero();
    assertThat(batch.step(actions(0, 0)))
        .extracting(Step::ending)
        .containsExactly(Ending.NONE, Ending.LOST);
    assertThat(restarts).hasValue(1);
  }

  @Test
  void a_worker_that_dies_in_a_reset_has_done_the_steps_of_another_batch() {
    List<Environment> environments =
        made(one, "faulty:BadReset-v0(how=\"dies\")", "faulty:Quiet-v0", "faulty:Nested-v0");
    EnvironmentBatch alike = new GymBatch(environments.subList(0, 2));
    EnvironmentBatch all = new GymBatch(environments);
    environments.forEach(environment -> environment.reset(3));
    alike.step(actions(0, 0));

    List<Step> steps = all.stepBeforeReset(actions(0, 0, 0));

    assertThat(steps)
        .extracting(Step::ending)
        .containsExactly(Ending.TERMINATED, Ending.NONE, Ending.NONE);
    assertThat(environments.subList(0, 2)).extracting(GymBatchTest::stepsDone).containsOnly(2.0);
  }

  @Test
  void a_reset_that_does_not_end_is_given_up_after_its_own_limit() {
    System.setProperty(WorkerProcess.MAKE_LIMIT, "10"); // Its worker starts within it, too.
    try (Worker impatient = Workers.worker(Duration.ofSeconds(1), restarts)) {
      List<Environment> environments =
          made(impatient, "faulty:BadReset-v0(how=\"hangs\")", "faulty:BadReset-v0(how=\"\")");
      EnvironmentBatch batch = new GymBatch(environments);
      environments.forEach(Environment::reset);
      batch.stepBeforeReset(actions(0, 0));

      assertThat(batch.stepBeforeReset(actions(0, 0)))
          .extracting(Step::ending)
          .containsOnly(Ending.TERMINATED);
      assertThat(batch.reset(List.of(0, 1))).hasSize(2);
      assertThat(restarts).hasValue(1);
    } finally {
      System.clearProperty(WorkerProcess.MAKE_LIMIT);
    }
  }

  @Test
  void a_reset_along_with_a_step_may_take_longer_than_a_step() {
    try (Worker impatient = Workers.worker(Duration.ofSeconds(1), restarts)) {
      List<Environment> environments = made(impatient, "faulty:BadReset-v0(how=\"takes long\")");
      EnvironmentBatch batch = new GymBatch(environments);
      environments.forEach(Environment::reset);
      batch.stepBeforeReset(actions(0));

      assertThat(batch.stepBeforeReset(actions(0)).get(0).terminated()).isTrue();
      batch.reset(List.of(0));
      assertThat(batch.step(actions(0)).get(0).ending()).isEqualTo(Ending.NONE);
      assertThat(restarts).hasValue(0);
    }
  }

  /** As the worker has them for the environments of a batch, in this order. */
  private static Optional<Columns> columns(List<Environment> environments) {
    List<Slot> slots = environments.stream().map(e -> ((GymEnvironment) e).slot()).toList();
    IntStream numbers = environments.stream().mapToInt(e -> ((GymEnvironment) e).number());
    try {
      return Slot.columns(slots, Doorbell.numbers(numbers));
    } catch (WorkerDied e) {
      throw new AssertionError(e);
    }
  }

  private static EnvironmentName name(String id) {
    return EnvironmentName.parse(id);
  }

  private static List<Environment> made(Worker worker, String... names) {
    List<Environment> made = new ArrayList<>();
    Stream.of(names).forEach(name -> made.add(Workers.environment(worker, name)));
    return made;
  }

  private static List<Action> actions(int... indices) {
    return Arrays.stream(indices).mapToObj(Action::of).toList();
  }

  /** As the observation of faulty.py's environments counts them; a step more each time. */
  private static double stepsDone(Environment environment) {
    ByteBuffer seen = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    ((GymEnvironment) environment).slot().observation().copyTo(seen);
    return seen.getDouble(0);
  }

  private static List<String> playAlone(EnvironmentFactory factory, int e, int steps) {
    List<String> lines = new ArrayList<>();
    try (Environment environment = factory.create(Purpose.TRAINING)) {
      lines.add(checksum(environment.reset(e)));
      for (int i = 0; i < steps; i++) {
        Step step = environment.step(action(environment.actionSpace(), i, e));
        lines.add(line(step));
        if (step.last()) {
          lines.add(checksum(environment.reset()));
        }
      }
    }
    return lines;
  }

  private static List<List<String>> playTogether(
      EnvironmentFactory factory,
      int n,
      int steps,
      BiFunction<EnvironmentBatch, List<Action>, List<Step>> step) {
    List<Environment> environments =
        IntStream.range(0, n).mapToObj(e -> factory.create(Purpose.TRAINING)).toList();
    EnvironmentBatch batch = factory.batch(environments).orElseThrow();
    List<List<String>> lines = new ArrayList<>();
    for (int e = 0; e < n; e++) {
      lines.add(new ArrayList<>(List.of(checksum(environments.get(e).reset(e)))));
    }
    Space space = environments.get(0).actionSpace();
    for (int i = 0; i < steps; i++) {
      int now = i;
      List<Step> done =
          step.apply(batch, IntStream.range(0, n).mapToObj(e -> action(space, now, e)).toList());
      List<Integer> over = new ArrayList<>();
      for (int e = 0; e < n; e++) {
        lines.get(e).add(line(done.get(e)));
        if (done.get(e).last()) {
          over.add(e);
        }
      }
      List<Observation> first = batch.reset(over);
      for (int k = 0; k < over.size(); k++) {
        lines.get(over.get(k)).add(checksum(first.get(k)));
      }
    }
    return lines;
  }

  private static Action action(Space space, int i, int e) {
    int number = (i * i + i / 7 + e) % 11;
    if (space instanceof Space.Discrete discrete) {
      return Action.of(number % discrete.n());
    }
    float[] numbers = new float[space.size()];
    Arrays.fill(numbers, (float) (number / 11.0 - 0.5));
    return Action.of(numbers);
  }

  private static String line(Step step) {
    return checksum(step.observation())
        + " "
        + step.reward()
        + " "
        + step.ending()
        + " "
        + step.episode();
  }

  private static String checksum(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array());
    return String.valueOf(checksum.getValue());
  }
}
