package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * True online Sarsa(λ) on tile-coded features, one weight for each tile and action: van Seijen and
 * Sutton (2014), ICML; van Seijen et al. (2016), JMLR 17(145), arXiv:1512.04087. It is {@link
 * TrueOnlineTD} whose features ψ(s, a) are those of a state and an action, with ε-greedy actions.
 *
 * <p>Mnih et al. (2016), in their discussion, name true online methods, with networks, as a
 * direction to go. Here the function is linear; each thread has traces of its own and all share θ,
 * without a lock.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one, by an
 * action A′ that is chosen in its last state and not taken. The step size is that of all tilings
 * together: α is the learning rate divided by their number, ψᵀψ.
 */
public record TrueOnlineSarsa(double gamma, double lambda, EpsilonGreedy exploration)
    implements AsynchronousAlgorithm {

  /**
   * @param gamma discount γ
   * @param lambda λ, decay of the traces beside γ
   */
  public TrueOnlineSarsa {}

  @Override
  public void run(ActorLearner actor) {
    LinearLearner linear = actor.linear();
    ActionValues Q = ActionValues.of(actor.actionSpace(), false);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    TrueOnlineTD td = // e ← 0; Q_old ← 0
        actor.keep(new TrueOnlineTD(linear.theta(), linear.size(), gamma, lambda));
    Features psi = new Features();
    Features psiPrime = new Features();
    int a = epsilon.chosen(); // −1: none yet; a resumed run goes on with the one it had.
    if (actor.atStart()) { // It may be resumed without its episode.
      a = -1;
      td.endEpisode();
    }
    while (actor.running()) { // loop over episodes, and over the steps of each
      actor.sync(); // obtain state S
      a = a < 0 ? epsilon.choose(Q, actor.act(), actor.T()) : a; // select A, ε-greedy
      psi.setOnes(linear.active(), a * linear.features()); // ψ ← features of S, A
      Step step = actor.step(Action.of(a)); // take action A, observe R and S′
      a = epsilon.choose(Q, actor.act(), actor.T()); // select A′ based on S′
      if (step.terminated()) {
        psiPrime.clear(); // ψ′ ← 0
      } else {
        psiPrime.setOnes(linear.active(), a * linear.features()); // ψ′ ← features of S′, A′
      }
      // Q ← θᵀψ; Q′ ← θᵀψ′; δ ← R + γQ′ − Q; e ← γλe + ψ − αγλ(eᵀψ)ψ
      // θ ← θ + α(δ + Q − Q_old)e − α(Q − Q_old)ψ; Q_old ← Q′
      td.learn(psi, step.reward(), psiPrime, linear.learningRate() / linear.active().length);
      linear.updated();
      if (step.last()) { // until S′ is terminal
        a = -1;
        epsilon.episodeEnded();
        td.endEpisode(); // e ← 0; Q_old ← 0
      }
    }
  }

  @Override
  public int rolloutLength() {
    return 1;
  }

  @Override
  public int outputs(Space actions) {
    return ActionValues.of(actions, false).outputs();
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    return ActionValues.of(actions, false).greedy(out, 0);
  }

  @Override
  public boolean stochastic() {
    return false;
  }

  @Override
  public boolean onShared() {
    return true;
  }
}
