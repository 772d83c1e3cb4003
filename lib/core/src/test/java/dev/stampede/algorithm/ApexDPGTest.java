package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApexDPGTest {
  private static final double GAMMA = 0.9;

  private final LocalBuffer buffer =
      new LocalBuffer(0, 2, GAMMA, Space.Box.floats(1), Space.Box.floats(new int[] {1}, -1, 1), 2);

  /** What is kept of a state is Q(s, a) of the action taken, then Q(s, μ(s)). */
  @Test
  void first_priorities_are_errors_by_the_critic_that_the_actor_had() {
    buffer.start(Observation.of(0f));
    buffer.add(Action.of(0f), new float[] {1, 2}, step(10, Step.Ending.NONE));
    buffer.add(Action.of(0f), new float[] {3, 4}, step(20, Step.Ending.NONE));
    buffer.add(Action.of(0f), new float[] {5, 6}, step(30, Step.Ending.TERMINATED));

    assertThat(ApexDPG.priorities(buffer.take()))
        .containsExactly(
            new double[] {
              10 + GAMMA * 20 + GAMMA * GAMMA * 6 - 1, // Q(s_2, μ(s_2)) = 6, Q(s_0, a_0) = 1
              20 + GAMMA * 30 - 3,
              30 - 5
            },
            within(1e-5));
  }

  @Test
  void a_truncated_episode_bootstraps_from_its_last_state() {
    buffer.start(Observation.of(0f));
    buffer.add(Action.of(0f), new float[] {1, 2}, step(10, Step.Ending.TRUNCATED));
    buffer.bootstrap(new float[] {0, 7});

    assertThat(ApexDPG.priorities(buffer.take()))
        .containsExactly(new double[] {10 + GAMMA * 7 - 1}, within(1e-5));
  }

  private static Step step(double reward, Step.Ending ending) {
    return new Step(Observation.of((float) reward), reward, ending, Optional.empty());
  }
}
