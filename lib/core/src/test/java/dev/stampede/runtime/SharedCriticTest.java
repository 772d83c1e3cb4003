package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.LocalCritic;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SharedCriticTest {
  private static final Space.Box STATES = Space.Box.floats(3);
  private static final CriticNetwork NETWORK =
      new CriticNetwork(Networks.critic(STATES, 2, Nonlinearity.TANH, 6, 5), STATES, 2, true);

  @Test
  void a_checkpoint_has_parameters_target_and_optimizer_bit_for_bit() throws IOException {
    SharedCritic critic = critic(1);
    for (int i = 0; i < 3; i++) {
      update(critic, i, 1e-3);
      critic.approachTarget(0.1);
    }
    byte[] saved = Checkpoint.bytes(critic::save);
    SharedCritic resumed = critic(2);
    assertThat(resumed.phi().toArray()).isNotEqualTo(critic.phi().toArray());
    resumed.restore(new DataInputStream(new ByteArrayInputStream(saved)));
    for (SharedCritic each : new SharedCritic[] {critic, resumed}) {
      update(each, 7, 1e-3);
      each.approachTarget(0.1);
    }

    assertThat(resumed.phi().toArray()).isEqualTo(critic.phi().toArray());
    assertThat(resumed.target().toArray()).isEqualTo(critic.target().toArray());
    assertThat(critic.target().toArray()).isNotEqualTo(critic.phi().toArray());
  }

  @Test
  void the_target_starts_as_the_critic_follows_it_slowly_and_may_be_replaced() {
    SharedCritic critic = critic(1);
    float[] before = critic.phi().toArray();
    assertThat(critic.target().toArray()).isEqualTo(before);

    update(critic, 1, 1e-2);
    critic.approachTarget(0.25);
    float[] after = critic.phi().toArray();
    for (int i = 0; i < after.length; i++) {
      assertThat(critic.target().get(i))
          .isCloseTo(before[i] + 0.25 * (after[i] - before[i]), within(1e-7));
    }
    critic.replaceTarget();
    assertThat(critic.target().toArray()).isEqualTo(after);
  }

  /** η of the policy starts at 2·10⁻³ and the critic's at 10⁻³. */
  @Test
  void its_learning_rate_falls_as_the_policys_does() {
    SharedCritic whole = critic(1);
    SharedCritic half = critic(1);
    float[] start = whole.phi().toArray();
    update(whole, 1, 2e-3);
    update(half, 1, 1e-3);

    for (int i = 0; i < start.length; i++) {
      double moved = whole.phi().get(i) - start[i];
      assertThat(Math.abs(moved)).isLessThanOrEqualTo(1.01e-3);
      assertThat(half.phi().get(i) - start[i]).isCloseTo(moved / 2, within(1e-6));
    }
  }

  private static SharedCritic critic(long seed) {
    return new SharedCritic(
        new CriticPlan(NETWORK, 1e-3, 0.01),
        2e-3,
        1e-8,
        Double.POSITIVE_INFINITY,
        Initialization.DDPG,
        new SplitMix(seed));
  }

  private static void update(SharedCritic critic, int seed, double eta) {
    SplitMix random = new SplitMix(seed);
    try (LocalCritic local = NETWORK.onShared(critic.phi(), 1)) {
      local.put(0, Observation.of((float) random.nextDouble(), 1, -1));
      local.backward(
          1,
          new float[] {(float) random.nextDouble(), 0.5f},
          (q, dQ) -> {
            dQ[0] = q[0] - 3;
            return 0;
          },
          dPhi -> critic.update(dPhi, eta));
    }
  }
}
