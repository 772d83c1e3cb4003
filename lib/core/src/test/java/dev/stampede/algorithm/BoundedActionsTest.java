package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Space;
import org.junit.jupiter.api.Test;

class BoundedActionsTest {
  private static final BoundedActions ACTIONS =
      BoundedActions.of(Space.Box.floats(new int[] {2}, new float[] {-2, 0}, new float[] {2, 10}));

  @Test
  void an_action_is_the_tanh_of_the_outputs_within_the_bounds() {
    assertThat(ACTIONS.at(new float[] {0, 0}).numbers()).containsExactly(0, 5);
    assertThat(ACTIONS.at(new float[] {1, -1}).numbers())
        .containsExactly(
            new float[] {(float) (2 * Math.tanh(1)), (float) (5 - 5 * Math.tanh(1))},
            within(1e-6f));
    assertThat(ACTIONS.at(new float[] {50, -50}).numbers()).containsExactly(2, 0);
  }

  @Test
  void what_noise_puts_beyond_the_bounds_is_cut_off_at_them() {
    assertThat(ACTIONS.action(new float[] {1.5f, -7}).numbers()).containsExactly(2, 0);
  }

  @Test
  void an_action_of_the_environment_is_turned_back_into_what_the_critic_sees() {
    float[] unit = ACTIONS.unit(ACTIONS.action(new float[] {0.3f, -0.9f}));

    assertThat(unit).containsExactly(new float[] {0.3f, -0.9f}, within(1e-6f));
  }

  @Test
  void actions_without_bounds_and_choices_are_refused() {
    assertThatThrownBy(
            () ->
                BoundedActions.of(
                    Space.Box.floats(
                        new int[] {2},
                        new float[] {-1, -1},
                        new float[] {1, Float.POSITIVE_INFINITY})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("number 1 of Box(shape=[2], float32) goes from -1.0 to Infinity")
        .hasMessageContaining("actionSpace() with bounds");
    assertThatThrownBy(() -> BoundedActions.of(Space.Box.floats(new int[] {1}, 3, 3)))
        .hasMessageContaining("goes from 3.0 to 3.0");
    assertThatThrownBy(() -> BoundedActions.of(new Space.Discrete(2)))
        .hasMessageContaining("expected actions that are numbers but got Discrete(2)");
  }
}
