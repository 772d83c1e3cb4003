package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.Environments;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GymProviderTest {

  @Test
  void it_is_found_by_core_and_knows_its_names() {
    Environments.check("Breakout");
    Environments.check("CartPole-v1");
    Environments.check("ALE/Pong-v5");
    Environments.check("module:Id-v0");

    assertThat(Environments.names()).contains("MontezumaRevenge", "Hopper-v5");
    assertThatThrownBy(() -> Environments.check("Brakeout")).hasMessageContaining("\"Breakout\"");
  }

  @Test
  void the_names_are_those_of_ale_py() throws Exception {
    List<String> names =
        Workers.output(
            Workers.python(),
            "-c",
            """
            import gymnasium, ale_py
            gymnasium.register_envs(ale_py)
            for id in sorted(gymnasium.registry):
                if id.startswith("ALE/") and id.endswith("-v5"): print(id[4:-3])
            """);

    assertThat(AtariGames.NAMES).containsExactlyElementsOf(names);
  }

  @Test
  void an_unknown_id_is_refused_when_opened() {
    assertThatThrownBy(() -> open("CartPoll-v1", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CartPoll");
  }

  @Test
  void a_game_is_played_by_the_protocol() {
    try (EnvironmentFactory breakout = open("Breakout", 1);
        Environment game = breakout.create(Purpose.TRAINING)) {
      assertThat(game.observationSpace()).isEqualTo(Space.Box.bytes(4, 84, 84));
      assertThat(game.actionSpace()).isEqualTo(new Space.Discrete(4));
      assertThat(breakout.framesPerStep()).isEqualTo(4);
      assertThat(breakout.protocol())
          .containsEntry("action repeat", "4 frames")
          .containsEntry("python: ale-py", "0.12.1");

      var random = new SplittableRandom(1);
      game.reset(1);
      int lives = 1;
      int scores = 0;
      while (scores < 2) {
        Step step = game.step(Action.of(random.nextInt(4)));
        assertThat(step.reward()).isBetween(-1.0, 1.0);
        if (step.episode().isPresent()) {
          assertThat(step.terminated()).isTrue();
          assertThat(lives).as("lives played since the game began").isEqualTo(5);
          scores++;
          lives = 0;
        }
        if (step.last()) {
          game.reset();
          lives++;
        }
      }
    }
  }

  @Test
  void a_batch_has_a_worker_for_each_core_and_says_how_it_steps() {
    int cores = Runtime.getRuntime().availableProcessors();
    EnvironmentName cartPole = EnvironmentName.parse("CartPole-v1");
    try (EnvironmentFactory batch =
            new GymProvider().openForBatch(cartPole, 3 * cores, line -> {});
        EnvironmentFactory apart = new GymProvider().open(cartPole, 3 * cores, line -> {})) {
      assertThat(batch.protocol())
          .containsEntry("training workers", String.valueOf(cores))
          .containsEntry("stepping", "all environments of a worker in one call");
      assertThat(apart.protocol())
          .containsEntry("training workers", String.valueOf(2 * cores))
          .containsEntry("stepping", "a call for each step");
    }
  }

  @Test
  void as_many_wait_awake_as_there_are_cores_for() {
    int pairs = Runtime.getRuntime().availableProcessors() / 2; // A thread and its worker.
    for (String wrong : List.of("Breakout(sticky=7)", "NoSuchEnvironment-v0")) {
      assertThatThrownBy(() -> Environments.open(wrong, 1, progress -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Deque<EnvironmentFactory> open = new ArrayDeque<>();
    try {
      for (int i = 0; i < pairs; i++) {
        open.push(Environments.open("CartPole-v1", 1, progress -> {}));
        assertThat(waiting(open.peek())).startsWith("awake for up to 5000 µs");
      }
      open.push(Environments.open("CartPole-v1", 1, progress -> {}));
      assertThat(waiting(open.peek())).isEqualTo("asleep at once");

      open.pop().close();
      if (pairs > 0) {
        EnvironmentFactory first = open.pop();
        first.close();
        first.close(); // Gives its cores back only once.
        open.push(Environments.open("CartPole-v1", 1, progress -> {}));
        assertThat(waiting(open.peek())).startsWith("awake");
        open.push(Environments.open("CartPole-v1", 1, progress -> {}));
        assertThat(waiting(open.peek())).isEqualTo("asleep at once");
      }
    } finally {
      open.forEach(EnvironmentFactory::close);
    }
  }

  private static String waiting(EnvironmentFactory factory) {
    return factory.protocol().getOrDefault("waiting for each other", "not said");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "100001"})
  void how_long_to_look_for_an_answer_has_bounds(String micros) {
    System.setProperty("stampede.spin", micros);
    try {
      assertThatThrownBy(() -> Environments.open("CartPole-v1", 1, progress -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("stampede.spin: expected 0 to 100000 microseconds but got " + micros);
    } finally {
      System.clearProperty("stampede.spin");
    }
  }

  @Test
  void a_lost_life_does_not_restart_the_game() {
    try (EnvironmentFactory breakout = open("Breakout", 1);
        Environment game = breakout.create(Purpose.TRAINING)) {
      game.reset(1);
      Step step;
      do {
        step = game.step(Action.of(1)); // FIRE starts a ball; nobody moves, so it is lost.
      } while (!step.last());
      byte[] atTheLoss = bytes(step.observation());

      assertThat(step.terminated()).isTrue();
      assertThat(step.episode()).isEmpty();
      assertThatThrownBy(() -> game.step(Action.of(0))).isInstanceOf(IllegalStateException.class);
      assertThat(bytes(game.reset())).isEqualTo(atTheLoss);
      assertThat(bytes(game.reset(1))).isNotEqualTo(atTheLoss);
    }
  }

  @Test
  void an_evaluation_sees_whole_games() {
    try (EnvironmentFactory breakout = open("Breakout", 1);
        Environment game = breakout.create(Purpose.EVALUATION)) {
      game.reset(1);
      Step step;
      int steps = 0;
      do {
        step = game.step(Action.of(steps++ % 4));
      } while (!step.last());

      assertThat(step.episode().orElseThrow().steps()).isEqualTo(steps);
    }
  }

  @Test
  void sixteen_threads_share_workers_and_do_not_see_each_other() throws Exception {
    int threads = 16;
    var pool = Executors.newFixedThreadPool(threads);
    try (EnvironmentFactory factory = open("CartPole-v1", threads)) {
      List<CompletableFuture<List<String>>> together = new ArrayList<>();
      for (int seed = 0; seed < threads; seed++) {
        Environment environment = factory.create(Purpose.TRAINING);
        int own = seed % 4; // So that four threads must see the same, whatever the others do.
        together.add(CompletableFuture.supplyAsync(() -> play(environment, own), pool));
      }
      for (int seed = 0; seed < threads; seed++) {
        List<String> alone = together.get(seed % 4).get();
        assertThat(together.get(seed).get()).isEqualTo(alone);
      }
      assertThat(together.get(0).get()).isNotEqualTo(together.get(1).get());
      assertThat(factory.workerRestarts()).isZero();
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void continuous_control_installs_what_it_needs() {
    try (EnvironmentFactory factory = open("Hopper-v5", 1);
        Environment hopper = factory.create(Purpose.TRAINING)) {
      assertThat(hopper.actionSpace()).isEqualTo(Space.Box.floats(new int[] {3}, -1, 1));
      hopper.reset(1);
      Step step = hopper.step(Action.of(0.1f, -0.1f, 0.2f));

      assertThat(step.observation().bytes()).isEqualTo(11 * Float.BYTES);
      assertThat(step.reward()).isPositive();
      assertThat(factory.protocol()).containsEntry("python: mujoco", "4.0.0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ALE/Pong-v5; 4",
        "ale_py:ALE/Pong-v5; 4",
        "ALE/Pong-v5(frameskip=1); 1",
        "ALE/Pong-v5(frameskip=1) | AtariPreprocessing; 4",
        "ALE/Pong-v5(frameskip=1) | AtariPreprocessing(frame_skip=2); 2",
        "CartPole-v1 | MaxAndSkipObservation(skip=3); 3",
        "Pong(frame_skip=2); 2"
      })
  void frames_are_counted_with_all_that_repeats_an_action(String name, int frames) {
    try (EnvironmentFactory factory = open(name, 1)) {
      assertThat(factory.framesPerStep()).isEqualTo(frames);
    }
  }

  private static EnvironmentFactory open(String id, int environments) {
    return Environments.open(id, environments, System.out::println);
  }

  private static List<String> play(Environment environment, int seed) {
    var random = new SplittableRandom(seed);
    List<String> seen = new ArrayList<>();
    seen.add(Arrays.toString(bytes(environment.reset(seed))));
    for (int i = 0; i < 500; i++) {
      Step step = environment.step(Action.of(random.nextInt(2)));
      seen.add(Arrays.toString(bytes(step.observation())));
      if (step.last()) {
        environment.reset();
      }
    }
    return seen;
  }

  private static byte[] bytes(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    return bytes.array();
  }
}
