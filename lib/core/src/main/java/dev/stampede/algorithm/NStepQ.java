package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Asynchronous n-step Q-learning: Algorithm S2 of Mnih et al. (2016), arXiv:1602.01783, for each
 * actor-learner thread. In the forward view: each state of a rollout gets the longest return that
 * the rollout allows.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one. Parts: see
 * {@link OneStepQ}.
 */
public record NStepQ(
    double gamma,
    double valueWeight,
    int tMax,
    long targetInterval,
    EpsilonGreedy exploration,
    boolean dueling,
    boolean doubleQ)
    implements AsynchronousAlgorithm {

  /**
   * @param gamma discount γ
   * @param valueWeight factor of the gradient (R − Q) of ½(R − Q)²; the gradient of S2's (R − Q)²
   *     is 2(R − Q)
   * @param tMax longest rollout, in steps
   * @param targetInterval I_target, in steps of all threads
   */
  public NStepQ {}

  @Override
  public void run(ActorLearner actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    Rollout rollout = new Rollout(tMax);
    while (actor.running()) { // repeat … until T > T_max
      actor.sync(); // dθ ← 0; θ′ = θ
      rollout.clear(); // t_start = t; get state s_t
      Step step;
      do {
        int a = epsilon.choose(Q, actor.act(), actor.T()); // a_t ε-greedy on Q(s_t, a; θ′)
        step = actor.step(Action.of(a)); // receive r_t and s_{t+1}; T ← T + 1
        rollout.add(Action.of(a), step.reward()); // t ← t + 1
      } while (!step.last() && rollout.size() < tMax); // until terminal s_t or t − t_start == t_max
      double R = 0; // R = 0 for terminal s_t, max_a Q(s_t, a; θ⁻) otherwise
      if (!step.terminated()) {
        R = doubleQ ? Q.q(actor.target(), 0, Q.argmax(actor.act(), 0)) : Q.max(actor.target(), 0);
      }
      for (int i = rollout.size() - 1; i >= 0; i--) { // for i ∈ {t − 1, …, t_start}
        R = rollout.reward(i) + gamma * R; // R ← r_i + γR
        rollout.setTarget(i, R);
      }
      // dθ ← dθ + ∂(R − Q(s_i, a_i; θ′))²/∂θ′; asynchronous update of θ using dθ
      actor.update((out, dOut) -> OneStepQ.squaredError(Q, rollout, valueWeight, out, dOut));
      actor.refreshTarget(targetInterval); // if T mod I_target == 0: θ⁻ ← θ
      if (step.last()) {
        epsilon.episodeEnded();
      }
    }
  }

  @Override
  public int rolloutLength() {
    return tMax;
  }

  @Override
  public int outputs(Space actions) {
    return ActionValues.of(actions, dueling).outputs();
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    return ActionValues.of(actions, dueling).greedy(out, 0);
  }

  @Override
  public boolean stochastic() {
    return false;
  }

  @Override
  public boolean usesTarget() {
    return true;
  }
}
