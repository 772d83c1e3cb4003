package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.Adam;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Evolution strategies: Algorithm 2 of Salimans et al. (2017), arXiv:1703.03864, with mirrored
 * noise, ranks in place of returns, Adam and weight decay, as the authors' code has them.
 *
 * <p>Workers exchange seeds and returns only. From these each of them makes the noise of all again,
 * and so the same update, bit for bit, of its own θ.
 *
 * <p>Beyond the paper: a seed stands in place of an index into a table of noise; equal returns have
 * the mean of their ranks, where the authors' code lets the order decide. Left out: virtual batch
 * normalisation, statistics of observations, episode lengths that adapt, noise on actions, actions
 * that are numbers.
 */
public record EvolutionStrategies(double sigma, int pairs, double decay) implements PeerAlgorithm {

  /**
   * @param sigma σ, standard deviation of the noise on θ
   * @param pairs n/2: an update waits for this many pairs of episodes of all workers together
   * @param decay weight decay: this times θ is added to what Adam descends
   */
  public EvolutionStrategies {}

  @Override
  public void run(Peer peer) {
    Parameters theta = peer.theta();
    Population F = peer.keep(new Population());
    Adam optimizer = peer.keep(new Adam(theta.size(), 1e-8, Double.POSITIVE_INFINITY));
    int share = pairs / peer.peers() + (peer.id() < pairs % peer.peers() ? 1 : 0);
    if (peer.atStart()) {
      F.startEpisode(); // It may be resumed without the one it was in.
    }
    while (peer.running()) { // for t = 0, 1, 2, …
      while (F.pairs() < share) { // for each worker i
        // sample ε_i ~ N(0, I); compute returns F_i = F(θ_t ± σε_i)
        long seed = F.seed(peer.random());
        double[] perturbed = widened(theta.toArray());
        addNoise(perturbed, seed, F.isMirrored() ? -sigma : sigma);
        peer.thetaPrime().set(narrowed(perturbed));
        if (!play(peer, F)) {
          return;
        }
      }
      // send all scalar returns F_i from each worker to every other worker
      List<double[]> all = peer.exchange(F.message());
      if (all.isEmpty()) {
        return;
      }
      // for each worker i: reconstruct all perturbations ε_j using known random seeds
      // set θ_{t+1} ← θ_t + α 1/(nσ) Σ_j F_j ε_j, by Adam
      optimizer.update(theta, Gradient.of(gradient(all, theta.toArray())), peer.learningRate());
      F.clear();
      if (peer.id() == 0) {
        peer.updated(); // One update, which all of them make.
      }
    }
  }

  /** The rest of an episode; false if the run ends before it. */
  private static boolean play(Peer peer, Population F) {
    ActionValues scores = ActionValues.of(peer.actionSpace(), false);
    Step step;
    do {
      if (!peer.running()) {
        return false;
      }
      peer.sync();
      step = peer.step(scores.greedy(peer.act(), 0));
      F.reward(step.reward());
      if (step.ending() == Step.Ending.LOST) {
        F.startEpisode(); // Nobody saw its end: the same noise is tried in another episode.
      }
    } while (!step.last() || step.ending() == Step.Ending.LOST);
    F.endEpisode();
    return true;
  }

  /** decay · θ − 1/n Σ_j u_j ε_j over n episodes, where u_j is the rank of F_j. */
  float[] gradient(List<double[]> messages, float[] theta) {
    double[] all = messages.stream().flatMapToDouble(Arrays::stream).toArray();
    double[] u = Population.centeredRanks(Population.returns(all));
    double[] sum = ascent(all, u, theta.length);
    for (int k = 0; k < sum.length; k++) {
      sum[k] = decay * theta[k] - sum[k];
    }
    return narrowed(sum);
  }

  /** 1/n Σ_j w_j ε_j: with w = F it estimates σ∇F. */
  static double[] ascent(double[] all, double[] w, int size) {
    double[] sum = new double[size];
    for (int pair = 0; pair < w.length / 2; pair++) {
      // Both of a pair at once: −ε is the mirrored noise.
      addNoise(sum, Population.seed(all, pair), (w[2 * pair] - w[2 * pair + 1]) / w.length);
    }
    return sum;
  }

  /** x ← x + factor · ε, where ε ~ N(0, I) follows from its seed. */
  static void addNoise(double[] x, long seed, double factor) {
    RandomGenerator epsilon = new SplitMix(seed);
    for (int k = 0; k < x.length; k++) {
      x[k] += factor * epsilon.nextGaussian();
    }
  }

  private static double[] widened(float[] x) {
    double[] wide = new double[x.length];
    Arrays.setAll(wide, k -> x[k]);
    return wide;
  }

  private static float[] narrowed(double[] x) {
    float[] narrow = new float[x.length];
    for (int k = 0; k < x.length; k++) {
      narrow[k] = (float) x[k];
    }
    return narrow;
  }

  @Override
  public int outputs(Space actions) {
    if (actions instanceof Space.Discrete) {
      return ActionValues.of(actions, false).outputs();
    }
    throw new IllegalArgumentException(
        "EvolutionStrategies takes a choice of actions here, but the environment takes " + actions);
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    return ActionValues.of(actions, false).greedy(out, 0);
  }

  @Override
  public boolean hasThetaPrime() {
    return true;
  }
}
