package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.ScriptedPeer.Exchanges;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EvolutionStrategiesTest {
  private static final double SIGMA = 0.1;
  private static final double DECAY = 0.005;
  private static final int PAIRS = 6;

  @Test
  void ranks_run_from_minus_a_half_to_a_half_and_equal_returns_share_theirs() {
    assertThat(Population.centeredRanks(new double[] {10, -300, 7}))
        .containsExactly(0.5, -0.5, 0.0);
    assertThat(Population.centeredRanks(new double[] {3, 1, 3, 3, 9}))
        .containsExactly(0, -0.5, 0, 0, 0.5);
    assertThat(Population.centeredRanks(new double[] {4, 4, 4, 4})).containsOnly(0);
    assertThat(Population.centeredRanks(new double[] {-0.001, 1e9})).containsExactly(-0.5, 0.5);
  }

  /** F(x) = bᵀx − ½ Σ h_k x_k²: of mirrored noise its curvature takes no part. */
  @Test
  void the_estimate_on_a_quadratic_is_its_gradient() {
    double[] b = {1, -2, 0.5};
    double[] h = {3, 0.1, -1};
    double[] x = {0.4, 2, -1};
    double[] gradient = new double[3];
    Arrays.setAll(gradient, k -> b[k] - h[k] * x[k]);
    int pairs = 40_000;
    double[] all = new double[3 * pairs];
    double[] F = new double[2 * pairs];
    double[] bruteForce = new double[3];
    for (int j = 0; j < pairs; j++) {
      all[3 * j] = j;
      double[] epsilon = noise(j, 3);
      for (int sign = 0; sign < 2; sign++) {
        F[2 * j + sign] = quadratic(b, h, moved(x, epsilon, sign == 0 ? SIGMA : -SIGMA));
        double weight = (sign == 0 ? 1 : -1) * F[2 * j + sign] / (2 * pairs * SIGMA);
        for (int k = 0; k < 3; k++) {
          bruteForce[k] += weight * epsilon[k];
        }
      }
    }

    double[] estimate = EvolutionStrategies.ascent(all, F, 3);

    for (int k = 0; k < 3; k++) {
      assertThat(estimate[k] / SIGMA).isCloseTo(bruteForce[k], within(1e-9));
      // Each pair's standard deviation is at most that of (∇Fᵀε)ε_k: below √2 |∇F|.
      assertThat(estimate[k] / SIGMA).isCloseTo(gradient[k], within(5 * 1.5 * 2.6 / 200));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9})
  void seeds_and_returns_alone_give_every_worker_the_same_theta_bit_for_bit(int workers)
      throws InterruptedException {
    int updates = 12;
    List<ScriptedPeer> peers = train(workers, updates);

    float[] theta = peers.get(0).theta().toArray();
    assertThat(theta).isNotEqualTo(start());
    for (ScriptedPeer each : peers) {
      assertThat(each.theta().toArray()).isEqualTo(theta);
      assertThat(each.heard).hasSize(updates);
    }
    for (List<double[]> round : peers.get(0).heard) {
      assertThat(round).hasSize(workers);
      assertThat(round.stream().mapToInt(message -> message.length).sum()).isEqualTo(3 * PAIRS);
      assertThat(round).allSatisfy(message -> assertThat(message.length % 3).isZero());
    }
    assertThat(theta).containsExactly(plain(peers.get(0).heard), within(1e-4f));
  }

  @Test
  void it_climbs_to_the_top_of_a_quadratic() throws InterruptedException {
    ScriptedPeer peer = train(1, 150).get(0);

    double before = 0;
    double after = 0;
    for (int k = 0; k < start().length; k++) {
      before += Math.pow(start()[k] - top(k), 2);
      after += Math.pow(peer.theta().get(k) - top(k), 2);
    }
    assertThat(after).isLessThan(before / 4);
  }

  @Test
  void a_lost_episode_is_played_again_with_the_same_noise() {
    ScriptedPeer peer =
        new ScriptedPeer(0, new Exchanges(1), 100_000, 5, true, each -> 1).losing(0.1);

    new EvolutionStrategies(SIGMA, PAIRS, DECAY).run(peer);

    List<Double> returns = new ArrayList<>(); // Of episodes that nobody lost: 1 for each step.
    double current = 0;
    for (ScriptedPeer.Seen each : peer.steps) {
      current = each.ending() == Step.Ending.LOST ? 0 : current + 1;
      if (each.ending() == Step.Ending.TERMINATED || each.ending() == Step.Ending.TRUNCATED) {
        returns.add(current);
        current = 0;
      }
    }
    assertThat(peer.steps).anyMatch(each -> each.ending() == Step.Ending.LOST);
    assertThat(peer.sent.stream().flatMapToDouble(sent -> Arrays.stream(Population.returns(sent))))
        .containsExactlyElementsOf(returns);
  }

  @Test
  void a_return_without_a_rank_and_actions_that_are_numbers_are_refused_in_words() {
    ScriptedPeer peer = new ScriptedPeer(0, new Exchanges(1), 100, 100, true, each -> Double.NaN);

    assertThatThrownBy(() -> new EvolutionStrategies(SIGMA, PAIRS, DECAY).run(peer))
        .hasMessageContaining("an episode's return is NaN");
    assertThatThrownBy(
            () -> new EvolutionStrategies(SIGMA, PAIRS, DECAY).outputs(Space.Box.floats(1)))
        .hasMessageContaining("takes a choice of actions");
  }

  /** Each on a thread of its own; what an episode brings is how near θ′ is to {@link #top}. */
  private static List<ScriptedPeer> train(int workers, int updates) throws InterruptedException {
    Exchanges exchanges = new Exchanges(workers);
    List<ScriptedPeer> peers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      ScriptedPeer peer =
          new ScriptedPeer(id, exchanges, 100_000, updates, true, EvolutionStrategiesTest::height);
      peers.add(peer);
      threads.add(new Thread(() -> new EvolutionStrategies(SIGMA, PAIRS, DECAY).run(peer)));
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }
    return peers;
  }

  private static double height(ScriptedPeer peer) {
    double sum = 0;
    for (int k = 0; k < peer.thetaPrime().size(); k++) {
      sum -= Math.pow(peer.thetaPrime().get(k) - top(k), 2);
    }
    return peer.atStartOfEpisode() ? sum : 0;
  }

  private static double top(int k) {
    return k % 3 - 1;
  }

  private static float[] start() {
    return new ScriptedPeer(0, new Exchanges(1), 1, 1, false, each -> 0).theta().toArray();
  }

  /** θ by what one worker heard, with all noise written out, and Adam as its paper has it. */
  private static float[] plain(List<List<double[]>> heard) {
    double[] theta = new double[start().length];
    Arrays.setAll(theta, k -> start()[k]);
    double[] m = new double[theta.length];
    double[] v = new double[theta.length];
    for (int t = 1; t <= heard.size(); t++) {
      List<double[]> pairs = new ArrayList<>();
      for (double[] message : heard.get(t - 1)) {
        for (int at = 0; at < message.length; at += 3) {
          pairs.add(Arrays.copyOfRange(message, at, at + 3));
        }
      }
      double[] g = new double[theta.length];
      for (double[] pair : pairs) {
        double[] epsilon = noise((long) pair[0], theta.length);
        double u = rank(pair[1], pairs) - rank(pair[2], pairs);
        for (int k = 0; k < g.length; k++) {
          g[k] += u * epsilon[k] / (2 * PAIRS);
        }
      }
      for (int k = 0; k < g.length; k++) {
        double d = DECAY * theta[k] - g[k];
        m[k] = 0.9 * m[k] + 0.1 * d;
        v[k] = 0.999 * v[k] + 0.001 * d * d;
        double mHat = m[k] / (1 - Math.pow(0.9, t));
        double vHat = v[k] / (1 - Math.pow(0.999, t));
        theta[k] -= ScriptedPeer.LEARNING_RATE * mHat / (Math.sqrt(vHat) + 1e-8);
      }
    }
    float[] result = new float[theta.length];
    for (int k = 0; k < result.length; k++) {
      result[k] = (float) theta[k];
    }
    return result;
  }

  /** Of returns that all differ. */
  private static double rank(double F, List<double[]> pairs) {
    long below =
        pairs.stream().flatMapToDouble(p -> Arrays.stream(p, 1, 3)).filter(f -> f < F).count();
    return below / (2 * PAIRS - 1.0) - 0.5;
  }

  private static double[] noise(long seed, int size) {
    RandomGenerator random = new SplitMix(seed);
    double[] epsilon = new double[size];
    Arrays.setAll(epsilon, k -> random.nextGaussian());
    return epsilon;
  }

  private static double[] moved(double[] x, double[] direction, double by) {
    double[] result = new double[x.length];
    Arrays.setAll(result, k -> x[k] + by * direction[k]);
    return result;
  }

  private static double quadratic(double[] b, double[] h, double[] x) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += b[k] * x[k] - h[k] * x[k] * x[k] / 2;
    }
    return sum;
  }
}
