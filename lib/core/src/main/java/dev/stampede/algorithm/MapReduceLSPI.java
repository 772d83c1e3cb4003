package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Least-squares policy iteration by Map-Reduce: Li and Schuurmans (2011), "MapReduce for parallel
 * reinforcement learning", with the sums of Lagoudakis and Parr (2003), "Least-squares policy
 * iteration", JMLR 4.
 *
 * <p>Each worker maps its share of the samples to A and b of LSTDQ; worker 0 reduces these to their
 * sums, solves Aw = b, and gives w to all. This is repeated until w stays.
 *
 * <p>The first paper was not at hand: that it has this method is in its abstract, its details are
 * from memory. Beyond both papers: workers also collect the samples, ε-greedily by the last w, and
 * after every so many they learn from all that there are. An episode that was truncated bootstraps
 * from its last state.
 */
public record MapReduceLSPI(
    double gamma, double ridge, int samples, int iterations, EpsilonGreedy exploration)
    implements PeerAlgorithm {
  private static final double STAYS = 1e-4;

  /** A square of this side is 18 MB. */
  private static final int MOST_WEIGHTS = 1_500;

  /**
   * @param gamma discount γ
   * @param ridge A starts as this times the identity, so that it can be solved
   * @param samples of all workers together, from one policy iteration to the next
   * @param iterations most times that w is solved for in one of them
   */
  public MapReduceLSPI {}

  @Override
  public void run(Peer peer) {
    Parameters w = peer.theta();
    checkSize(w.size());
    Samples D = peer.keep(new Samples());
    EpsilonGreedy.OfThread epsilon = peer.keep(exploration.start(peer.random(), peer.id()));
    LSTDQ sums = new LSTDQ(w.size(), peer.features(), gamma);
    int share = Math.max(1, samples / peer.peers());
    while (peer.running()) {
      if (!collect(peer, D, epsilon, share * (D.rounds() + 1))) {
        return;
      }
      double change;
      do {
        List<double[]> parts = peer.exchange(sums.map(D, w)); // map: A_i, b_i of its samples
        if (parts.isEmpty()) {
          return;
        }
        double[] solved = // reduce: A ← Σ A_i, b ← Σ b_i; w′ ← A⁻¹b
            peer.id() == 0 ? sums.solve(sums.reduce(parts), ridge) : new double[0];
        List<double[]> broadcast = peer.exchange(solved);
        if (broadcast.isEmpty()) {
          return;
        }
        change = replace(w, broadcast.get(0)); // w ← w′
        D.iterated();
      } while (D.iteration() < iterations && change > STAYS); // until w ≈ w′
      D.learned();
      if (peer.id() == 0) {
        peer.updated(); // One update, which all of them make.
      }
    }
  }

  /** Adds samples (s, a, r, s′) until there are so many; false if the run ends before that. */
  static boolean collect(Peer peer, Samples D, EpsilonGreedy.OfThread epsilon, int target) {
    ActionValues Q = ActionValues.of(peer.actionSpace(), false);
    while (D.size() < target) {
      if (!peer.running()) {
        return false;
      }
      peer.sync();
      int a = epsilon.choose(Q, peer.act(), peer.T());
      int[] s = peer.active().clone();
      Step step = peer.step(Action.of(a));
      if (step.ending() != Step.Ending.LOST) { // Nobody saw where that one led.
        D.add(s, a, step.reward(), step.terminated() ? Samples.TERMINAL : peer.active().clone());
      }
      if (step.last()) {
        epsilon.episodeEnded();
      }
    }
    return true;
  }

  private static double replace(Parameters w, double[] by) {
    double largest = 0;
    for (int i = 0; i < by.length; i++) {
      double before = w.get(i);
      largest = Math.max(largest, Math.abs(by[i] - before));
      w.add(i, by[i] - before);
    }
    return largest / Math.max(1, Arrays.stream(by).map(Math::abs).max().orElse(0));
  }

  private static void checkSize(int weights) {
    if (weights > MOST_WEIGHTS) {
      throw new IllegalArgumentException(
          "MapReduceLSPI: expected at most "
              + MOST_WEIGHTS
              + " weights, because it solves for all of them at once, but tiles and actions make "
              + weights
              + "; take fewer tiles or tilings, or ParallelSarsa");
    }
  }

  @Override
  public int outputs(Space actions) {
    return ActionValues.of(actions, false).outputs();
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    return ActionValues.of(actions, false).greedy(out, 0);
  }
}
