package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Core's tasks in plain Java against Gymnasium itself. */
class ClassicTasksTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-6;

  /** What classic.py prints of one episode. */
  record Played(
      List<Double> start,
      List<Double> actions,
      List<List<Double>> observations,
      List<Double> rewards,
      List<Boolean> terminated,
      List<Boolean> truncated) {}

  @ParameterizedTest
  @CsvSource({
    "Acrobot, Acrobot-v1",
    "CartPole, CartPole-v1",
    "MountainCar, MountainCar-v0",
    "MountainCarContinuous, MountainCarContinuous-v0",
    "Pendulum, Pendulum-v1"
  })
  void whole_episodes_equal_those_of_gymnasium(String task, String id) throws Exception {
    List<Played> episodes = episodes(id);
    try (Environment environment = open(task)) {
      for (Played played : episodes) {
        start(environment, played);
        boolean discrete = environment.actionSpace() instanceof Space.Discrete;
        int last = played.actions().size() - 1;
        for (int t = 0; t <= last; t++) {
          double a = played.actions().get(t);
          Step step = environment.step(discrete ? Action.of((int) a) : Action.of((float) a));

          String where = "%s, started in %s, step %d".formatted(task, played.start(), t);
          assertSame(where, step, played, t);
          assertThat(step.last()).as(where).isEqualTo(t == last);
        }
      }
    }
  }

  /** So that the comparison above has met every kind of end. */
  @ParameterizedTest
  @CsvSource({
    "Acrobot-v1, true, true",
    "CartPole-v1, true, true",
    "MountainCar-v0, true, true",
    "MountainCarContinuous-v0, true, true",
    "Pendulum-v1, false, true"
  })
  void the_episodes_compared_end_in_each_way(String id, boolean terminated, boolean truncated)
      throws Exception {
    List<Played> episodes = episodes(id);

    assertThat(episodes.stream().anyMatch(played -> played.terminated().contains(true)))
        .isEqualTo(terminated);
    assertThat(episodes.stream().anyMatch(played -> played.truncated().contains(true)))
        .isEqualTo(truncated);
  }

  @ParameterizedTest
  @CsvSource({
    "Acrobot, Acrobot-v1",
    "CartPole, CartPole-v1",
    "MountainCar, MountainCar-v0",
    "MountainCarContinuous, MountainCarContinuous-v0",
    "Pendulum, Pendulum-v1"
  })
  void spaces_equal_those_of_gymnasium(String task, String id) {
    try (Worker worker = Workers.worker(new AtomicInteger());
        Environment gymnasium = Workers.environment(worker, id);
        Environment environment = open(task)) {
      assertThat(environment.actionSpace()).isEqualTo(gymnasium.actionSpace());
      assertThat(environment.observationSpace()).isEqualTo(gymnasium.observationSpace());
    }
  }

  @ParameterizedTest
  @CsvSource("CartPoleHiddenVelocity, CartPole-v1")
  void hidden_velocity_shows_numbers_0_and_2_of_cart_pole(String task, String id) throws Exception {
    List<Played> episodes = episodes(id);
    try (Environment environment = open(task)) {
      for (Played played : episodes) {
        start(environment, played);
        for (int t = 0; t < played.actions().size(); t++) {
          Step step = environment.step(Action.of(played.actions().get(t).intValue()));
          float[] seen = GymEnvironmentTest.floats(step.observation());
          List<Double> whole = played.observations().get(t);

          assertThat(seen).hasSize(2);
          assertThat((double) seen[0]).isCloseTo(whole.get(0), offset(TOLERANCE));
          assertThat((double) seen[1]).isCloseTo(whole.get(2), offset(TOLERANCE));
          assertThat(step.terminated()).isEqualTo(played.terminated().get(t));
        }
      }
    }
  }

  private static void assertSame(String where, Step step, Played played, int t) {
    float[] seen = GymEnvironmentTest.floats(step.observation());
    List<Double> expected = played.observations().get(t);
    assertThat(seen).as(where).hasSize(expected.size());
    for (int i = 0; i < seen.length; i++) {
      // Speeds reach 28, where a float32 is only known to 2e-6.
      double tolerance = TOLERANCE * Math.max(1, Math.abs(expected.get(i)));
      assertThat((double) seen[i]).as(where).isCloseTo(expected.get(i), offset(tolerance));
    }
    assertThat(step.reward()).as(where).isCloseTo(played.rewards().get(t), offset(TOLERANCE));
    // Terminated and truncated at once counts as terminated here.
    boolean terminated = played.terminated().get(t);
    assertThat(step.terminated()).as(where).isEqualTo(terminated);
    assertThat(step.ending() == Step.Ending.TRUNCATED)
        .as(where)
        .isEqualTo(played.truncated().get(t) && !terminated);
  }

  private static List<Played> episodes(String id) throws IOException, InterruptedException {
    List<String> lines =
        Workers.output(
            Workers.python(),
            "-W",
            "ignore",
            Workers.TEST_MODULES.resolve("classic.py"),
            id,
            "5"); // Seeds, each with two episodes, besides constructed starts.
    List<Played> episodes = new ArrayList<>();
    for (String line : lines) {
      episodes.add(JSON.readValue(line, Played.class));
    }
    assertThat(episodes).hasSizeGreaterThan(10);
    return episodes;
  }

  /** Puts the task into the state that Gymnasium's episode started in. */
  private static void start(Environment environment, Played played) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeLong(0); // The state of the generator,
    out.writeInt(0); // the steps so far,
    out.writeBoolean(true); // an episode under way.
    for (double number : played.start()) {
      out.writeDouble(number);
    }
    var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    ((Saveable) environment).restore(in);
    assertThat(in.available()).as("numbers that the task's state does not have").isZero();
  }

  private static Environment open(String task) {
    return Environments.open(task, 1, line -> {}).create(Purpose.TRAINING);
  }
}
