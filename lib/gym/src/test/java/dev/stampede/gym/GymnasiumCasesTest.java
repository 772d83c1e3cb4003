package dev.stampede.gym;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Frame;
import dev.stampede.env.Observation;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.RawEnvironment.RawStep;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of Gymnasium's own tests of its environments and wrappers, over the bridge.
 * lib/docs/gymnasium-cases.md lists which is which, and which cannot be said over a bridge.
 */
class GymnasiumCasesTest {
  private static final List<String> CLASSIC_AND_TOY_TEXT =
      List.of(
          "CartPole-v0",
          "CartPole-v1",
          "MountainCar-v0",
          "MountainCarContinuous-v0",
          "Pendulum-v1",
          "Acrobot-v1",
          "Blackjack-v1",
          "FrozenLake-v1",
          "FrozenLake8x8-v1",
          "CliffWalking-v1",
          "CliffWalkingSlippery-v1",
          "Taxi-v4");
  private static final List<String> BOX2D =
      List.of(
          "LunarLander-v3",
          "LunarLanderContinuous-v3",
          "BipedalWalker-v3",
          "BipedalWalkerHardcore-v3",
          "CarRacing-v3");
  private static final List<String> MUJOCO =
      List.of(
          "Ant-v5",
          "HalfCheetah-v5",
          "Hopper-v5",
          "Humanoid-v5",
          "HumanoidStandup-v5",
          "InvertedDoublePendulum-v5",
          "InvertedPendulum-v5",
          "Pusher-v5",
          "Reacher-v5",
          "Swimmer-v5",
          "Walker2d-v5");

  /** Where a seed changes nothing that is seen: each episode starts at the same place. */
  private static final Set<String> ALWAYS_THE_SAME_START =
      Set.of("FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1");

  /** What Gymnasium's own test of its environments lets pass as well, and ids of old versions. */
  private static final String WARNINGS_THAT_ARE_KNOWN =
      ".*(Box observation space minimum value is -infinity"
          + "|Box observation space maximum value is infinity"
          + "|we recommend using a symmetric and normalized space"
          + "|is out of date).*";

  private static final AtomicInteger restarts = new AtomicInteger();
  private static Worker worker;
  private static Worker mujoco;

  @BeforeAll
  static void start() {
    worker = worker(EnvironmentGroup.BOX2D);
    mujoco = worker(EnvironmentGroup.MUJOCO);
  }

  private static Worker worker(EnvironmentGroup group) {
    Path python = Workers.python(group.requirements());
    return new Worker(
        Workers.launch(python, Duration.ofSeconds(60)),
        Long.MAX_VALUE,
        cause -> restarts.incrementAndGet());
  }

  @AfterAll
  static void stop() {
    worker.close();
    mujoco.close();
    assertThat(restarts).hasValue(0);
  }

  static Stream<String> all() {
    return Stream.of(CLASSIC_AND_TOY_TEXT, BOX2D, MUJOCO).flatMap(List::stream);
  }

  static Stream<String> mujoco() {
    return MUJOCO.stream();
  }

  static Stream<String> drawn() {
    return Stream.of(CLASSIC_AND_TOY_TEXT, BOX2D).flatMap(List::stream);
  }

  static Stream<String> discrete() {
    return drawn().filter(id -> !boxes().toList().contains(id));
  }

  static Stream<String> boxes() {
    return Stream.concat(
        Stream.of(
            "MountainCarContinuous-v0",
            "Pendulum-v1",
            "LunarLanderContinuous-v3",
            "BipedalWalker-v3",
            "BipedalWalkerHardcore-v3",
            "CarRacing-v3"),
        mujoco());
  }

  // tests/envs/test_envs.py, test_rendering.py

  @ParameterizedTest
  @MethodSource("all")
  void an_environment_keeps_the_rules(String id) {
    try (RawEnvironment environment = raw(id)) {
      assertThat(environment.check().stream().flatMap(String::lines).map(GymnasiumCasesTest::plain))
          .allMatch(line -> line.matches(WARNINGS_THAT_ARE_KNOWN));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void two_copies_with_one_seed_step_alike(String id) {
    try (RawEnvironment one = raw(id);
        RawEnvironment other = raw(id)) {
      one.reset(0);
      other.reset(0);
      assertThat(other.observationBytes()).isEqualTo(one.observationBytes());
      one.seedActions(0);
      for (int i = 0; i < 50; i++) {
        Object action = one.sampleAction();
        RawStep step = one.step(action);

        assertThat(other.step(action)).isEqualTo(step);
        assertThat(other.observationBytes()).isEqualTo(one.observationBytes());
        assertThat(other.info()).isEqualTo(one.info());
        assertContains(one.observationSpace(), one.observation());
        if (step.last()) {
          one.reset(0);
          other.reset(0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void sampled_actions_follow_the_seed(String id) {
    try (RawEnvironment one = raw(id);
        RawEnvironment other = raw(id)) {
      one.seedActions(123);
      other.seedActions(123);

      assertThat(Stream.generate(one::sampleAction).limit(100))
          .isEqualTo(Stream.generate(other::sampleAction).limit(100).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void the_passive_checker_finds_nothing(String id) {
    try (RawEnvironment environment = raw(id + " | PassiveEnvChecker")) {
      environment.reset();
      environment.step(environment.sampleAction());

      assertThat(environment.about().get("wrappers")).asString().startsWith("<PassiveEnvChecker");
    }
  }

  @ParameterizedTest
  @MethodSource("drawn")
  void pictures_come_after_a_reset_and_after_a_step(String id) {
    try (RawEnvironment environment = drawing(id)) {
      assertThat(environment.about().get("metadata"))
          .asInstanceOf(MAP)
          .extractingByKey("render_modes")
          .asString()
          .contains("rgb_array");
      environment.reset(1);
      Frame first = environment.render().orElseThrow();
      environment.step(environment.sampleAction());
      Frame second = environment.render().orElseThrow();

      assertThat(first.rgb()).hasSize(3 * first.width() * first.height());
      assertThat(second.rgb()).hasSameSizeAs(first.rgb());
      assertThat(IntStream.range(0, 1_000).map(i -> first.rgb()[i * (first.rgb().length / 1_000)]))
          .as("one colour only")
          .anyMatch(colour -> colour != first.rgb()[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FrozenLake-v1(desc=[\"SFFFFFFF\",\"FFFFFFFG\"])",
        "FrozenLake-v1(desc=[\"SF\",\"FF\",\"FF\",\"FF\",\"FF\",\"FG\"])"
      })
  void a_lake_that_is_no_square_is_drawn(String name) {
    try (RawEnvironment lake = drawing(name)) {
      lake.reset(0);

      assertThat(lake.render()).isPresent();
    }
  }

  // tests/test_core.py: seeds

  @ParameterizedTest
  @MethodSource("all")
  void a_seed_fixes_the_episodes_that_follow(String id) {
    try (RawEnvironment environment = raw(id)) {
      List<List<Byte>> starts = new ArrayList<>();
      for (Long seed : new Long[] {42L, null, null, 42L, null, null}) {
        environment.reset(seed, Map.of());
        starts.add(bytes(environment));
      }

      assertThat(starts.subList(3, 6)).isEqualTo(starts.subList(0, 3));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void other_seeds_and_later_episodes_start_elsewhere(String id) {
    try (RawEnvironment environment = raw(id)) {
      Set<List<Byte>> starts = new HashSet<>();
      for (long seed = 0; seed < 3; seed++) {
        environment.reset(seed);
        starts.add(bytes(environment));
        environment.reset();
        starts.add(bytes(environment));
      }

      int different = id.equals("Blackjack-v1") ? 3 : 6; // Of few hands, some are alike.
      assertThat(starts)
          .hasSizeGreaterThanOrEqualTo(ALWAYS_THE_SAME_START.contains(id) ? 1 : different);
    }
  }

  @Test
  void a_seed_reaches_the_environment_through_wrappers() {
    try (RawEnvironment bare = raw("CartPole-v1");
        RawEnvironment wrapped =
            raw("CartPole-v1 | FlattenObservation | ClipReward(max_reward=1)")) {
      bare.reset(42);
      wrapped.reset(42);
      assertThat(wrapped.observationBytes()).isEqualTo(bare.observationBytes());
      bare.reset();
      wrapped.reset();
      assertThat(wrapped.observationBytes()).isEqualTo(bare.observationBytes());
    }
  }

  // tests/envs/test_action_dim_check.py

  @ParameterizedTest
  @MethodSource("mujoco")
  void an_action_of_another_shape_is_refused(String id) {
    try (RawEnvironment environment = raw(id)) {
      environment.reset();
      int size = environment.actionSpace().size();
      List<Double> right = Collections.nCopies(size, 0.1);

      for (Object wrong :
          List.of(
              right.subList(1, size),
              Collections.nCopies(size + 1, 0.1),
              0.1,
              List.of(right),
              right.stream().map(List::of).toList())) {
        assertThatThrownBy(() -> environment.step(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected");
      }
      environment.step(right);
    }
  }

  @ParameterizedTest
  @MethodSource("discrete")
  void an_action_beyond_the_choices_is_refused(String id) {
    try (RawEnvironment environment = raw(id)) {
      environment.reset();
      var choices = (Space.Discrete) environment.actionSpace();

      for (long wrong : List.of(choices.start() + (long) choices.n(), choices.start() - 1L)) {
        assertThatThrownBy(() -> environment.step(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("expected one of");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("boxes")
  void an_action_beyond_a_box_does_what_its_bound_does(String id) {
    try (RawEnvironment bounded = raw(id);
        RawEnvironment beyond = raw(id)) {
      bounded.reset(42);
      beyond.reset(42);
      var box = (Space.Box) bounded.actionSpace();
      for (int i = 0; i < box.size(); i++) {
        for (int sign : List.of(1, -1)) {
          List<Double> bound = new ArrayList<>();
          for (int k = 0; k < box.size(); k++) {
            bound.add(sign > 0 ? box.high(k) : box.low(k));
          }
          bounded.step(bound);
          bound.set(i, bound.get(i) + sign * 100);
          beyond.step(bound);
          assertThat(beyond.observationBytes()).isEqualTo(bounded.observationBytes());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CarRacing-v3", "LunarLander-v3"})
  void numbers_are_no_action_where_there_are_choices(String id) {
    try (RawEnvironment continuous = raw(id + "(continuous=true)");
        RawEnvironment choices = raw(id + "(continuous=false)")) {
      choices.reset();

      assertThatThrownBy(() -> choices.step(continuous.sampleAction()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(choices.step(choices.sampleAction()).last()).isFalse();
    }
  }

  // tests/envs/test_env_implementation.py, toy_text/

  @Test
  void gymnasiums_pilot_lands_on_the_moon() throws Exception {
    try (RawEnvironment lander = raw("LunarLander-v3");
        PlainVector plainPython = new PlainVector()) {
      Map<?, ?> landed = plainPython.answer("lander", 1).get(0);
      lander.reset(1);
      double score = 0;
      for (Object action : list(landed, "actions")) {
        score += lander.step(action).reward();
      }

      assertThat(score).isEqualTo(landed.get("score")).isGreaterThan((Double) 100.0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 10, 20, 30, 40})
  void the_wind_follows_the_seed(long seed) {
    String windy = "LunarLander-v3(enable_wind=true)";
    try (RawEnvironment one = raw(windy);
        RawEnvironment other = raw(windy);
        RawEnvironment calm = raw("LunarLander-v3")) {
      List<List<Byte>> blown = fall(one, seed);

      assertThat(fall(other, seed)).isEqualTo(blown);
      assertThat(fall(other, seed + 1)).isNotEqualTo(blown);
      assertThat(fall(calm, seed)).isNotEqualTo(blown);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0"})
  void a_reset_takes_bounds_of_the_start(String id) {
    try (RawEnvironment environment = raw(id)) {
      environment.reset(null, Map.of("low", -0.4, "high", 0.4));
      if (!id.startsWith("Acrobot")) { // Which shows the cosines of its state.
        assertThat((List<?>) environment.observation())
            .allSatisfy(number -> assertThat((Double) number).isBetween(-0.4, 0.4));
      }
      environment.reset(null, Map.of("low", 0.3, "high", 0.31));
      if (id.startsWith("CartPole")) {
        assertThat((List<?>) environment.observation())
            .allSatisfy(number -> assertThat((Double) number).isBetween(0.2999, 0.3101));
      }
      environment.step(environment.sampleAction());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0"})
  void bounds_of_the_start_that_make_no_sense_are_an_error(String id) {
    try (RawEnvironment environment = raw(id)) {
      for (Map<String, Object> wrong :
          List.<Map<String, Object>>of(
              Map.of("low", "x", "high", "y"),
              Map.of("low", 10.0, "high", 8.0),
              Map.of("low", List.of(-1.0, -1.0), "high", List.of(1.0, 1.0)))) {
        assertThatThrownBy(() -> environment.reset(null, wrong))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("ValueError");
      }
      environment.reset();
      environment.step(environment.sampleAction());
    }
  }

  @Test
  void a_pendulum_starts_within_its_own_bounds() {
    try (RawEnvironment pendulum = raw("Pendulum-v1")) {
      pendulum.reset(1L, Map.of("x_init", 0.1, "y_init", 0.2));

      List<?> seen = (List<?>) pendulum.observation();
      assertThat((Double) seen.get(0)).as("cosine of the angle").isGreaterThan(Math.cos(0.1001));
      assertThat((Double) seen.get(2)).as("speed").isBetween(-0.2, 0.2);
      pendulum.step(pendulum.sampleAction());
    }
  }

  @Test
  void a_taxis_mask_tells_which_actions_change_its_state() {
    try (RawEnvironment taxi = raw("Taxi-v4")) {
      taxi.reset(1);
      taxi.seedActions(1);
      for (int i = 0; i < 1_000; i++) {
        Object before = taxi.observation();
        List<?> mask = list(taxi.info(), "action_mask");
        Object action = taxi.sampleAction();
        RawStep step = taxi.step(action);

        boolean possible = mask.get(((Long) action).intValue()).equals(1L);
        assertThat(taxi.observation().equals(before)).isEqualTo(!possible);
        if (step.last()) {
          taxi.reset();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_taxi_drives_through_no_wall_and_rain_says_its_odds(boolean rain) {
    Set<List<Long>> walls = // Between these columns of a row: (row, column to the left of it).
        Set.of(
            List.of(0L, 1L),
            List.of(1L, 1L),
            List.of(3L, 0L),
            List.of(4L, 0L),
            List.of(3L, 2L),
            List.of(4L, 2L));
    Set<Double> odds = new HashSet<>();
    try (RawEnvironment taxi = raw("Taxi-v4(is_rainy=" + rain + ")")) {
      taxi.reset(1);
      taxi.seedActions(1);
      for (int i = 0; i < 2_000; i++) {
        long from = (Long) taxi.observation() / 20;
        RawStep step = taxi.step(taxi.sampleAction());
        long to = (Long) taxi.observation() / 20;
        odds.add(Math.round(100 * number(taxi.info(), "prob")) / 100.0);

        if (from / 5 == to / 5 && from != to) {
          assertThat(Math.abs(from - to)).isEqualTo(1);
          assertThat(walls).doesNotContain(List.of(from / 5, Math.min(from, to) % 5));
        }
        if (step.last()) {
          taxi.reset();
        }
      }
    }
    assertThat(odds).isEqualTo(rain ? Set.of(1.0, 0.8, 0.1) : Set.of(1.0));
  }

  @ParameterizedTest
  @CsvSource({"CliffWalking-v1, 1", "CliffWalkingSlippery-v1, 0.333"})
  void a_step_on_the_cliff_says_its_odds(String id, double odds) {
    try (RawEnvironment cliff = raw(id)) {
      cliff.reset(1);
      for (int i = 0; i < 20; i++) {
        cliff.step(cliff.sampleAction());
        assertThat(number(cliff.info(), "prob")).isCloseTo(odds, within(1e-3));
      }
    }
  }

  @Test
  void colours_change_with_a_reset_unless_it_is_asked_not_to() {
    try (RawEnvironment racing = raw("CarRacing-v3(domain_randomize=true)")) {
      racing.reset(1);
      Object ground = mostOf(racing);
      racing.reset(null, Map.of("randomize", false));
      assertThat(mostOf(racing)).isEqualTo(ground);
      racing.reset();
      assertThat(mostOf(racing)).isNotEqualTo(ground);
    }
  }

  /** The colour that most pixels have, besides black: what is not drawn yet is black. */
  private static Object mostOf(RawEnvironment environment) {
    Map<Object, Long> pixels =
        ((List<?>) environment.observation())
            .stream()
                .flatMap(row -> ((List<?>) row).stream())
                .filter(pixel -> !pixel.equals(List.of(0L, 0L, 0L)))
                .collect(Collectors.groupingBy(pixel -> (Object) pixel, Collectors.counting()));
    return Collections.max(pixels.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  // tests/envs/registration

  @Test
  void an_environment_tells_its_id_its_limit_and_its_wrappers() {
    try (RawEnvironment cartPole = raw("CartPole-v1");
        RawEnvironment shorter = raw("CartPole-v1(max_episode_steps=100)");
        RawEnvironment unlimited = raw("CartPole-v1(max_episode_steps=-1)");
        RawEnvironment endless = raw("gymnasium_cases:Counts-v0");
        RawEnvironment unordered = raw("gymnasium_cases:Unordered-v0")) {
      assertThat(spec(cartPole)).containsEntry("id", "CartPole-v1");
      assertThat(spec(cartPole)).containsEntry("max_episode_steps", 500L);
      assertThat(spec(cartPole)).containsEntry("reward_threshold", 475.0);
      assertThat(spec(shorter)).containsEntry("max_episode_steps", 100L);
      assertThat(spec(endless)).containsEntry("max_episode_steps", null);
      assertThat(wrappers(cartPole)).contains("TimeLimit").contains("OrderEnforcing");
      assertThat(spec(unlimited)).containsEntry("max_episode_steps", null);
      assertThat(wrappers(unlimited)).doesNotContain("TimeLimit");
      assertThat(wrappers(endless)).doesNotContain("TimeLimit").contains("OrderEnforcing");
      assertThat(wrappers(unordered)).doesNotContain("OrderEnforcing");
      assertThat(wrappers(cartPole)).doesNotContain("Autoreset");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void every_environment_enforces_the_order(String id) {
    try (RawEnvironment environment = raw(id)) {
      assertThat(spec(environment)).containsEntry("order_enforce", true);
      assertThat(wrappers(environment)).contains("OrderEnforcing");
    }
  }

  @Test
  void options_go_to_the_environment_and_into_its_spec() {
    try (RawEnvironment arguments =
            raw("gymnasium_cases:Arguments-v0(second=\"other\", third=[1, 2])");
        RawEnvironment lake = raw("FrozenLake-v1(map_name=\"8x8\")")) {
      arguments.reset();

      assertThat(arguments.info())
          .containsEntry("made with", List.of("one", "other", List.of(1L, 2L)));
      assertThat(spec(arguments).get("kwargs"))
          .isEqualTo(Map.of("first", "one", "second", "other", "third", List.of(1L, 2L)));
      assertThat(spec(lake).get("kwargs")).asInstanceOf(MAP).containsEntry("map_name", "8x8");
      assertThat(lake.observationSpace()).isEqualTo(new Space.Discrete(64));
    }
    assertThatThrownBy(() -> raw("CarRacing-v3(rendering=\"human\")"))
        .hasMessageContaining("unexpected keyword argument 'rendering'");
  }

  @Test
  void wrappers_go_into_the_spec_and_another_with_the_same_name_steps_alike() {
    String name = "CartPole-v1 | TimeAwareObservation | NormalizeReward(gamma=0.8)";
    try (RawEnvironment one = raw(name);
        RawEnvironment other = raw(name)) {
      assertThat(spec(one).get("additional_wrappers")).asInstanceOf(LIST).hasSize(2);
      assertThat(spec(other)).isEqualTo(spec(one));
      one.reset(42);
      other.reset(42);
      assertThat(other.observation()).isEqualTo(one.observation());
      assertThat(other.step(1L)).isEqualTo(one.step(1L));
      assertThat(other.observation()).isEqualTo(one.observation());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "cartpole-v1; Did you mean: `CartPole`?",
        "blackjack-v1; Did you mean: `Blackjack`?",
        "Blackjock-v1; Did you mean: `Blackjack`?",
        "mountaincarcontinuous-v0; Did you mean: `MountainCarContinuous`?",
        "taxi-v30; Did you mean: `Taxi`?",
        "CartPole-v12; It provides versioned environments: [ `v0`, `v1` ].",
        "Blackjack-v10; It provides versioned environments: [ `v1` ].",
        "gymnasium_cases:Versions-v6; It provides versioned environments: [ `v1`, `v3` ].",
        "gymnasium_cases:Versions-v2; Environment version v2 for `Versions` is deprecated",
        "gymnasium_cases:Versionless-v0; It provides the default version",
        "Humanoid-v0; Environment version v0 for `Humanoid` is deprecated",
        "Unknown1-v1; Environment `Unknown1` doesn't exist"
      })
  void an_id_that_is_not_there_is_told_which_are(String id, String hint) {
    assertThatThrownBy(() -> raw(id))
        .isInstanceOf(IllegalArgumentException.class)
        .extracting(Throwable::getMessage, STRING)
        .contains(hint);
  }

  @Test
  void an_id_that_is_none_is_an_error() {
    assertThatThrownBy(() -> raw("“Breakout-v0”")).hasMessageContaining("Malformed environment ID");
  }

  @Test
  void without_a_version_it_is_the_latest() {
    try (RawEnvironment latest = raw("gymnasium_cases:Versions")) {
      assertThat(spec(latest)).containsEntry("id", "Versions-v3");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NoActions", "ActsInText", "NoObservations", "ObservesText"})
  void without_both_spaces_nothing_is_made(String name) {
    assertThatThrownBy(() -> raw("gymnasium_cases:" + name + "-v0"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("expected one of Gymnasium's own spaces but got");
    assertThatThrownBy(() -> raw("gymnasium_cases:" + name + "-v0 | PassiveEnvChecker"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining(name.contains("ct") ? "action space" : "observation space");
  }

  // tests/wrappers/test_time_limit.py

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Pendulum-v1(max_episode_steps=20)",
        "Pendulum-v1 | TimeLimit(max_episode_steps=20)",
        "Pendulum-v1(max_episode_steps=20) | TimeLimit(max_episode_steps=20)"
      })
  void a_limit_cuts_at_its_step_and_shows_the_state_reached(String name) {
    try (GymEnvironment cut = Workers.environment(worker, name);
        GymEnvironment whole = Workers.environment(worker, "Pendulum-v1")) {
      for (int episode = 0; episode < 2; episode++) {
        assertThat(seen(cut, cut.reset(3))).isEqualTo(seen(whole, whole.reset(3)));
        for (int t = 1; t <= 20; t++) {
          Action action = Action.of(t / 20f);
          Step step = cut.step(action);

          assertThat(seen(cut, step.observation()))
              .isEqualTo(seen(whole, whole.step(action).observation()));
          assertThat(step.ending()).isEqualTo(t == 20 ? Ending.TRUNCATED : Ending.NONE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " | TimeLimit(max_episode_steps=1)"})
  void the_last_step_before_the_limit_may_be_terminal_as_well(String again) {
    String name = "gymnasium_cases:Counts-v0(last=1, max_episode_steps=1)" + again;
    try (RawEnvironment raw = raw(name);
        GymEnvironment environment = Workers.environment(worker, name)) {
      raw.reset();
      environment.reset();

      assertThat(raw.step(2L)).isEqualTo(new RawStep(2, true, true));
      assertThat(environment.step(Action.of(2)).ending())
          .as("a terminal state has the value 0, whatever the clock says")
          .isEqualTo(Ending.TERMINATED);
    }
  }

  @Test
  void a_limit_is_in_the_spec_and_has_to_be_positive() {
    try (RawEnvironment limited = raw("CartPole-v1 | TimeLimit(max_episode_steps=10)")) {
      assertThat(spec(limited)).containsEntry("max_episode_steps", 10L);
      limited.reset();
      assertThat(limited.info()).isEmpty();
      assertContains(limited.observationSpace(), limited.observation());
    }
    for (String wrong : List.of("-1", "null")) {
      assertThatThrownBy(() -> raw("CartPole-v1 | TimeLimit(max_episode_steps=" + wrong + ")"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Expect the `max_episode_steps` to be");
    }
  }

  // tests/wrappers/test_order_enforcing.py

  @Test
  void nothing_is_done_before_the_first_reset() {
    try (RawEnvironment raw = drawing("CartPole-v1");
        GymEnvironment environment = Workers.environment(worker, "CartPole-v1")) {
      assertThatThrownBy(() -> raw.step(0L)).hasMessageContaining("ResetNeeded");
      assertThatThrownBy(raw::render).hasMessageContaining("ResetNeeded");
      assertThatThrownBy(() -> environment.step(Action.of(0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no episode is under way; reset comes first");

      raw.reset();
      environment.reset();
      raw.step(0L);
      assertThat(raw.render()).isPresent();
      environment.step(Action.of(0));
    }
  }

  // tests/wrappers/test_autoreset.py

  @Test
  void with_the_wrapper_the_step_after_the_last_is_a_reset() {
    try (RawEnvironment counts = raw("gymnasium_cases:Counts-v0(last=3) | Autoreset")) {
      counts.reset();
      List<Object> seen = new ArrayList<>(List.of(counts.observation()));
      List<RawStep> steps = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        steps.add(counts.step(1L));
        seen.add(counts.observation());
        assertThat(counts.info()).containsEntry("count", counts.observation());
      }

      assertThat(seen).isEqualTo(List.of(0L, 1L, 2L, 3L, 0L, 1L));
      assertThat(steps)
          .containsExactly(
              new RawStep(1, false, false),
              new RawStep(1, false, false),
              new RawStep(1, true, false),
              new RawStep(0, false, false),
              new RawStep(1, false, false));
    }
  }

  @Test
  void without_the_wrapper_a_step_after_the_last_is_refused() {
    try (GymEnvironment counts = Workers.environment(worker, "gymnasium_cases:Counts-v0(last=1)")) {
      counts.reset();
      counts.step(Action.of(0));

      assertThatThrownBy(() -> counts.step(Action.of(0))).isInstanceOf(IllegalStateException.class);
      counts.reset();
      counts.step(Action.of(0));
    }
  }

  // tests/wrappers/test_record_episode_statistics.py

  @ParameterizedTest
  @ValueSource(strings = {"CartPole-v1", "Pendulum-v1"})
  void an_episodes_length_and_return_are_those_that_were_played(String id) {
    try (RawEnvironment raw = raw(id + " | RecordEpisodeStatistics");
        var ours = EpisodeStatistics.around(Workers.environment(worker, id))) {
      for (int episode = 0; episode < 3; episode++) {
        raw.reset((long) episode, Map.of());
        ours.reset(episode);
        double sum = 0;
        int length = 0;
        RawStep step;
        Step same;
        do {
          boolean choices = raw.actionSpace() instanceof Space.Discrete;
          step = raw.step(choices ? (Object) 1L : List.of(0.5f));
          same = ours.step(choices ? Action.of(1) : Action.of(0.5f));
          sum += step.reward();
          length++;
          assertThat(same.last()).isEqualTo(step.last());
        } while (!step.last());

        Map<?, ?> told = requireNonNull((Map<?, ?>) raw.info().get("episode"));
        assertThat(told.get("l")).isEqualTo((long) length);
        assertThat(number(told, "r")).isCloseTo(sum, within(1e-6));
        assertThat(told.containsKey("t")).isTrue();
        assertThat(same.episode().orElseThrow().steps()).isEqualTo(length);
        assertThat(same.episode().orElseThrow().score()).isEqualTo(sum);
      }
    }
  }

  // tests/wrappers/test_passive_env_checker.py, tests/utils/test_env_checker.py

  @Test
  void what_the_passive_checker_finds_is_an_error() {
    try (RawEnvironment broken = raw("gymnasium_cases:BreaksTheRules-v0 | PassiveEnvChecker")) {
      broken.reset();

      assertThatThrownBy(() -> broken.step(0L))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Expects step result to be a tuple, actual type: <class 'str'>");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "BreaksTheRules; is not within the observation space",
        "NotReproducible; are not equivalent",
        "ForgetsTheSeed; does not call `super().reset(seed=seed)`",
        "TakesNoOptions; does not provide an `options`"
      })
  void the_checker_names_the_rule_that_is_broken(String name, String words) {
    try (RawEnvironment environment = raw("gymnasium_cases:" + name + "-v0")) {
      assertThat(environment.check().orElseThrow()).contains(words);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 21, 24, 25})
  void the_checker_finds_nothing_in_nested_spaces(int number) {
    try (RawEnvironment environment =
        raw("gymnasium_cases:Spaced-v0(number=" + number + ", last=100)")) {
      assertThat(environment.check()).isEmpty();
    }
  }

  // Other wrappers of tests/wrappers

  @Test
  void clipped_actions_are_those_at_the_bound() {
    try (RawEnvironment clipped = raw("MountainCarContinuous-v0 | ClipAction");
        RawEnvironment bare = raw("MountainCarContinuous-v0")) {
      clipped.reset(0);
      bare.reset(0);
      for (float action : new float[] {0.4f, 1.2f, -0.3f, 0, -2.5f}) {
        RawStep step = bare.step(List.of(Math.max(-1, Math.min(1, action))));

        assertThat(clipped.step(List.of(action))).isEqualTo(step);
        assertThat(clipped.observation()).isEqualTo(bare.observation());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"null, 0.5, 0.5", "0, null, 1", "0, 0.5, 0.5"})
  void rewards_are_clipped(String low, String high, double expected) {
    String name = "CartPole-v1 | ClipReward(min_reward=%s, max_reward=%s)".formatted(low, high);
    try (RawEnvironment clipped = raw(name)) {
      clipped.reset(0);

      assertThat(clipped.step(1L).reward()).isEqualTo(expected);
    }
  }

  @Test
  void actions_are_rescaled() {
    String name = "gymnasium_cases:Echoes-v0 | RescaleAction(min_action=-5.0, max_action=5.0)";
    try (RawEnvironment echoes = raw(name)) {
      assertThat(echoes.actionSpace()).isEqualTo(Space.Box.floats(new int[] {2}, -5, 5));
      echoes.reset();
      echoes.step(List.of(0.0, 2.5));
      assertThat(echoes.observation()).isEqualTo(List.of(0.5, 2.5));
      echoes.step(List.of(-5.0, 5.0));
      assertThat(echoes.observation()).isEqualTo(List.of(0.0, 3.0));
    }
  }

  @Test
  void actions_stick_as_often_as_asked_for() {
    String name =
        "gymnasium_cases:Echoes-v0(actions=\"choices\")"
            + " | StickyAction(repeat_action_probability=0.25)";
    try (RawEnvironment echoes = raw(name)) {
      echoes.reset(11);
      int stuck = 0;
      long did = 0;
      for (long i = 0; i < 1_000; i++) {
        echoes.step(i % 8);
        long seen = (Long) echoes.observation();
        assertThat(seen).isIn(i % 8, did);
        stuck += seen == i % 8 ? 0 : 1;
        did = seen;
      }
      assertThat(stuck).isBetween(200, 300);
    }
  }

  @Test
  void time_is_the_last_number_seen() {
    try (RawEnvironment aware = raw("CartPole-v1 | TimeAwareObservation")) {
      assertThat(aware.observationSpace().size()).isEqualTo(5);
      for (int episode = 0; episode < 2; episode++) {
        aware.reset();
        assertThat(((List<?>) aware.observation()).get(4)).isEqualTo(0.0);
        for (int t = 1; t < 4; t++) {
          aware.step(1L);
          assertThat(((List<?>) aware.observation()).get(4)).isEqualTo((double) t);
        }
      }
    }
  }

  @Test
  void time_stands_beside_what_is_seen_where_that_is_asked_for() {
    String cartPole = "CartPole-v1(max_episode_steps=100)";
    try (RawEnvironment counted = raw(cartPole + " | TimeAwareObservation(flatten=false)");
        RawEnvironment share =
            raw(cartPole + " | TimeAwareObservation(flatten=false, normalize_time=true)");
        RawEnvironment nested =
            raw(
                "gymnasium_cases:Spaced-v0(number=24, last=100, max_episode_steps=100)"
                    + " | TimeAwareObservation(flatten=false)")) {
      for (RawEnvironment aware : List.of(counted, share, nested)) {
        aware.reset(1);
        aware.step(1L);
      }
      assertThat(counted.observation()).asInstanceOf(MAP).containsEntry("time", List.of(1L));
      assertThat(counted.observation()).asInstanceOf(MAP).containsOnlyKeys("obs", "time");
      assertThat(share.observation())
          .asInstanceOf(MAP)
          .containsEntry("time", List.of((double) 0.01f));
      assertThat(nested.observation())
          .asInstanceOf(MAP)
          .containsOnlyKeys("position", "velocity", "time");
    }
  }

  @Test
  void frames_are_skipped() {
    try (RawEnvironment skipping = raw("CartPole-v1 | MaxAndSkipObservation(skip=4)")) {
      skipping.reset(1);

      assertThat(skipping.step(1L).reward()).isEqualTo(4);
      assertContains(skipping.observationSpace(), skipping.observation());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ClipReward(min_reward=null, max_reward=null); InvalidBound",
        "ClipReward(min_reward=1, max_reward=-1); InvalidBound",
        "StickyAction(repeat_action_probability=-1); InvalidProbability",
        "StickyAction(repeat_action_probability=1); InvalidProbability",
        "StickyAction(repeat_action_probability=1.5); InvalidProbability",
        "StickyAction(repeat_action_probability=0.5, repeat_action_duration=0); ValueError",
        "StickyAction(repeat_action_probability=0.5, repeat_action_duration=[4, 2]); InvalidBound",
        "MaxAndSkipObservation(skip=1.0); TypeError",
        "MaxAndSkipObservation(skip=0); ValueError"
      })
  void a_wrapper_says_what_is_wrong_with_its_options(String wrapper, String error) {
    assertThatThrownBy(() -> raw("CartPole-v1 | " + wrapper))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining(error);
  }

  // tests/envs/mujoco

  @ParameterizedTest
  @CsvSource({
    "Ant-v5, 2",
    "HalfCheetah-v5, 1",
    "HalfCheetah-v4, 1",
    "Hopper-v5, 1",
    "Hopper-v4, 1",
    "Humanoid-v5, 2",
    "HumanoidStandup-v5, 2",
    "Swimmer-v5, 2",
    "Swimmer-v4, 2",
    "Walker2d-v5, 1",
    "Walker2d-v4, 1"
  })
  void info_tells_the_place_that_is_seen(String id, int places) {
    try (RawEnvironment environment =
        raw(id + "(exclude_current_positions_from_observation=false)")) {
      environment.reset();
      environment.step(environment.sampleAction());

      List<?> seen = (List<?>) environment.observation();
      assertThat(environment.info().get("x_position")).isEqualTo(seen.get(0));
      if (places > 1) {
        assertThat(environment.info().get("y_position")).isEqualTo(seen.get(1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ant-v5",
        "Hopper-v5",
        "Humanoid-v5",
        "InvertedDoublePendulum-v5",
        "InvertedPendulum-v5",
        "Walker2d-v5"
      })
  void surviving_is_rewarded_until_it_ends(String id) {
    try (RawEnvironment environment = raw(id + "(reset_noise_scale=0)")) {
      environment.reset(0);
      environment.seedActions(1);
      RawStep step;
      int steps = 0;
      do {
        step = environment.step(environment.sampleAction());
        double survived = number(environment.info(), "reward_survive");
        assertThat(survived == 0).isEqualTo(step.terminated());
      } while (!step.terminated() && ++steps < 200);
      assertThat(step.terminated()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Ant-v5, reward_survive reward_forward reward_ctrl reward_contact",
    "HalfCheetah-v5, reward_forward reward_ctrl",
    "Hopper-v5, reward_forward reward_survive reward_ctrl",
    "Humanoid-v5, reward_forward reward_survive reward_ctrl reward_contact",
    "HumanoidStandup-v5, reward_linup reward_quadctrl reward_impact",
    "InvertedDoublePendulum-v5, reward_survive distance_penalty velocity_penalty",
    "InvertedPendulum-v5, reward_survive",
    "Pusher-v5, reward_dist reward_ctrl reward_near",
    "Reacher-v5, reward_dist reward_ctrl",
    "Swimmer-v5, reward_forward reward_ctrl",
    "Walker2d-v5, reward_forward reward_survive reward_ctrl"
  })
  void the_reward_is_the_sum_of_its_terms(String id, String terms) {
    try (RawEnvironment environment = raw(id)) {
      environment.reset();
      for (int i = 0; i < 100; i++) {
        RawStep step = environment.step(environment.sampleAction());
        Map<String, Object> info = environment.info();
        double sum = id.startsWith("HumanoidStandup") ? 1 : 0;
        for (String term : terms.split(" ", -1)) {
          sum += number(info, term);
        }

        assertThat(step.reward()).isCloseTo(sum, withinPercentage(1e-9));
        if (step.last()) {
          environment.reset();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HalfCheetah", "Swimmer"})
  void the_fifth_version_moves_as_the_fourth_did(String task) {
    try (RawEnvironment fourth = raw(task + "-v4");
        RawEnvironment fifth = raw(task + "-v5")) {
      fourth.reset(1);
      fifth.reset(1);
      fifth.seedActions(1);
      assertThat(fifth.observationBytes()).isEqualTo(fourth.observationBytes());
      for (int i = 0; i < 100; i++) {
        Object action = fifth.sampleAction();

        assertThat(fifth.step(action)).isEqualTo(fourth.step(action));
        assertThat(fifth.observationBytes()).isEqualTo(fourth.observationBytes());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ant-v5",
        "Ant-v4",
        "HalfCheetah-v5",
        "HalfCheetah-v4",
        "Hopper-v5",
        "Hopper-v4",
        "Humanoid-v5",
        "Humanoid-v4",
        "HumanoidStandup-v5",
        "InvertedDoublePendulum-v5",
        "InvertedPendulum-v5",
        "Swimmer-v5",
        "Swimmer-v4",
        "Walker2d-v5",
        "Walker2d-v4"
      })
  void without_noise_every_start_is_the_same(String id) {
    try (RawEnvironment environment = raw(id + "(reset_noise_scale=0)")) {
      environment.reset(1);
      List<Byte> start = bytes(environment);
      environment.step(environment.sampleAction());
      environment.reset(2);

      assertThat(bytes(environment)).isEqualTo(start);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ant-v5",
        "HalfCheetah-v5",
        "Hopper-v5",
        "Humanoid-v5",
        "HumanoidStandup-v5",
        "Swimmer-v5",
        "Walker2d-v5",
        "gymnasium_cases:Point-v0"
      })
  void a_reset_has_something_to_say(String id) {
    try (RawEnvironment environment = raw(id)) {
      environment.reset();

      assertThat(environment.info()).isNotEmpty();
    }
  }

  /** With what an episode has left behind: the same seed gives the same start. */
  @ParameterizedTest
  @MethodSource("mujoco")
  void a_reset_forgets_the_episode_before(String id) {
    try (RawEnvironment used = raw(id);
        RawEnvironment fresh = raw(id)) {
      used.reset(7);
      IntStream.range(0, 20).forEach(i -> used.step(used.sampleAction()));
      used.reset(1234);
      fresh.reset(1234);
      Object action = fresh.sampleAction();

      assertThat(used.observationBytes()).isEqualTo(fresh.observationBytes());
      assertThat(used.step(action)).isEqualTo(fresh.step(action));
      assertThat(used.observationBytes()).isEqualTo(fresh.observationBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void any_frame_skip_keeps_the_rules(int skip) {
    for (String id : List.of("Hopper-v5", "InvertedPendulum-v5", "gymnasium_cases:Point-v0")) {
      try (RawEnvironment environment = raw(id + "(frame_skip=" + skip + ")")) {
        assertThat(
                environment.check().stream().flatMap(String::lines).map(GymnasiumCasesTest::plain))
            .allMatch(line -> line.matches(WARNINGS_THAT_ARE_KNOWN));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mujoco")
  void a_simulators_metadata_comes_over(String id) {
    try (RawEnvironment environment = raw(id)) {
      assertThat(environment.about().get("metadata"))
          .asInstanceOf(MAP)
          .containsEntry(
              "render_modes", List.of("human", "rgb_array", "depth_array", "rgbd_tuple"));
    }
  }

  private static RawEnvironment raw(String name) {
    return new GymRaw(workerFor(name), Workers.spec(name));
  }

  private static RawEnvironment drawing(String name) {
    return new GymRaw(
        workerFor(name), new WorkerSpec(false, EnvironmentName.parse(name)).json(true));
  }

  private static Worker workerFor(String name) {
    String id = EnvironmentName.parse(name).id();
    return EnvironmentGroup.of(id) == EnvironmentGroup.MUJOCO || id.contains("Point")
        ? mujoco
        : worker;
  }

  private static List<List<Byte>> fall(RawEnvironment lander, long seed) {
    List<List<Byte>> seen = new ArrayList<>();
    lander.reset(seed);
    for (int t = 0; t < 20; t++) {
      lander.step(0L);
      seen.add(bytes(lander));
    }
    return seen;
  }

  private static List<Byte> bytes(RawEnvironment environment) {
    List<Byte> bytes = new ArrayList<>();
    for (byte each : environment.observationBytes()) {
      bytes.add(each);
    }
    return bytes;
  }

  private static Object seen(GymEnvironment environment, Observation observation) {
    assertThat(observation).isSameAs(environment.slot().observation());
    return environment.slot().wholeObservation();
  }

  @SuppressWarnings("unchecked") // An object of JSON is such a map.
  private static Map<String, Object> spec(RawEnvironment environment) {
    return (Map<String, Object>) requireNonNull(environment.about().get("spec"));
  }

  private static String wrappers(RawEnvironment environment) {
    return String.valueOf(environment.about().get("wrappers"));
  }

  private static double number(Map<?, ?> told, String name) {
    return ((Number) requireNonNull(told.get(name), name)).doubleValue();
  }

  static List<?> list(Map<?, ?> told, String name) {
    return (List<?>) requireNonNull(told.get(name), name);
  }

  /** Without the colours of a terminal. */
  private static String plain(String line) {
    return line.replaceAll("\u001b\\[\\d+m", "");
  }

  private static void assertContains(Space space, Object value) {
    if (space instanceof Space.Discrete discrete) {
      assertThat((Long) value)
          .isBetween((long) discrete.start(), discrete.start() + discrete.n() - 1L);
    } else if (space instanceof Space.Tuple tuple) {
      List<?> members = (List<?>) value;
      for (int i = 0; i < members.size(); i++) {
        assertContains(tuple.spaces().get(i), members.get(i));
      }
    } else {
      var box = (Space.Box) space;
      List<Double> numbers = new ArrayList<>();
      flatten(value, numbers);
      assertThat(numbers).hasSize(box.size());
      for (int i = 0; i < numbers.size(); i++) {
        if (!(numbers.get(i) >= box.low(i) && numbers.get(i) <= box.high(i))) {
          throw new AssertionError(
              numbers.get(i) + " is not in " + box.low(i) + "…" + box.high(i) + " at " + i);
        }
      }
    }
  }

  private static void flatten(Object value, List<Double> into) {
    if (value instanceof List<?> list) {
      list.forEach(each -> flatten(each, into));
    } else {
      into.add(((Number) value).doubleValue());
    }
  }
}
