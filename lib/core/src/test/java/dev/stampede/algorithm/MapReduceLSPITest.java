package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.ScriptedPeer.Exchanges;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MapReduceLSPITest {
  private static final double GAMMA = 0.9;
  private static final int STATES = 6;
  private static final int ACTIONS = 3;
  private static final int WEIGHTS = STATES * ACTIONS;

  /** Each state and action leads to these equally often; −1 is terminal. */
  private static final int OUTCOMES = 4;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void one_mapper_and_several_give_the_same_sums(int mappers) {
    SplittableRandom random = new SplittableRandom(mappers);
    List<Samples> shares = IntStream.range(0, mappers).mapToObj(i -> new Samples()).toList();
    Samples whole = new Samples();
    for (int k = 0; k < 500; k++) {
      int[] s = random.ints(0, 10).distinct().limit(4).toArray();
      int[] next =
          random.nextInt(5) == 0
              ? Samples.TERMINAL
              : random.ints(0, 10).distinct().limit(4).toArray();
      int a = random.nextInt(3);
      double r = random.nextDouble(-1, 1);
      whole.add(s, a, r, next);
      shares.get(random.nextInt(mappers)).add(s, a, r, next);
    }
    double[] w = random.doubles(30, -1, 1).toArray();
    LSTDQ lstdq = new LSTDQ(30, 10, GAMMA);

    double[] one = lstdq.map(whole, new DoubleWeights(w));
    double[] several =
        lstdq.reduce(shares.stream().map(D -> lstdq.map(D, new DoubleWeights(w))).toList());

    assertThat(several).containsExactly(one, within(1e-9));
    assertThat(one).containsExactly(dense(whole, w), within(1e-9));
    assertThat(lstdq.solve(several, 0.1)).containsExactly(lstdq.solve(one, 0.1), within(1e-6));
  }

  /** A and b as the paper writes them, with dense φ. */
  private static double[] dense(Samples D, double[] w) {
    int n = w.length;
    double[] sums = new double[n * n + n];
    for (int k = 0; k < D.size(); k++) {
      double[] phi = phi(D.state(k), D.action(k), n);
      double[] phiPrime = new double[n];
      double most = Double.NEGATIVE_INFINITY;
      for (int a = 0; D.next(k).length > 0 && a < n / 10; a++) {
        double[] each = phi(D.next(k), a, n);
        double q = IntStream.range(0, n).mapToDouble(i -> w[i] * each[i]).sum();
        phiPrime = q > most ? each : phiPrime;
        most = Math.max(q, most);
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          sums[i * n + j] += phi[i] * (phi[j] - GAMMA * phiPrime[j]);
        }
        sums[n * n + i] += phi[i] * D.reward(k);
      }
    }
    return sums;
  }

  private static double[] phi(int[] s, int a, int n) {
    double[] phi = new double[n];
    for (int i : s) {
      phi[a * 10 + i] = 1;
    }
    return phi;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void policy_iteration_on_a_table_ends_at_the_optimum_of_dynamic_programming(int seed) {
    Table table = new Table(seed);
    double[] w = new double[WEIGHTS];
    LSTDQ lstdq = new LSTDQ(WEIGHTS, STATES, GAMMA);
    List<Samples> shares = table.samples(3);
    for (int iteration = 0; iteration < 20; iteration++) {
      DoubleWeights now = new DoubleWeights(w);
      double[] sums = lstdq.reduce(shares.stream().map(D -> lstdq.map(D, now)).toList());
      w = lstdq.solve(sums, 1e-12);
    }

    assertThat(w).containsExactly(table.optimalQ(), within(1e-8));
  }

  /** A random task of which every outcome is known. */
  private static final class Table {
    final int[][] next = new int[WEIGHTS][OUTCOMES];
    final double[][] r = new double[WEIGHTS][OUTCOMES];

    Table(int seed) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int sa = 0; sa < WEIGHTS; sa++) {
        for (int o = 0; o < OUTCOMES; o++) {
          next[sa][o] = random.nextInt(-1, STATES);
          r[sa][o] = random.nextDouble(-1, 1);
        }
      }
    }

    /** Each outcome once, dealt out to so many. */
    List<Samples> samples(int shares) {
      List<Samples> all = new ArrayList<>();
      for (int i = 0; i < shares; i++) {
        all.add(new Samples());
      }
      for (int k = 0; k < WEIGHTS * OUTCOMES; k++) {
        int sa = k / OUTCOMES;
        int to = next[sa][k % OUTCOMES];
        all.get(k % shares)
            .add(
                new int[] {sa % STATES},
                sa / STATES,
                r[sa][k % OUTCOMES],
                to < 0 ? Samples.TERMINAL : new int[] {to});
      }
      return all;
    }

    /** By value iteration. */
    double[] optimalQ() {
      double[] q = new double[WEIGHTS];
      for (int sweep = 0; sweep < 1_000; sweep++) {
        double[] before = q.clone();
        for (int sa = 0; sa < WEIGHTS; sa++) {
          double sum = 0;
          for (int o = 0; o < OUTCOMES; o++) {
            sum += r[sa][o] + (next[sa][o] < 0 ? 0 : GAMMA * best(before, next[sa][o]));
          }
          q[sa] = sum / OUTCOMES;
        }
      }
      return q;
    }

    private static double best(double[] q, int s) {
      return IntStream.range(0, ACTIONS).mapToDouble(a -> q[a * STATES + s]).max().orElseThrow();
    }
  }

  @Test
  void all_workers_end_each_policy_iteration_with_the_same_w() throws InterruptedException {
    int workers = 4;
    Exchanges exchanges = new Exchanges(workers);
    EpsilonGreedy random = new EpsilonGreedy(List.of(1.0), List.of(1.0), 1, false);
    List<ScriptedPeer> peers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      ScriptedPeer peer =
          new ScriptedPeer(id, exchanges, 300, 1_000, false, ScriptedPeer::randomReward);
      peers.add(peer);
      MapReduceLSPI algorithm = new MapReduceLSPI(GAMMA, 0.1, 400, 10, random);
      threads.add(new Thread(() -> algorithm.run(peer)));
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }

    float[] w = peers.get(0).theta().toArray();
    for (ScriptedPeer each : peers) {
      assertThat(each.theta().toArray()).isEqualTo(w);
      assertThat(each.steps).hasSize(300); // Three times a quarter of 400.
      assertThat(each.heard.size()).isBetween(2 * 3, 2 * 3 * 10);
    }
    for (ScriptedPeer each : peers.subList(1, workers)) { // Only worker 0 solves.
      assertThat(each.sent).anySatisfy(message -> assertThat(message).isEmpty());
    }
    assertThat(IntStream.range(0, w.length).mapToDouble(i -> Math.abs(w[i])).max().orElseThrow())
        .isGreaterThan(0.01);
  }

  @Test
  void of_a_lost_episode_the_last_step_is_no_sample() {
    ScriptedPeer peer =
        new ScriptedPeer(0, new Exchanges(1), 10_000, 1, false, ScriptedPeer::randomReward)
            .losing(0.2);
    Samples D = new Samples();

    boolean whole =
        MapReduceLSPI.collect(
            peer,
            D,
            new EpsilonGreedy(List.of(0.5), List.of(1.0), 1, false, Optional.empty())
                .start(new SplitMix(1), 0),
            200);

    List<ScriptedPeer.Seen> kept =
        peer.steps.stream().filter(each -> each.ending() != Step.Ending.LOST).toList();
    assertThat(whole).isTrue();
    assertThat(peer.steps.size()).isGreaterThan(kept.size());
    assertThat(D.size()).isEqualTo(200).isEqualTo(kept.size());
    for (int k = 0; k < D.size(); k++) {
      assertThat(D.state(k)).isEqualTo(kept.get(k).s());
      assertThat(D.reward(k)).isEqualTo(kept.get(k).r());
    }
  }

  @Test
  void sums_without_one_solution_and_rewards_that_are_no_numbers_are_refused_in_words() {
    LSTDQ lstdq = new LSTDQ(2, 2, GAMMA);

    assertThatThrownBy(() -> lstdq.solve(new double[] {1, 1, 1, 1, 5, 5}, 0))
        .hasMessageContaining("pivot 1 is 0.0");
    assertThatThrownBy(() -> lstdq.solve(new double[] {1, 0, 0, 1, Double.NaN, 5}, 0.1))
        .hasMessageContaining("expected sums that can be solved");
    assertThat(lstdq.solve(new double[] {0, 2, 4, 0, 6, 8}, 0)).containsExactly(2, 3);
    assertThat(Arrays.stream(lstdq.solve(new double[] {1, 1, 1, 1, 5, 5}, 0.1)).sum())
        .isCloseTo(10 / 2.1, within(1e-12));
  }
}
