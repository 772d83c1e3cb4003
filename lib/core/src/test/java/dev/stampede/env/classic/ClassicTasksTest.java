package dev.stampede.env.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassicTasksTest {
  @ParameterizedTest
  @ValueSource(strings = {"CartPole", "Catch"})
  void keeps_the_contract_of_an_environment(String id) {
    Environment environment = Environments.open(id, 1, line -> {}).create(Purpose.TRAINING);
    Space.Box box = (Space.Box) environment.observationSpace();
    int n = ((Space.Discrete) environment.actionSpace()).n();
    SplittableRandom random = new SplittableRandom(1);
    for (int episode = 0; episode < 50; episode++) {
      assertThat(environment.reset().bytes()).isEqualTo(box.bytes());
      Step step;
      do {
        step = environment.step(Action.of(random.nextInt(n)));
        assertThat(step.observation().bytes()).isEqualTo(box.bytes());
        assertThat(step.reward()).isFinite();
      } while (!step.last());
      assertThatThrownBy(() -> environment.step(Action.of(0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("reset()");
    }
    environment.reset();
    assertThatThrownBy(() -> environment.step(Action.of(n)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got " + n);
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
