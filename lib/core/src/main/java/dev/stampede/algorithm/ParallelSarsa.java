package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Parallel Sarsa(λ): Grounds and Kudenko (2008), "Parallel reinforcement learning with linear
 * function approximation". Each learner has an environment and linear weights of its own; now and
 * then it sends those that changed significantly to its peers, which merge them and wait for
 * nobody.
 *
 * <p>The paper was not at hand: its idea is as its abstract and Mnih et al. (2016), section 2, tell
 * it; {@linkplain PeerWeights how weights are merged} is from memory and a choice here. Beyond the
 * paper: an episode that was truncated bootstraps like an unfinished one, by an action a′ that is
 * chosen in its last state and not taken.
 */
public record ParallelSarsa(
    double gamma, double lambda, int interval, double significant, EpsilonGreedy exploration)
    implements PeerAlgorithm {
  private static final double CUT = 1e-8;

  /**
   * @param gamma discount γ
   * @param lambda λ, decay of the traces beside γ
   * @param interval steps of a learner from one message to the next
   * @param significant a weight is sent if it changed by more than this since it was sent last
   */
  public ParallelSarsa {}

  @Override
  public void run(Peer peer) {
    ActionValues Q = ActionValues.of(peer.actionSpace(), false);
    EpsilonGreedy.OfThread epsilon = peer.keep(exploration.start(peer.random(), peer.id()));
    Traces e = peer.keep(new Traces(peer.theta().size(), CUT)); // e ← 0
    PeerWeights w = peer.keep(new PeerWeights(peer.theta(), peer.theta().size()));
    Features phi = new Features();
    Features phiPrime = new Features();
    int a = epsilon.chosen(); // −1: none yet; a resumed run goes on with the one it had.
    if (peer.atStart()) { // It may be resumed without its episode.
      a = -1;
      e.clear();
    }
    while (peer.running()) {
      peer.sync(); // state s
      a = a < 0 ? epsilon.choose(Q, peer.act(), peer.T()) : a; // ε-greedy on Q(s, ·)
      phi.setOnes(peer.active(), a * peer.features());
      double alpha = peer.learningRate() / phi.count();
      Step step = peer.step(Action.of(a)); // take action a, observe r and s′
      a = epsilon.choose(Q, peer.act(), peer.T()); // a′
      phiPrime.clear();
      if (!step.terminated()) {
        phiPrime.setOnes(peer.active(), a * peer.features());
      }
      // δ ← r + γQ(s′, a′) − Q(s, a)
      double delta = step.reward() + gamma * phiPrime.dot(peer.theta()) - phi.dot(peer.theta());
      e.scale(gamma * lambda);
      e.replace(phi); // replacing traces
      w.learn(e, phi, alpha * delta); // w ← w + αδe
      peer.updated();
      if (step.last()) {
        a = -1;
        epsilon.episodeEnded();
        e.clear();
      }
      if (peer.t() % interval == 0) { // exchange with the peers
        w.merge(peer.received());
        double[] changed = w.takeChanged(significant);
        if (changed.length > 0) {
          peer.send(changed);
        }
      }
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
