package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** DPPO's returns of K steps and the rule by which λ adapts. */
class DPPOTest {
  private static final double GAMMA = 0.9;
  private static final KlPenalty PENALTY = new KlPenalty(1, 0.1, 0.5, 2, 1.5, 50);

  @Test
  void returns_have_at_most_k_rewards_and_end_with_the_episode() {
    SplittableRandom random = new SplittableRandom(1);
    for (int repetition = 0; repetition < 200; repetition++) {
      int n = random.nextInt(1, 30);
      int k = random.nextInt(1, 12);
      double bootstrap = random.nextDouble();
      Rollout rollout = randomRollout(random, n);
      dppo(n, k).returns(rollout, bootstrap);

      for (int t = 0; t < n; t++) {
        double expected = bruteForce(rollout, t, k, bootstrap);
        assertThat(rollout.target(t)).isCloseTo(expected, within(1e-9));
        assertThat(rollout.advantage(t)).isCloseTo(expected - rollout.value(t), within(1e-9));
      }
    }
  }

  private static Rollout randomRollout(SplittableRandom random, int n) {
    Rollout rollout = new Rollout(n);
    for (int t = 0; t < n; t++) {
      rollout.begin(Action.of(0), random.nextDouble());
      boolean terminated = random.nextInt(8) == 0;
      boolean truncated = !terminated && random.nextInt(8) == 0;
      rollout.end(
          new Step(Observation.of(0f), random.nextDouble() - 0.5, terminated, truncated),
          truncated ? random.nextDouble() : 0);
    }
    return rollout;
  }

  /** Forwards, reward by reward, to the end of t's piece of K steps or of its episode. */
  private static double bruteForce(Rollout rollout, int t, int k, double bootstrap) {
    int endOfPiece = Math.min((t / k + 1) * k, rollout.size());
    double sum = 0;
    double discount = 1;
    for (int i = t; i < endOfPiece; i++) {
      sum += discount * rollout.reward(i);
      discount *= GAMMA;
      if (rollout.last(i)) {
        return sum + discount * rollout.after(i);
      }
    }
    boolean inside = endOfPiece < rollout.size();
    return sum + discount * (inside ? rollout.value(endOfPiece) : bootstrap);
  }

  private static DPPO dppo(int horizon, int returnLength) {
    return new DPPO(GAMMA, PerThread.of(0.0), 2, horizon, returnLength, 1, 1, 0, PENALTY, false);
  }

  @Test
  void the_weight_of_the_divergence_rises_and_falls_around_its_target() {
    assertThat(PENALTY.adapted(2, 0.21)).isEqualTo(3); // More than two targets.
    assertThat(PENALTY.adapted(2, 0.2)).isEqualTo(2);
    assertThat(PENALTY.adapted(2, 0.05)).isEqualTo(2);
    assertThat(PENALTY.adapted(3, 0.049)).isEqualTo(2); // Less than half a target.
    assertThat(PENALTY.tooFar(0.4)).isFalse();
    assertThat(PENALTY.tooFar(0.41)).isTrue();
  }

  @Test
  void beyond_two_targets_the_penalty_grows_by_a_square() {
    assertThat(PENALTY.loss(3, 0.2)).isCloseTo(0.6, within(1e-12));
    assertThat(PENALTY.slope(3, 0.2)).isCloseTo(3, within(1e-12));
    assertThat(PENALTY.loss(3, 0.3)).isCloseTo(0.9 + 50 * 0.01, within(1e-12));
    assertThat(PENALTY.slope(3, 0.3)).isCloseTo(3 + 2 * 50 * 0.1, within(1e-12));
  }

  @Test
  void a_weight_is_saved_and_restored() throws IOException {
    KlPenalty.Coefficient before = new KlPenalty.Coefficient(1);
    before.set(2.25);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    before.save(new DataOutputStream(bytes));
    KlPenalty.Coefficient after = new KlPenalty.Coefficient(1);
    after.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertThat(after.get()).isEqualTo(2.25);
  }

  @Test
  void a_penalty_that_fell_for_long_can_rise_again() {
    double lambda = 1;
    for (int round = 0; round < 10_000; round++) {
      lambda = PENALTY.adapted(lambda, 0);
    }

    assertThat(lambda).isPositive().isLessThan(1e-9);
    assertThat(PENALTY.adapted(lambda, 1)).isGreaterThan(lambda);
  }

  @Test
  void a_rule_that_could_not_hold_is_refused() {
    assertThatThrownBy(() -> new KlPenalty(1, 0.1, 3, 2, 1.5, 50))
        .hasMessageContaining("expected at most kl-high, 2.0, but got 3.0");
    assertThatThrownBy(() -> new KlPenalty(1, 0.1, 0.5, 2, 0.5, 50))
        .hasMessageContaining("kl-alpha: expected at least 1 but got 0.5");
  }
}
