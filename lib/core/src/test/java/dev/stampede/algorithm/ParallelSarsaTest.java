package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.ScriptedPeer.Exchanges;
import dev.stampede.algorithm.ScriptedPeer.Seen;
import dev.stampede.env.Step.Ending;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParallelSarsaTest {
  private static final double GAMMA = 0.9;
  private static final EpsilonGreedy GREEDY =
      new EpsilonGreedy(List.of(0.0), List.of(1.0), 1, false);

  @ParameterizedTest
  @CsvSource({"0, 0.0", "1, 0.7", "2, 0.7", "3, 1.0", "4, 1.0"})
  void a_learner_alone_is_textbook_sarsa_with_replacing_traces(int id, double lambda) {
    ScriptedPeer peer = peer(id, 300);
    double[] w = values(peer);

    new ParallelSarsa(GAMMA, lambda, 50, 0, GREEDY).run(peer);

    double[] e = new double[w.length];
    for (Seen step : peer.steps) {
      double delta = step.r() - sum(w, step.s(), step.a());
      if (step.ending() != Ending.TERMINATED) {
        delta += GAMMA * sum(w, step.sPrime(), argmax(step.qPrime()));
      }
      for (int i = 0; i < e.length; i++) {
        e[i] *= GAMMA * lambda;
      }
      for (int i : step.s()) {
        e[step.a() * ScriptedPeer.FEATURES + i] = 1;
      }
      for (int i = 0; i < w.length; i++) {
        w[i] += ScriptedPeer.LEARNING_RATE / ScriptedPeer.TILINGS * delta * e[i];
      }
      if (step.ending() != Ending.NONE) {
        Arrays.fill(e, 0);
      }
    }
    assertThat(peer.steps)
        .extracting(Seen::ending)
        .contains(Ending.TERMINATED, Ending.TRUNCATED, Ending.NONE);
    assertThat(values(peer)).containsExactly(w, within(1e-4));
  }

  @Test
  void a_message_goes_out_after_each_interval_and_has_what_changed_in_it() {
    ScriptedPeer peer = peer(0, 100);

    new ParallelSarsa(GAMMA, 0.5, 30, 0, GREEDY).run(peer);

    assertThat(peer.sent).hasSize(3);
    double visits = 0;
    for (double[] message : peer.sent) {
      for (int at = 0; at < message.length; at += 3) {
        visits += message[at + 2];
      }
    }
    assertThat(visits).isEqualTo(90 * ScriptedPeer.TILINGS);
  }

  @Test
  void what_changed_too_little_is_kept_until_it_adds_up() {
    DoubleWeights w = new DoubleWeights(5, 5, 5);
    PeerWeights weights = new PeerWeights(w, 3);
    learn(weights, 0, 0.4);
    learn(weights, 2, -3);

    assertThat(weights.takeChanged(1)).containsExactly(2, 2, 1); // Weight 2 is 2, visited once.
    learn(weights, 0, 0.4);
    assertThat(weights.takeChanged(1)).isEmpty();
    learn(weights, 0, 0.4);
    assertThat(weights.takeChanged(1)).containsExactly(new double[] {0, 6.2, 3}, within(1e-12));
    learn(weights, 0, 0.4);
    assertThat(weights.takeChanged(1)).isEmpty(); // What was sent does not count again.
  }

  @Test
  void a_weight_becomes_the_mean_by_visits_whatever_the_order_of_the_messages() {
    double[] one = {0, 10, 3, 1, 7, 2};
    double[] other = {1, 1, 4};
    for (List<double[]> messages : List.of(List.of(one, other), List.of(other, one))) {
      DoubleWeights w = new DoubleWeights(0, 0, 0);
      PeerWeights weights = new PeerWeights(w, 3);
      learn(weights, 0, 2); // 2 after one visit
      learn(weights, 2, 9);

      weights.merge(messages);

      // (1 · 2 + 3 · 10) / 4; nobody here visited 1: (2 · 7 + 4 · 1) / 6; nobody sent 2.
      assertThat(w.theta()).containsExactly(new double[] {8, 3, 9}, within(1e-12));
    }
  }

  @Test
  void what_came_from_a_peer_is_not_sent_on() {
    DoubleWeights w = new DoubleWeights(0, 0);
    PeerWeights weights = new PeerWeights(w, 2);

    weights.merge(List.of(new double[] {0, 10, 3}));
    assertThat(weights.takeChanged(0)).isEmpty();
    learn(weights, 0, 0.5);
    learn(weights, 1, 0.5);
    weights.merge(List.of(new double[] {0, 20, 1}));

    assertThat(weights.takeChanged(1)).isEmpty(); // Its own changes are ½ each.
    assertThat(weights.takeChanged(0)).containsExactly(0, 15.25, 1, 1, 0.5, 1);
  }

  @Test
  void a_learner_takes_over_what_its_peers_send() {
    ScriptedPeer alone = peer(0, 40);
    ScriptedPeer told = peer(0, 40);
    told.inbox.add(new double[] {29, 1_000, 1_000_000});
    ParallelSarsa algorithm = new ParallelSarsa(GAMMA, 0, 40, 0, GREEDY);

    algorithm.run(alone);
    algorithm.run(told);

    assertThat(alone.theta().get(29)).isBetween(-10.0, 10.0);
    assertThat(told.theta().get(29)).isBetween(990.0, 1_000.0);
    assertThat(Arrays.copyOf(told.theta().toArray(), 29))
        .isEqualTo(Arrays.copyOf(alone.theta().toArray(), 29));
  }

  @Test
  void a_reward_that_is_no_number_is_refused_and_leaves_the_weights() {
    ScriptedPeer peer = new ScriptedPeer(0, new Exchanges(1), 9, 9, false, each -> Double.NaN);
    float[] before = peer.theta().toArray();

    assertThatThrownBy(() -> new ParallelSarsa(GAMMA, 0.9, 5, 0, GREEDY).run(peer))
        .hasMessageContaining("αδ is NaN");
    assertThat(peer.theta().toArray()).isEqualTo(before);
  }

  /** One visit of feature {@code i}, by which its weight changes. */
  private static void learn(PeerWeights weights, int i, double change) {
    Features phi = new Features();
    phi.add(i, 1);
    Traces e = new Traces(3, 0);
    e.replace(phi);
    weights.learn(e, phi, change);
  }

  private static ScriptedPeer peer(int id, int steps) {
    return new ScriptedPeer(id, new Exchanges(1), steps, steps, false, ScriptedPeer::randomReward);
  }

  private static double[] values(ScriptedPeer peer) {
    double[] w = new double[peer.theta().size()];
    Arrays.setAll(w, peer.theta()::get);
    return w;
  }

  private static double sum(double[] w, int[] s, int a) {
    return Arrays.stream(s).mapToDouble(i -> w[a * ScriptedPeer.FEATURES + i]).sum();
  }

  private static int argmax(float[] q) {
    int best = 0;
    for (int a = 1; a < q.length; a++) {
      best = q[a] > q[best] ? a : best;
    }
    return best;
  }
}
