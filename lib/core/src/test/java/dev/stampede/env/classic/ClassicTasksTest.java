package dev.stampede.env.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.FrameStack;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.env.TimeLimit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassicTasksTest {
  private static final List<String> NAMES = List.copyOf(new ClassicTasks().names());

  static List<String> names() {
    return NAMES;
  }

  @ParameterizedTest
  @MethodSource("names")
  void keeps_the_contract_of_an_environment(String id) {
    Environment environment = open(id);
    Space.Box box = (Space.Box) environment.observationSpace();
    SplitMix random = new SplitMix(1);
    Action action = random(environment, random);
    assertThatThrownBy(() -> environment.step(action)).isInstanceOf(IllegalStateException.class);
    for (int episode = 0; episode < 20; episode++) {
      assertWithin(box, environment.reset());
      Step step;
      do {
        step = environment.step(random(environment, random));
        assertWithin(box, step.observation());
        assertThat(step.reward()).isFinite();
      } while (!step.last());
      assertThatThrownBy(() -> environment.step(action))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("reset()");
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void an_action_that_the_task_does_not_have_is_refused(String id) {
    Environment environment = open(id);
    environment.reset();
    if (environment.actionSpace() instanceof Space.Discrete discrete) {
      assertRefused(environment, Action.of(discrete.n()), "got " + discrete.n());
      assertRefused(environment, Action.of(-1), "got -1");
      assertRefused(environment, Action.of(0f), "Action.of(int)");
    } else {
      int n = environment.actionSpace().size();
      String expected = n + (n == 1 ? " number" : " numbers") + " but got " + (n + 1);
      assertRefused(environment, Action.of(new float[n + 1]), expected);
      float[] unknown = new float[n];
      unknown[n - 1] = Float.NaN;
      assertRefused(environment, Action.of(unknown), "NaN");
      assertRefused(environment, Action.of(0), "Action.of(float...)");
    }
    environment.step(random(environment, new SplitMix(1))); // The episode goes on.
  }

  @ParameterizedTest
  @MethodSource("names")
  void what_was_restored_goes_on_like_what_was_saved(String id) throws IOException {
    for (UnaryOperator<Environment> wrappers :
        List.<UnaryOperator<Environment>>of(
            inner -> inner,
            EpisodeStatistics::around,
            inner -> new FrameStack(new TimeLimit(EpisodeStatistics.around(inner), 11), 3))) {
      for (int stepsBefore : new int[] {0, 1, 2, 3, 5, 7, 10, 60, 199}) {
        Environment saved = wrappers.apply(open(id));
        play(saved, stepsBefore, new SplitMix(stepsBefore), saved.reset(5));
        var bytes = new ByteArrayOutputStream();
        ((Saveable) saved).save(new DataOutputStream(bytes));

        Environment restored = wrappers.apply(open(id));
        play(restored, 4, new SplitMix(9), restored.reset(6)); // To be forgotten.
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        ((Saveable) restored).restore(in);

        assertThat(in.available()).isZero();
        assertThat(continuation(restored)).isEqualTo(continuation(saved)).hasSizeGreaterThan(300);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void an_episode_that_was_over_is_over_when_restored(String id) throws IOException {
    Environment saved = open(id);
    saved.reset();
    while (!saved.step(random(saved, new SplitMix(1))).last()) {}
    var bytes = new ByteArrayOutputStream();
    ((Saveable) saved).save(new DataOutputStream(bytes));

    Environment restored = open(id);
    restored.reset();
    ((Saveable) restored)
        .restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertThatThrownBy(() -> restored.step(random(restored, new SplitMix(1))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_seed_gives_the_same_episodes() {
    assertThat(bytes(new CartPole().reset(3)))
        .isEqualTo(bytes(new CartPole().reset(3)))
        .isNotEqualTo(bytes(new CartPole().reset(4)));
  }

  /** By hand from the equations of motion: the first step of a pole at rest, pushed right. */
  @Test
  void cart_pole_moves_as_its_equations_say() {
    CartPole pole = new CartPole();
    pole.start(0, 0, 0, 0);
    // temp = 10/1.1; θ̈ = −temp / (0.5(4/3 − 0.1/1.1)); ẍ = temp − 0.05 θ̈ / 1.1; positions move by
    // the old speeds.
    double temp = 10 / 1.1;
    double theta = -temp / (0.5 * (4.0 / 3 - 0.1 / 1.1));
    double x = temp - 0.05 * theta / 1.1;
    float[] s = floats(pole.step(Action.of(1)).observation());
    assertThat((double) s[0]).isZero();
    assertThat((double) s[1]).isCloseTo(0.02 * x, offset(1e-6));
    assertThat((double) s[2]).isZero();
    assertThat((double) s[3]).isCloseTo(0.02 * theta, offset(1e-6));
  }

  @Test
  void catch_rewards_the_paddle_under_the_ball() {
    Catch task = new Catch();
    for (int seed = 0; seed < 20; seed++) {
      byte[] first = bytes(task.reset(seed));
      int ball = 0;
      while (first[ball] == 0) {
        ball++;
      }
      Step step;
      int paddle = 2;
      do {
        int move = Integer.signum(ball - paddle);
        paddle += move;
        step = task.step(Action.of(move + 1));
      } while (!step.last());
      assertThat(step.reward()).isEqualTo(1);
      assertThat(step.terminated()).isTrue();
    }
  }

  @Test
  void an_unknown_name_answers_with_the_nearest_ones() {
    assertThatThrownBy(() -> Environments.check("CartPol"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean \"CartPole\"");
    assertThatThrownBy(() -> Environments.check("CorridorMemry"))
        .hasMessageContaining("did you mean \"CorridorMemory\"");
  }

  @ParameterizedTest
  @CsvSource({
    "Corridor, 0.8, -0.446",
    "CorridorTruncated, 1.6, 0.167",
    "CorridorContinuous, 0.8, -1.135",
    "CorridorContinuousTruncated, 1.6, 0.107"
  })
  void corridor_scores_as_documented(String id, double optimum, double atRandom) {
    Environment corridor = EpisodeStatistics.around(open(id));
    boolean discrete = corridor.actionSpace() instanceof Space.Discrete;
    Action right = discrete ? Action.of(1) : Action.of(0.4f);
    SplitMix random = new SplitMix(1);

    assertThat(score(corridor, s -> right)).isCloseTo(optimum, offset(1e-9));
    Function<float[], Action> uniform =
        s -> discrete ? Action.of(random.nextInt(2)) : Action.of(2 * random.nextFloat() - 1);
    assertThat(mean(20_000, () -> score(corridor, uniform))).isCloseTo(atRandom, offset(0.05));
    assertThat(atRandom).isLessThan(0.5 * optimum);
  }

  /** By trying every policy of 6 cells and 2 choices. */
  @ParameterizedTest
  @CsvSource({"Corridor, 0.8", "CorridorTruncated, 1.6"})
  void no_policy_does_better_in_the_corridor(String id, double optimum) {
    Environment corridor = EpisodeStatistics.around(open(id));
    for (int policy = 0; policy < 1 << 6; policy++) {
      int choices = policy;
      double score = score(corridor, s -> Action.of(choices >> hot(s) & 1));
      boolean right = (policy & 0b11111) == 0b11111 && (policy >> 5 == 1 || optimum < 1);
      if (right) {
        assertThat(score).isCloseTo(optimum, offset(1e-9));
      } else {
        assertThat(score).isLessThan(0.95 * optimum);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 9})
  void corridor_memory_needs_the_cue(int cells) {
    Environment corridor = EpisodeStatistics.around(new CorridorMemory(cells));
    corridor.reset(1);
    SplitMix random = new SplitMix(1);
    float[] cue = new float[1];

    assertThat(
            mean(
                500,
                () ->
                    score(
                        corridor,
                        s -> {
                          cue[0] = hot(s) == 0 ? s[cells] : cue[0];
                          return Action.of(cue[0] > 0 ? 1 : 0);
                        })))
        .isEqualTo(1);
    for (int always : new int[] {0, 1}) {
      assertThat(mean(4_000, () -> score(corridor, s -> Action.of(always))))
          .isCloseTo(0, offset(0.06));
    }
    assertThat(mean(4_000, () -> score(corridor, s -> random(corridor, random))))
        .isCloseTo(0, offset(0.06));
  }

  @Test
  void corridor_memory_shows_the_cue_only_at_the_beginning() {
    CorridorMemory corridor = new CorridorMemory();

    assertThat(Math.abs(floats(corridor.reset(1))[4])).isEqualTo(1);
    assertThat(floats(corridor.step(Action.of(0)).observation())).containsExactly(0, 1, 0, 0, 0);
    assertThat(floats(corridor.step(Action.of(0)).observation())).containsExactly(0, 0, 1, 0, 0);
    assertThat(floats(corridor.step(Action.of(0)).observation())).containsExactly(0, 0, 0, 1, 0);
    Step turned = corridor.step(Action.of(0));
    assertThat(turned.terminated()).isTrue();
    assertThat(Math.abs(turned.reward())).isEqualTo(1);
    assertThatThrownBy(() -> new CorridorMemory(1)).hasMessageContaining("got 1");
  }

  /** The score of one episode of a policy that sees observations. */
  private static double score(Environment environment, Function<float[], Action> policy) {
    float[] s = floats(environment.reset());
    Step step;
    do {
      step = environment.step(policy.apply(s));
      s = floats(step.observation());
    } while (!step.last());
    return step.episode().orElseThrow().score();
  }

  private static double mean(int episodes, DoubleSupplier score) {
    return DoubleStream.generate(score).limit(episodes).average().orElseThrow();
  }

  private static int hot(float[] oneHot) {
    int i = 0;
    while (oneHot[i] != 1) {
      i++;
    }
    return i;
  }

  private static Environment open(String id) {
    return Environments.open(id, 1, line -> {}).create(Purpose.TRAINING);
  }

  private static Action random(Environment environment, SplitMix random) {
    if (environment.actionSpace() instanceof Space.Discrete discrete) {
      return Action.of(random.nextInt(discrete.n()));
    }
    float[] numbers = new float[environment.actionSpace().size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextFloat() * 6 - 3; // Beyond the bounds too.
    }
    return Action.of(numbers);
  }

  private static void assertRefused(Environment environment, Action action, String why) {
    assertThatThrownBy(() -> environment.step(action))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  private static void assertWithin(Space.Box box, Observation observation) {
    assertThat(observation.bytes()).isEqualTo(box.bytes());
    if (box.element() == Space.Element.FLOAT32) {
      float[] values = floats(observation);
      for (int i = 0; i < values.length; i++) {
        assertThat(values[i]).isBetween((float) box.low(i), (float) box.high(i));
      }
    }
  }

  /** What follows, as text, for 300 steps with actions that are always the same. */
  private static List<String> continuation(Environment environment) {
    return play(environment, 300, new SplitMix(3), Observation.of());
  }

  /**
   * Plays on, into new episodes where one ends.
   *
   * @param first what was seen before the first step
   */
  private static List<String> play(
      Environment environment, int steps, SplitMix random, Observation first) {
    List<String> seen = new ArrayList<>();
    seen.add(Arrays.toString(bytes(first)));
    for (int i = 0; i < steps; i++) {
      Step step = environment.step(random(environment, random));
      seen.add(
          "%s %s %s %s"
              .formatted(
                  Arrays.toString(bytes(step.observation())),
                  step.reward(),
                  step.ending(),
                  step.episode()));
      if (step.last()) {
        seen.add(Arrays.toString(bytes(environment.reset())));
      }
    }
    return seen;
  }

  private static byte[] bytes(Observation observation) {
    ByteBuffer buffer = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(buffer);
    return buffer.array();
  }

  private static float[] floats(Observation observation) {
    float[] values = new float[observation.bytes() / 4];
    ByteBuffer.wrap(bytes(observation)).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }
}
