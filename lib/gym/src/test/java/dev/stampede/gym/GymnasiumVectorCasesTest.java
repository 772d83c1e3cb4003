package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of Gymnasium's own tests of its vector environments, for a batch over the bridge.
 *
 * <p>A batch resets nothing by itself, as Gymnasium's mode DISABLED: a step shows the true last
 * observation, and a reset comes when it is asked for. The two modes that do reset are a matter of
 * when one asks, which is how they are compared here. lib/docs/gymnasium-cases.md lists which case
 * is where.
 */
class GymnasiumVectorCasesTest {
  private static final int SPACES = 38;

  private static final AtomicInteger restarts = new AtomicInteger();
  private static List<Worker> workers;
  private static PlainVector plainPython;

  private final List<GymEnvironment> made = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    plainPython = new PlainVector();
    var launch =
        Workers.launch(
            Workers.python(EnvironmentGroup.BOX2D.requirements()), Duration.ofSeconds(60));
    workers =
        IntStream.range(0, 2)
            .mapToObj(i -> new Worker(launch, Long.MAX_VALUE, c -> restarts.incrementAndGet()))
            .toList();
  }

  @AfterEach
  void close() {
    made.forEach(GymEnvironment::close);
  }

  @AfterAll
  static void stop() throws Exception {
    plainPython.close();
    workers.forEach(Worker::close);
    assertThat(restarts).hasValue(0);
  }

  static IntStream spaces() {
    return IntStream.range(0, SPACES);
  }

  // tests/vector/test_autoreset_mode.py, test_vector_env.py, test_sync_vector_env.py

  @ParameterizedTest
  @CsvSource({
    "CartPole-v1, 4, 150, true",
    "FrozenLake-v1, 8, 150, true",
    "Blackjack-v1, 3, 60, true",
    "Taxi-v4, 3, 450, false",
    "Pendulum-v1, 3, 210, false",
    "LunarLander-v3, 4, 250, true",
    "BipedalWalker-v3, 2, 120, true"
  })
  void every_mode_of_the_plain_vector_environment_shows_what_a_batch_shows(
      String id, int n, int steps, boolean apart) throws Exception {
    List<String> names = Collections.nCopies(n, id);
    for (String mode : List.of("NextStep", "SameStep", "Disabled")) {
      List<Map<?, ?>> plain = plain(mode, id, 42, steps, names);

      assertThat(play(mode, 42, steps, names)).as(mode).isEqualTo(plain);
      assertThat(playOn(mode, 42, steps, names)).as(mode).isEqualTo(plain);
      assertThat(plain)
          .as("some that go on while others are over")
          .anyMatch(line -> over(line).equals(apart ? Set.of(true, false) : Set.of(true)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NextStep", "SameStep", "Disabled"})
  void episodes_of_different_length_are_over_each_in_its_own_step(String mode) throws Exception {
    List<String> names =
        List.of(
            "gymnasium_cases:Counts-v0(last=2)",
            "gymnasium_cases:Counts-v0(last=3)",
            "gymnasium_cases:Counts-v0(last=3)");

    assertThat(play(mode, 0, 9, names))
        .isEqualTo(playOn(mode, 0, 9, names))
        .isEqualTo(plain(mode, "gymnasium_cases:Counts-v0", 0, 9, names));
  }

  @Test
  void a_batch_goes_on_from_resets_that_are_asked_for() {
    GymBatch batch = batch(List.of(counts(2), counts(3), counts(3)));
    batch.reset(List.of(0, 1, 2));
    assertThat(seen()).containsExactly(0L, 0L, 0L);

    assertStep(batch, List.of(1L, 1L, 1L), List.of());
    assertStep(batch, List.of(2L, 2L, 2L), List.of(0));
    batch.reset(List.of(0));
    assertThat(seen()).containsExactly(0L, 2L, 2L);
    assertStep(batch, List.of(1L, 3L, 3L), List.of(1, 2));
    batch.reset(List.of(1, 2));
    assertThat(seen()).containsExactly(1L, 0L, 0L);
    assertStep(batch, List.of(2L, 1L, 1L), List.of(0));
  }

  /** One step of three, and who is over after it. */
  private void assertStep(GymBatch batch, List<Object> seen, List<Integer> over) {
    List<Step> steps = batch.step(List.of(Action.of(1), Action.of(2), Action.of(3)));

    assertThat(steps).extracting(Step::reward).containsExactly(1.0, 2.0, 3.0);
    assertThat(IntStream.range(0, 3).filter(e -> steps.get(e).ending() == Ending.TERMINATED))
        .containsExactlyElementsOf(over);
    assertThat(seen()).isEqualTo(seen);
  }

  /** In a batch the actions are choices: a Java environment acts in a Discrete space or a Box. */
  @ParameterizedTest
  @MethodSource("spaces")
  void observations_of_every_space_come_from_a_batch(int number) throws Exception {
    List<String> names = spaced(number);
    for (String mode : List.of("SameStep", "Disabled")) {
      assertThat(play(mode, 5, 7, names))
          .isEqualTo(playOn(mode, 5, 7, names))
          .isEqualTo(plain(mode, "gymnasium_cases:Spaced-v0", 5, 7, names));
    }
  }

  /** The environment itself refuses what is not in its space. */
  @ParameterizedTest
  @MethodSource("spaces")
  void actions_of_every_space_reach_the_environment(int number) {
    try (RawEnvironment environment =
        raw("gymnasium_cases:Spaced-v0(number=" + number + ", last=100, acts=true)")) {
      assertThat(environment.actionSpace()).isEqualTo(environment.observationSpace());
      environment.reset(1);
      environment.seedActions(1);
      Set<Object> actions = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        Object action = environment.sampleAction();
        actions.add(action);
        environment.step(action);
      }
      assertThat(actions).hasSizeGreaterThan(1);
    }
  }

  /** What one environment shows is taken as an action by the other: both ways are the same. */
  @ParameterizedTest
  @MethodSource("spaces")
  void an_observation_of_every_space_goes_back_as_an_action(int number) {
    try (RawEnvironment environment =
        raw("gymnasium_cases:Spaced-v0(number=" + number + ", last=100, acts=true)")) {
      environment.reset(2);
      for (int i = 0; i < 5; i++) {
        environment.step(environment.observation());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void the_last_observation_and_the_next_first_each_come_in_their_own_call(boolean ahead) {
    GymBatch batch = batch(List.of(counts(1)));
    batch.reset(List.of(0));
    assertThat(info(0)).containsEntry("count", 0L);

    List<Action> three = List.of(Action.of(3));
    List<Step> steps = ahead ? batch.stepBeforeReset(three) : batch.step(three);
    assertThat(steps.get(0).terminated()).isTrue();
    assertThat(seen()).containsExactly(1L);
    assertThat(info(0)).containsEntry("count", 1L);

    batch.reset(List.of(0));
    assertThat(seen()).containsExactly(0L);
    assertThat(info(0)).containsEntry("count", 0L);
  }

  @Test
  void what_is_said_of_each_step_is_told_of_each_environment() {
    batch(
        List.of(
            "gymnasium_cases:Shows-v0(infos=[{\"a\": 1}, {\"c\": [1, 2]}])",
            "gymnasium_cases:Shows-v0(infos=[{\"a\": 2, \"b\": 3}, {\"c\": [3, 4]}])"));
    made.forEach(Environment::reset);
    assertThat(info(0)).isEqualTo(Map.of("a", 1L));
    assertThat(info(1)).isEqualTo(Map.of("a", 2L, "b", 3L));

    new GymBatch(List.copyOf(made)).step(actions(0, 0));
    assertThat(info(0)).isEqualTo(Map.of("c", List.of(1L, 2L)));
    assertThat(info(1)).isEqualTo(Map.of("c", List.of(3L, 4L)));
  }

  @Test
  void the_vector_environment_that_cart_pole_brings_shows_what_a_batch_shows() throws Exception {
    List<String> one = List.of("CartPole-v1");

    assertThat(play("NextStep", 7, 60, one)).isEqualTo(plain("own", "CartPole-v1", 7, 60, one));
  }

  @Test
  void a_limit_cuts_a_batch_at_its_step() {
    GymBatch batch = batch(Collections.nCopies(3, "Pendulum-v1(max_episode_steps=5)"));
    batch.reset(List.of(0, 1, 2));
    List<Action> still = Collections.nCopies(3, Action.of(0f));
    for (int t = 1; t <= 5; t++) {
      assertThat(batch.step(still))
          .extracting(Step::ending)
          .containsOnly(t == 5 ? Ending.TRUNCATED : Ending.NONE);
    }
  }

  @Test
  void environments_that_do_the_same_are_over_in_the_same_step() {
    for (int together = 1; together <= 3; together++) {
      GymBatch batch = batch(Collections.nCopies(3, "CartPole-v1"));
      List<GymEnvironment> three = made.subList(made.size() - 3, made.size());
      three.forEach(environment -> environment.reset(42));
      List<Action> actions = new ArrayList<>(Collections.nCopies(3, Action.of(1)));
      Collections.fill(actions.subList(0, together), Action.of(0));
      List<Step> steps;
      do {
        steps = batch.step(actions);
      } while (steps.stream().noneMatch(Step::last));

      List<Boolean> over = steps.stream().map(Step::last).toList();
      assertThat(over.subList(0, together)).containsOnly(over.get(0));
      assertThat(over.subList(together, 3)).doesNotContain(together == 3 ? null : over.get(0));
    }
  }

  // Seeds

  @Test
  void a_batch_is_seeded_as_each_of_its_environments_is() throws Exception {
    List<Object> first = new ArrayList<>();
    List<Object> second = new ArrayList<>();
    for (int e = 0; e < 4; e++) {
      try (RawEnvironment alone = raw("CartPole-v1")) {
        alone.reset(42 + e);
        first.add(alone.observation());
        alone.reset();
        second.add(alone.observation());
      }
    }
    GymBatch batch = batch(Collections.nCopies(4, "CartPole-v1"));
    IntStream.range(0, 4).forEach(e -> made.get(e).reset(42 + e));
    assertThat(seen()).isEqualTo(first).doesNotHaveDuplicates();
    batch.reset(List.of(0, 1, 2, 3));
    assertThat(seen()).isEqualTo(second).doesNotHaveDuplicates();

    List<String> names = Collections.nCopies(4, "CartPole-v1");
    assertThat(plain("Disabled", "CartPole-v1", 42, 0, names).get(0).get("reset")).isEqualTo(first);
  }

  @Test
  void without_any_seed_each_environment_has_a_generator_of_its_own() {
    GymBatch batch = batch(Collections.nCopies(4, "CartPole-v1"));

    batch.reset(List.of(0, 1, 2, 3));

    assertThat(seen()).doesNotHaveDuplicates();
  }

  @Test
  void a_reset_of_some_leaves_the_others_where_they_are() {
    GymBatch batch = batch(Collections.nCopies(3, "CartPole-v1"));
    IntStream.range(0, 3).forEach(e -> made.get(e).reset(e));
    List<Object> start = seen();
    for (int i = 0; i < 3; i++) {
      batch.step(actions(0, 1, 0));
    }
    List<Object> later = seen();

    made.get(0).reset(0);
    made.get(1).reset(1);
    assertThat(seen()).containsExactly(start.get(0), start.get(1), later.get(2));
    batch.reset(List.of(1, 2));
    assertThat(seen().get(0)).isEqualTo(start.get(0));
    assertThat(seen().get(2)).isNotEqualTo(later.get(2));
  }

  // What is refused

  @Test
  void a_reset_of_an_environment_that_is_not_there_is_refused() {
    GymBatch batch = batch(Collections.nCopies(3, "CartPole-v1"));
    batch.reset(List.of(0, 1, 2));

    for (List<Integer> wrong : List.of(List.of(3), List.of(0, 3), List.of(-1))) {
      assertThatThrownBy(() -> batch.reset(wrong)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(batch.step(actions(0, 0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);
  }

  @Test
  void a_batch_takes_one_action_for_each_environment() {
    GymBatch batch = batch(Collections.nCopies(4, counts(9)));
    batch.reset(List.of(0, 1, 2, 3));
    assertThat(batch.step(actions(1, 1, 1, 1))).hasSize(4);

    for (List<Action> wrong : List.of(actions(0), actions(0, 0, 0), actions(0, 0, 0, 0, 0))) {
      assertThatThrownBy(() -> batch.step(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "actions: expected one for each of the 4 environments but got " + wrong.size());
    }
    assertThat(batch.step(actions(1, 1, 1, 1))).hasSize(4);
    assertThat(seen()).as("nobody has stepped with the wrong ones").containsOnly(2L);
  }

  @Test
  void a_batch_waits_for_the_first_reset() {
    GymBatch batch = batch(Collections.nCopies(2, "CartPole-v1"));

    assertThatThrownBy(() -> batch.step(actions(0, 0))).isInstanceOf(IllegalStateException.class);
    batch.reset(List.of(0));
    assertThatThrownBy(() -> batch.step(actions(0, 0))).isInstanceOf(IllegalStateException.class);
    batch.reset(List.of(1));
    batch.step(actions(0, 0));
  }

  @Test
  void a_batch_waits_for_the_reset_of_whoever_is_over() {
    GymBatch batch = batch(List.of(counts(1), counts(9)));
    batch.reset(List.of(0, 1));
    batch.step(actions(0, 0));

    assertThatThrownBy(() -> batch.step(actions(0, 0))).isInstanceOf(IllegalStateException.class);
    assertThat(seen()).containsExactly(1L, 1L);
  }

  @Test
  void a_space_of_somebody_elses_is_refused() {
    assertThatThrownBy(() -> environment("gymnasium_cases:Strange-v0"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected one of Gymnasium's own spaces but got")
        .hasMessageContaining("OwnSpace");
  }

  // What fails

  @Test
  void an_error_in_one_reset_is_told_and_the_others_go_on() {
    GymBatch batch = batch(Collections.nCopies(2, "gymnasium_cases:Fails-v0"));

    assertThatThrownBy(() -> made.get(0).reset(1))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("ValueError: failed in reset")
        .hasMessageContaining("gymnasium_cases.py");
    made.get(0).reset(0);
    made.get(1).reset(0);
    assertThat(batch.step(actions(0, 0))).extracting(Step::reward).containsExactly(0.0, 0.0);
  }

  @Test
  void an_error_in_one_step_is_told_and_the_others_have_stepped() {
    GymBatch batch = batch(Collections.nCopies(3, "gymnasium_cases:Fails-v0(last=9)"));
    batch.reset(List.of(0, 1, 2));

    assertThatThrownBy(() -> batch.step(actions(0, 1, 2)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("ValueError: failed in step with 1");
    assertThat(seen()).containsExactly(1L, 0L, 0L);
    batch.step(actions(0, 0, 0));
    assertThat(seen()).containsExactly(2L, 1L, 1L);
  }

  @Test
  void a_step_that_takes_too_long_is_lost() {
    var patient =
        Workers.launch(
            Workers.python(EnvironmentGroup.BOX2D.requirements()), Duration.ofSeconds(1));
    var counted = new AtomicInteger();
    try (var one = new Worker(patient, Long.MAX_VALUE, cause -> counted.incrementAndGet())) {
      List<Environment> slow =
          List.of(
              Workers.environment(one, "gymnasium_cases:Slow-v0"),
              Workers.environment(one, "gymnasium_cases:Slow-v0"));
      var batch = new GymBatch(slow);
      batch.reset(List.of(0, 1));
      assertThat(batch.step(actions(0, 0))).extracting(Step::ending).containsOnly(Ending.NONE);

      assertThat(batch.step(actions(0, 1))).extracting(Step::ending).containsOnly(Ending.LOST);
      batch.reset(List.of(0, 1));
      assertThat(counted).hasValue(1);
    }
  }

  @Test
  void a_slow_reset_is_waited_for() {
    var limit =
        Workers.launch(
            Workers.python(EnvironmentGroup.BOX2D.requirements()), Duration.ofSeconds(1));
    var counted = new AtomicInteger();
    try (var one = new Worker(limit, Long.MAX_VALUE, cause -> counted.incrementAndGet());
        var slow = Workers.environment(one, "gymnasium_cases:Slow-v0(seconds=1.3)")) {
      slow.reset(1);

      assertThat(slow.step(Action.of(0)).last()).isFalse();
      assertThat(counted).as("limits of a step and of a reset are two").hasValue(0);
    }
  }

  @Test
  void a_closed_environment_does_nothing_more() {
    GymEnvironment closed = environment("CartPole-v1");
    closed.reset(1);
    closed.close();

    assertThatThrownBy(() -> closed.step(Action.of(0))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(closed::reset).isInstanceOf(RuntimeException.class);
    closed.close();
  }

  @Test
  void each_environment_of_a_batch_is_drawn() {
    List<Environment> drawn = new ArrayList<>();
    for (int e = 0; e < 3; e++) {
      var spec = new WorkerSpec(false, EnvironmentName.parse("CartPole-v1"));
      var environment = new RenderedGymEnvironment(workers.get(e % 2), spec.json(true));
      drawn.add(environment);
      made.add(environment);
    }
    new GymBatch(drawn).reset(List.of(0, 1, 2));

    assertThat(drawn)
        .allSatisfy(
            environment -> {
              var picture = ((RenderedGymEnvironment) environment).render();
              assertThat(picture.width()).isEqualTo(600);
              assertThat(picture.height()).isEqualTo(400);
            });
  }

  // tests/wrappers/vector

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CartPole-v1 | FlattenObservation",
        "CartPole-v1 | ClipReward(min_reward=-0.25, max_reward=0.75)",
        "MountainCarContinuous-v0 | ClipAction",
        "MountainCarContinuous-v0 | RescaleAction(min_action=1.0, max_action=2.0)",
        "gymnasium_cases:Spaced-v0(number=24, last=100) |"
            + " FilterObservation(filter_keys=[\"position\"])",
        "CarRacing-v3 | GrayscaleObservation",
        "CarRacing-v3 | ReshapeObservation(shape=[96, 48, 6])",
        "CartPole-v1 | RecordEpisodeStatistics"
      })
  void a_wrapper_does_in_a_batch_what_it_does_alone(String name) {
    int steps = name.startsWith("Car") && !name.startsWith("CartPole") ? 10 : 50;
    List<GymEnvironment> alone = List.of(environment(name), environment(name));
    batch(List.of(name, name));
    List<GymEnvironment> together = made.subList(2, 4);
    var batch = new GymBatch(List.copyOf(together));
    for (int e = 0; e < 2; e++) {
      alone.get(e).reset(123 + e);
      together.get(e).reset(123 + e);
    }
    for (int i = 0; i < steps; i++) {
      List<Action> actions = new ArrayList<>();
      for (int e = 0; e < 2; e++) {
        actions.add(action(alone.get(e).actionSpace(), i, e));
      }
      List<Step> done = batch.step(actions);
      for (int e = 0; e < 2; e++) {
        Step step = alone.get(e).step(actions.get(e));

        assertThat(done.get(e).reward()).isEqualTo(step.reward());
        assertThat(done.get(e).ending()).isEqualTo(step.ending());
        assertThat(together.get(e).slot().observationBytes())
            .isEqualTo(alone.get(e).slot().observationBytes());
        if (step.last()) {
          alone.get(e).reset();
          batch.reset(List.of(e));
        }
      }
    }
  }

  private static List<String> spaced(int number) {
    return List.of(
        "gymnasium_cases:Spaced-v0(number=" + number + ", last=3)",
        "gymnasium_cases:Spaced-v0(number=" + number + ", last=2)",
        "gymnasium_cases:Spaced-v0(number=" + number + ", last=4)");
  }

  private static String counts(int last) {
    return "gymnasium_cases:Counts-v0(last=" + last + ")";
  }

  private static RawEnvironment raw(String name) {
    return new GymRaw(workers.get(0), Workers.spec(name));
  }

  private GymEnvironment environment(String name) {
    GymEnvironment environment = Workers.environment(workers.get(made.size() % 2), name);
    made.add(environment);
    return environment;
  }

  /** Shared out among two workers. */
  private GymBatch batch(List<String> names) {
    List<Environment> environments = new ArrayList<>();
    names.forEach(name -> environments.add(environment(name)));
    return new GymBatch(environments);
  }

  private List<Object> seen() {
    return made.stream().map(environment -> environment.slot().wholeObservation()).toList();
  }

  private Map<String, Object> info(int e) {
    try {
      return made.get(e).slot().info();
    } catch (WorkerDied died) {
      throw new AssertionError(died);
    }
  }

  private static List<Action> actions(int... indices) {
    return IntStream.of(indices).mapToObj(Action::of).toList();
  }

  /** As plain_vector.py chooses it. */
  private static Action action(Space space, int i, int e) {
    int number = (i * i + i / 7 + e) % 11;
    if (space instanceof Space.Discrete discrete) {
      return Action.of(number % discrete.n());
    }
    float[] numbers = new float[space.size()];
    Arrays.fill(numbers, (float) (number / 11.0 - 0.5));
    return Action.of(numbers);
  }

  private static List<Map<?, ?>> plain(
      String mode, String id, int seed, int steps, List<String> names) throws Exception {
    List<Map<String, Object>> options =
        names.stream().map(name -> EnvironmentName.parse(name).options()).toList();
    return plainPython.answer(mode, id, seed, steps, options);
  }

  /** Whether an episode is over, of all environments in a line. */
  private static Set<Boolean> over(Map<?, ?> line) {
    Set<Boolean> over = new HashSet<>();
    if (line.containsKey("seen")) {
      List<?> terminated = GymnasiumCasesTest.list(line, "terminated");
      List<?> truncated = GymnasiumCasesTest.list(line, "truncated");
      for (int e = 0; e < terminated.size(); e++) {
        over.add(terminated.get(e).equals(true) || truncated.get(e).equals(true));
      }
    }
    return over;
  }

  /** Plays a batch of ours and says of it what plain_vector.py says of its own. */
  private List<Map<?, ?>> play(String mode, int seed, int steps, List<String> names) {
    return play(mode, seed, steps, names, GymBatch::step);
  }

  /** The same by steps that begin the episodes that follow. */
  private List<Map<?, ?>> playOn(String mode, int seed, int steps, List<String> names) {
    return play(mode, seed, steps, names, GymBatch::stepBeforeReset);
  }

  private List<Map<?, ?>> play(
      String mode,
      int seed,
      int steps,
      List<String> names,
      BiFunction<GymBatch, List<Action>, List<Step>> step) {
    made.forEach(GymEnvironment::close);
    made.clear();
    GymBatch whole = batch(names);
    List<Integer> everybody = IntStream.range(0, names.size()).boxed().toList();
    everybody.forEach(e -> made.get(e).reset(seed + e));
    List<Map<?, ?>> lines = new ArrayList<>(List.of(Map.of("reset", seen())));
    List<Integer> over = List.of();
    for (int i = 0; i < steps; i++) {
      List<Integer> stepping = new ArrayList<>(everybody);
      if (mode.equals("NextStep")) { // Whoever is over is reset now, and the others step.
        whole.reset(over);
        stepping.removeAll(over);
      }
      int now = i;
      GymBatch batch =
          stepping.size() == names.size()
              ? whole
              : new GymBatch(stepping.stream().<Environment>map(made::get).toList());
      List<Step> done =
          step.apply(
              batch,
              stepping.stream().map(e -> action(made.get(e).actionSpace(), now, e)).toList());
      List<Slot> slots = made.stream().map(GymEnvironment::slot).toList();
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("rewards", slots.stream().map(Slot::reward).toList());
      line.put("terminated", slots.stream().map(Slot::terminated).toList());
      line.put("truncated", slots.stream().map(Slot::truncated).toList());
      over =
          IntStream.range(0, done.size())
              .filter(k -> done.get(k).last())
              .mapToObj(stepping::get)
              .toList();
      Map<String, Object> end = new LinkedHashMap<>();
      if (mode.equals("SameStep")) {
        over.forEach(e -> end.put(e.toString(), slots.get(e).wholeObservation()));
        whole.reset(over);
      }
      line.put("end", end);
      line.put("seen", seen());
      lines.add(line);
      if (mode.equals("Disabled") && !over.isEmpty()) {
        whole.reset(over);
        lines.add(Map.of("reset", seen()));
      }
    }
    return lines;
  }
}
