package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Transitions;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ApexDQNTest {
  private static final double GAMMA = 0.9;

  private final ApexDQN apex =
      new ApexDQN(
          new MemoryUse(1_000, 100, 2, GAMMA, OptionalDouble.of(0.6), 32),
          new ReplayAlgorithm.Pace(Double.POSITIVE_INFINITY),
          0.4,
          7,
          50,
          100,
          0.4,
          2_500,
          100,
          false,
          true,
          false);

  /** Horgan et al. (2018), section 4.1: ε_i = ε^(1 + i/(N − 1) · α), ε = 0.4, α = 7. */
  @Test
  void actors_explore_along_the_ladder_of_the_paper() {
    double[] ofEight = {0.4, 0.16, 0.064, 0.0256, 0.01024, 0.004096, 0.0016384, 0.00065536};
    for (int i = 0; i < 8; i++) {
      assertThat(apex.epsilon(i, 8)).isCloseTo(ofEight[i], within(1e-12));
    }
    assertThat(apex.epsilon(359, 360)).isCloseTo(Math.pow(0.4, 8), within(1e-12));
  }

  @Test
  void one_actor_alone_explores_as_the_first_of_many() {
    assertThat(apex.epsilon(0, 1)).isEqualTo(0.4);
  }

  /** Of three steps that end in a terminal state: two transitions bootstrap from nothing. */
  @Test
  void first_priorities_are_errors_by_the_values_that_the_actor_acted_with() {
    Space actions = new Space.Discrete(2);
    LocalBuffer buffer = new LocalBuffer(0, 2, GAMMA, Space.Box.floats(1), actions, 2);
    buffer.start(Observation.of(0f));
    buffer.add(Action.of(0), new float[] {1, 2}, step(10, Step.Ending.NONE));
    buffer.add(Action.of(1), new float[] {3, 4}, step(20, Step.Ending.NONE));
    buffer.add(Action.of(0), new float[] {5, 6}, step(30, Step.Ending.TERMINATED));
    Transitions tau = buffer.take();

    assertThat(apex.priorities(new ActionValues(2, false), tau))
        .containsExactly(
            new double[] {
              10 + GAMMA * 20 + GAMMA * GAMMA * 6 - 1, // max_a q(s_2, a) = 6, q(s_0, a_0) = 1
              20 + GAMMA * 30 - 4,
              30 - 5
            },
            within(1e-5));
  }

  private static Step step(double reward, Step.Ending ending) {
    return new Step(Observation.of((float) reward), reward, ending, Optional.empty());
  }
}
