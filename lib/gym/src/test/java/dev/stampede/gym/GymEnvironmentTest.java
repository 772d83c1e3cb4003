package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Flatten;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SpaceValues;
import dev.stampede.env.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GymEnvironmentTest {
  private static final AtomicInteger restarts = new AtomicInteger();
  private static Worker worker;

  @BeforeAll
  static void start() {
    worker = Workers.worker(restarts);
  }

  @AfterAll
  static void stop() {
    worker.close();
    assertThat(restarts).hasValue(0);
  }

  @Test
  void spaces_come_over_with_shape_and_bounds() {
    GymEnvironment pendulum = make("Pendulum-v1");

    assertThat(pendulum.actionSpace())
        .isEqualTo(Space.Box.floats(new int[] {1}, new float[] {-2}, new float[] {2}));
    assertThat(pendulum.observationSpace())
        .isEqualTo(
            Space.Box.floats(new int[] {3}, new float[] {-1, -1, -8}, new float[] {1, 1, 8}));
    assertThat(make("CartPole-v1").actionSpace()).isEqualTo(new Space.Discrete(2));
  }

  @Test
  void discrete_observations_come_one_hot() {
    Environment lake = Flatten.around(make("FrozenLake-v1"));

    float[] observation = floats(lake.reset(1));

    assertThat(lake.observationSpace().size()).isEqualTo(16);
    assertThat(observation[0]).isEqualTo(1);
    assertThat(observation).hasSize(16).containsOnlyOnce(1);
  }

  @Test
  void choices_are_counted_from_zero_here_and_from_start_there() {
    Environment echo = Flatten.around(make("faulty:StartsAtOne-v0"));
    echo.reset(1);

    assertThat(echo.actionSpace()).isEqualTo(new Space.Discrete(3, 1));
    assertThat(floats(echo.step(Action.of(2)).observation())).containsExactly(0, 0, 1);
  }

  @Test
  void not_a_number_passes_through() {
    GymEnvironment environment = make("faulty:NotANumber-v0");
    environment.reset(1);

    Step step = environment.step(Action.of(0));

    assertThat(step.reward()).isNaN();
    ByteBuffer seen = ByteBuffer.wrap(bytes(step.observation())).order(ByteOrder.nativeOrder());
    assertThat(SpaceValues.read(environment.observationSpace(), seen))
        .isEqualTo(List.of(Double.NaN, Double.POSITIVE_INFINITY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CartPole-v1", "Pendulum-v1", "ALE/Pong-v5", "Breakout", "Pong", "Seaquest"})
  void every_step_equals_plain_python(String id) throws Exception {
    boolean atari = AtariGames.NAMES.contains(id);
    int steps = atari ? 1_000 : 300;
    List<String> expected =
        Workers.output(
            Workers.python(),
            "-W",
            "ignore",
            Workers.TEST_MODULES.resolve("plain.py"),
            id,
            5,
            steps);
    GymEnvironment environment = Workers.environment(worker, id);

    assertThat(play(environment, 5, steps)).containsExactlyElementsOf(expected);
  }

  @Test
  void an_action_outside_the_space_is_refused() {
    GymEnvironment cartPole = make("CartPole-v1");
    GymEnvironment pendulum = make("Pendulum-v1");
    cartPole.reset(1);
    pendulum.reset(1);

    assertThatThrownBy(() -> cartPole.step(Action.of(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("action: expected one of 0…1 but got 2");
    assertThatThrownBy(() -> cartPole.step(Action.of(1f)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pendulum.step(Action.of(1f, 2f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("action: expected 1 numbers but got 2");
  }

  @Test
  void a_step_needs_an_episode_under_way() {
    GymEnvironment cartPole = make("CartPole-v1");

    assertThatThrownBy(() -> cartPole.step(Action.of(0))).isInstanceOf(IllegalStateException.class);

    cartPole.reset(1);
    while (!cartPole.step(Action.of(0)).last()) {}
    assertThatThrownBy(() -> cartPole.step(Action.of(0))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void large_and_negative_seeds_are_folded_and_distinct() {
    GymEnvironment cartPole = make("CartPole-v1");

    assertThat(Stream.of(1L, -1L, 1L << 40, Long.MIN_VALUE))
        .extracting(seed -> Arrays.toString(floats(cartPole.reset(seed))))
        .doesNotHaveDuplicates();
  }

  @Test
  void an_unknown_id_is_refused_in_the_words_of_gymnasium() {
    assertThatThrownBy(() -> make("CartPoll-v1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CartPoll");
    assertThatThrownBy(() -> make("nosuchmodule:Thing-v0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nosuchmodule");
  }

  @Test
  void members_lie_one_after_another_in_their_own_types() {
    GymEnvironment environment = make("faulty:Nested-v0");
    byte[] seen = bytes(environment.reset(1));

    assertThat(environment.observationSpace())
        .hasToString(
            "Dict(place: Tuple(Discrete(2), Box(shape=[2], uint8)),"
                + " speed: Box(shape=[], float64))");
    ByteBuffer expected = ByteBuffer.allocate(18).order(ByteOrder.nativeOrder());
    expected.putLong(1).put((byte) 7).put((byte) 8).putDouble(2.5);
    assertThat(seen).isEqualTo(expected.array());
    assertThat(floats(Flatten.around(environment).reset(1))).containsExactly(0, 1, 7, 8, 2.5f);
  }

  @Test
  void without_any_part_of_fixed_size_there_is_nothing_to_learn_from() {
    GymEnvironment environment = make("faulty:OnlyText-v0");

    assertThatThrownBy(environment::observationSpace)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a network needs observations of one size, but these are Text(");
  }

  @Test
  void an_exception_comes_with_its_traceback_and_the_worker_goes_on() {
    GymEnvironment environment = make("faulty:Raises-v0");
    environment.reset(1);

    assertThatThrownBy(() -> environment.step(Action.of(1)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith(
            "an environment failed in Python: ValueError: this environment has had enough")
        .hasMessageContaining("faulty.py")
        .hasMessageNotContaining("slots.py");
    assertThat(environment.step(Action.of(0)).reward()).isEqualTo(1);
    assertThatThrownBy(() -> make("faulty:Broken-v0")).hasMessageContaining("cannot be made");
  }

  @Test
  void sys_exit_in_an_environment_is_an_error_like_any_other() {
    GymEnvironment environment = make("faulty:Exits-v0");
    environment.reset(1);

    assertThatThrownBy(() -> environment.step(Action.of(1)))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("the environment called sys.exit(3)");
    assertThat(environment.step(Action.of(0)).reward()).isEqualTo(1);
  }

  @Test
  void what_an_environment_prints_does_not_get_in_the_way() {
    GymEnvironment environment = make("faulty:Prints-v0");
    environment.reset(1);

    assertThat(environment.step(Action.of(1)).reward()).isEqualTo(1);
    Workers.await(
        "the end of the output",
        Duration.ofSeconds(5),
        () -> worker.process().stderr().endsWith("yyyy"));
  }

  @Test
  void an_observation_of_another_shape_is_refused() {
    GymEnvironment environment = make("faulty:WrongShape-v0");
    environment.reset(1);

    assertThatThrownBy(() -> environment.step(Action.of(1)))
        .hasMessageContaining(
            "observation: expected shape (2,), as its space says, but got (3, 1)");
  }

  @Test
  void a_closed_environment_says_so() {
    GymEnvironment environment = Workers.environment(worker, "CartPole-v1");
    environment.reset(1);
    environment.close();

    assertThatThrownBy(environment::reset)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> environment.step(Action.of(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void no_name_of_shared_memory_is_left() throws Exception {
    make("CartPole-v1").reset(1);
    assertThatThrownBy(() -> make("faulty:Broken-v0")).isInstanceOf(EnvironmentException.class);

    // Another process that makes one at this moment has a name there for as long as that takes.
    Workers.await("no name", Duration.ofSeconds(5), GymEnvironmentTest::noSlotHasAName);
  }

  private static boolean noSlotHasAName() {
    try (Stream<Path> files = Files.list(Platform.sharedMemory())) {
      return files.noneMatch(file -> file.toString().endsWith(".slot"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GymEnvironment make(String id) {
    return Workers.environment(worker, id);
  }

  /** Plays as plain.py does, and says the same about it. */
  private static List<String> play(GymEnvironment environment, long seed, int steps) {
    var lines = new ArrayList<String>();
    lines.add(checksum(environment.reset(seed)));
    for (int i = 0; i < steps; i++) {
      int number = (i * i + i / 7) % 11;
      Action action;
      if (environment.actionSpace() instanceof Space.Discrete discrete) {
        action = Action.of(number % discrete.n());
      } else {
        float[] numbers = new float[environment.actionSpace().size()];
        Arrays.fill(numbers, (float) (number / 11.0 - 0.5));
        action = Action.of(numbers);
      }
      Step step = environment.step(action);
      lines.add(
          "%s %.6f %s %s"
              .formatted(
                  checksum(step.observation()),
                  step.reward(),
                  python(step.terminated()),
                  python(step.ending() == Step.Ending.TRUNCATED)));
      if (step.last()) {
        lines.add(checksum(environment.reset()));
      }
    }
    return lines;
  }

  private static String python(boolean value) {
    return value ? "True" : "False";
  }

  private static String checksum(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array());
    return String.valueOf(checksum.getValue());
  }

  static float[] floats(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(bytes);
    FloatBuffer floats = bytes.flip().asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  private static byte[] bytes(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    return bytes.array();
  }
}
