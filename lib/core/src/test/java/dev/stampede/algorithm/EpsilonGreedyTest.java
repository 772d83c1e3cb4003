package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpsilonGreedyTest {
  /** The paper's: section 5.1 of Mnih et al. (2016). */
  private static final List<Double> FINALS = List.of(0.1, 0.01, 0.5);

  private static final List<Double> PROBABILITIES = List.of(0.4, 0.3, 0.3);
  private static final int DRAWS = 100_000;
  private static final long STEPS = 4_000_000;

  @Test
  void a_schedule_of_ones_own_is_told_t_and_the_thread() {
    EpsilonGreedy exploration =
        new EpsilonGreedy(
            FINALS, PROBABILITIES, STEPS, true, Optional.of((T, thread) -> T / 100.0 + thread));

    assertThat(exploration.start(new SplittableRandom(1), 0).epsilon(50)).isEqualTo(0.5);
    assertThat(exploration.start(new SplittableRandom(1), 1).epsilon(0)).isEqualTo(1);
    assertThatThrownBy(() -> exploration.start(new SplittableRandom(1), 3).epsilon(7))
        .hasMessageContaining("expected an ε in [0, 1] but the schedule gave 3.07 for thread 3")
        .hasMessageContaining("at step 7");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.1, 0.5, 1})
  void falls_in_a_line_from_1_to_the_final_epsilon_and_stays(double last) {
    EpsilonGreedy.OfThread epsilon =
        new EpsilonGreedy(List.of(last), List.of(1.0), STEPS, false)
            .start(new SplittableRandom(1), 0);

    assertThat(epsilon.epsilon(0)).isEqualTo(1);
    assertThat(epsilon.epsilon(STEPS / 4)).isCloseTo(1 - (1 - last) / 4, within(1e-12));
    assertThat(epsilon.epsilon(STEPS / 2)).isCloseTo((1 + last) / 2, within(1e-12));
    assertThat(epsilon.epsilon(STEPS - 1)).isCloseTo(last, within(1e-6));
    assertThat(epsilon.epsilon(STEPS)).isEqualTo(last);
    assertThat(epsilon.epsilon(1_000 * STEPS)).isEqualTo(last);
  }

  @Test
  void without_annealing_it_is_the_final_epsilon_from_the_start() {
    EpsilonGreedy.OfThread epsilon =
        new EpsilonGreedy(List.of(0.25), List.of(1.0), 0, false).start(new SplittableRandom(1), 0);

    assertThat(epsilon.epsilon(0)).isEqualTo(0.25);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void threads_draw_their_final_epsilon_with_the_given_probabilities(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EpsilonGreedy exploration = new EpsilonGreedy(FINALS, PROBABILITIES, STEPS, false);
    int[] counts = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      counts[FINALS.indexOf(exploration.start(random, 0).epsilon(STEPS))]++;
    }
    assertDistributed(counts, 0.4, 0.3, 0.3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void a_thread_draws_anew_for_each_episode_if_told_to(long seed) {
    EpsilonGreedy.OfThread epsilon =
        new EpsilonGreedy(FINALS, PROBABILITIES, STEPS, true).start(new SplittableRandom(seed), 0);
    int[] counts = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      counts[FINALS.indexOf(epsilon.epsilon(STEPS))]++;
      epsilon.episodeEnded();
    }
    assertDistributed(counts, 0.4, 0.3, 0.3);
  }

  @Test
  void and_otherwise_keeps_its_own() {
    for (int seed = 0; seed < 100; seed++) {
      EpsilonGreedy.OfThread epsilon =
          new EpsilonGreedy(FINALS, PROBABILITIES, STEPS, false)
              .start(new SplittableRandom(seed), 0);
      double drawn = epsilon.epsilon(STEPS);
      for (int i = 0; i < 10; i++) {
        epsilon.episodeEnded();
        assertThat(epsilon.epsilon(STEPS)).isEqualTo(drawn);
      }
    }
  }

  /** The random action may be the greedy one too: ε/n for each action, and 1 − ε more for that. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.3, 1})
  void chooses_the_best_action_except_with_probability_epsilon_any(double last) {
    ActionValues Q = new ActionValues(3, false);
    float[] out = {-1, 5, 2};
    EpsilonGreedy.OfThread epsilon =
        new EpsilonGreedy(List.of(last), List.of(1.0), STEPS, false)
            .start(new SplittableRandom(7), 0);
    int[] late = new int[3];
    int[] halfway = new int[3];
    for (int i = 0; i < DRAWS; i++) {
      late[epsilon.choose(Q, out, STEPS)]++;
      halfway[epsilon.choose(Q, out, STEPS / 2)]++;
    }
    assertDistributed(late, last / 3, 1 - last * 2 / 3, last / 3);
    double half = (1 + last) / 2;
    assertDistributed(halfway, half / 3, 1 - half * 2 / 3, half / 3);
  }

  @Test
  void refuses_probabilities_that_do_not_fit_the_values() {
    assertThatThrownBy(() -> new EpsilonGreedy(FINALS, List.of(0.4, 0.6), STEPS, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a probability for each final ε");
    assertThatThrownBy(() -> new EpsilonGreedy(FINALS, List.of(0.4, 0.3, 0.2), STEPS, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("adding up to 1");
  }

  /** χ² with two degrees of freedom is above 13.8 once in a thousand times; the seeds are fixed. */
  private static void assertDistributed(int[] counts, double... probabilities) {
    double chiSquare = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = probabilities[i] * DRAWS;
      if (expected == 0) {
        assertThat(counts[i]).isZero();
      } else {
        chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
      }
    }
    assertThat(chiSquare).as("χ² of %s", counts).isLessThan(13.8);
  }
}
