package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Step.Ending;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WrappersTest {
  /** Counts 1, 2, 3, … as observation and as reward, and ends with the tenth step. */
  private static final class Counting implements Environment {
    private final Ending ending;
    private int n;

    Counting(Ending ending) {
      this.ending = ending;
    }

    @Override
    public Space observationSpace() {
      return Space.Box.floats(1);
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      n = 0;
      return Observation.of(0);
    }

    @Override
    public Step step(Action action) {
      n++;
      return new Step(Observation.of(n), n, n == 10 ? ending : Ending.NONE, Optional.empty());
    }
  }

  private static final Action A = Action.of(0);

  @Test
  void statistics_report_the_true_score_inside_wrappers_that_change_it() {
    Environment learning =
        new ClipReward(EpisodeStatistics.around(new Counting(Ending.TERMINATED)));
    Environment environment = EpisodeStatistics.around(learning);
    assertThat(environment).isSameAs(learning);
    for (int episode = 0; episode < 2; episode++) {
      environment.reset();
      for (int i = 1; i < 10; i++) {
        Step step = environment.step(A);
        assertThat(step.reward()).isEqualTo(1);
        assertThat(step.episode()).isEmpty();
      }
      assertThat(environment.step(A).episode()).contains(new Episode(55, 10));
    }
  }

  @Test
  void a_lost_episode_reports_no_score() {
    Environment environment = EpisodeStatistics.around(new Counting(Ending.LOST));
    environment.reset();
    Step step = environment.step(A);
    for (int i = 1; i < 10; i++) {
      step = environment.step(A);
    }
    assertThat(step.last()).isTrue();
    assertThat(step.terminated()).isFalse();
    assertThat(step.episode()).isEmpty();
  }

  @Test
  void a_time_limit_truncates_but_does_not_hide_a_terminal_state() {
    Environment environment = new TimeLimit(new Counting(Ending.TERMINATED), 3);
    environment.reset();
    assertThat(environment.step(A).last()).isFalse();
    assertThat(environment.step(A).last()).isFalse();
    assertThat(environment.step(A).ending()).isEqualTo(Ending.TRUNCATED);

    Environment ten = new TimeLimit(new Counting(Ending.TERMINATED), 10);
    ten.reset();
    Step step = ten.step(A);
    for (int i = 1; i < 10; i++) {
      step = ten.step(A);
    }
    assertThat(step.ending()).isEqualTo(Ending.TERMINATED);
  }

  @Test
  void a_repeated_action_adds_up_its_rewards_and_stops_with_the_episode() {
    Environment environment = new ActionRepeat(new Counting(Ending.TERMINATED), 4);
    environment.reset();
    assertThat(environment.step(A).reward()).isEqualTo(1 + 2 + 3 + 4);
    assertThat(environment.step(A).reward()).isEqualTo(5 + 6 + 7 + 8);
    Step last = environment.step(A);
    assertThat(last.reward()).isEqualTo(9 + 10);
    assertThat(last.terminated()).isTrue();
  }

  @Test
  void a_stack_shows_the_last_observations_oldest_first() {
    Environment environment = new FrameStack(new Counting(Ending.TERMINATED), 3);
    assertThat(environment.observationSpace()).isEqualTo(Space.Box.floats(3, 1));
    assertThat(floats(environment.reset())).containsExactly(0, 0, 0);
    assertThat(floats(environment.step(A).observation())).containsExactly(0, 0, 1);
    environment.step(A);
    assertThat(floats(environment.step(A).observation())).containsExactly(1, 2, 3);
    assertThat(floats(environment.reset())).containsExactly(0, 0, 0);
  }

  @Test
  void a_stack_says_what_it_gives() {
    Space.Box halves =
        Space.Box.of(
            Space.Element.FLOAT64, new int[] {2}, new double[] {-1, -2}, new double[] {1, 2});
    Space.Box three = (Space.Box) new FrameStack(new Showing(halves), 3).observationSpace();

    assertThat(three.element()).isEqualTo(Space.Element.FLOAT64);
    assertThat(three.bytes()).isEqualTo(3 * halves.bytes());
    assertThat(three.shape()).containsExactly(3, 2);
    for (int i = 0; i < 6; i++) {
      assertThat(three.low(i)).isEqualTo(halves.low(i % 2));
      assertThat(three.high(i)).isEqualTo(halves.high(i % 2));
    }
    assertThat(new FrameStack(new Showing(Space.Box.bytes(84, 84)), 4).observationSpace())
        .isEqualTo(Space.Box.bytes(4, 84, 84));
  }

  /** Never stepped. */
  private static final class Showing extends Wrapper {
    private final Space space;

    Showing(Space space) {
      super(new Counting(Ending.NONE));
      this.space = space;
    }

    @Override
    public Space observationSpace() {
      return space;
    }
  }

  @Test
  void wrong_arguments_are_named_with_what_came() {
    assertThatThrownBy(() -> new TimeLimit(new Counting(Ending.NONE), 0))
        .hasMessageContaining("at least 1")
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> new Space.Discrete(0)).hasMessageContaining("n is 0");
    assertThatThrownBy(() -> Action.of(0.5f).index()).hasMessageContaining("Action.of(int)");
  }

  private static float[] floats(Observation observation) {
    ByteBuffer buffer = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(buffer);
    float[] values = new float[buffer.capacity() / 4];
    buffer.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  @Test
  void what_cannot_be_saved_is_named() {
    Wrapper environment = new ClipReward(new TimeLimit(new Counting(Ending.TERMINATED), 5));

    assertThatThrownBy(() -> environment.save(new DataOutputStream(new ByteArrayOutputStream())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Counting.class.getName());
    assertThatThrownBy(
            () -> environment.restore(new DataInputStream(InputStream.nullInputStream())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Counting.class.getName());
  }
}
