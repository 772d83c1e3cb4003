package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Asynchronous one-step Q-learning: Algorithm 1 of Mnih et al. (2016), arXiv:1602.01783, for each
 * actor-learner thread.
 *
 * <p>Acts and differentiates on the shared θ itself. The gradients of the I_AsyncUpdate steps are
 * computed together at the update, in one pass, instead of one after each step: the same sum
 * wherever θ changes by this thread's updates alone.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one. Parts:
 * {@code doubleQ} chooses the action of the target by θ and values it by θ⁻ (van Hasselt et al.
 * 2016, arXiv:1509.06461); {@code dueling} heads.
 */
public record OneStepQ(
    double gamma,
    double valueWeight,
    int asyncUpdate,
    long targetInterval,
    EpsilonGreedy exploration,
    boolean dueling,
    boolean doubleQ)
    implements AsynchronousAlgorithm {

  /**
   * @param gamma discount γ
   * @param valueWeight factor of the gradient (y − Q) of ½(y − Q)²; the gradient of Algorithm 1's
   *     (y − Q)² is 2(y − Q)
   * @param asyncUpdate I_AsyncUpdate, in steps of this thread
   * @param targetInterval I_target, in steps of all threads
   */
  public OneStepQ {}

  @Override
  public void run(ActorLearner actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    Rollout rollout = new Rollout(asyncUpdate);
    // Thread step counter t ← 0; θ⁻ ← θ; dθ ← 0
    while (actor.running()) { // repeat … until T > T_max
      actor.sync(); // get state s
      rollout.clear();
      Step step;
      do {
        int a = epsilon.choose(Q, actor.act(), actor.T()); // ε-greedy on Q(s, a; θ)
        // receive new state s′ and reward r; s = s′; T ← T + 1; t ← t + 1
        step = actor.step(Action.of(a));
        rollout.add(Action.of(a), step.reward());
      } while (!step.last() && actor.t() % asyncUpdate != 0);
      float[] next = actor.targetOutputs(); // Q(s′, ·; θ⁻); of step i in row i + 1
      float[] chooser = doubleQ ? actor.outputs() : next;
      for (int i = 0; i < rollout.size(); i++) {
        int row = (i + 1) * Q.outputs();
        boolean terminal = step.terminated() && i == rollout.size() - 1;
        double y = rollout.reward(i); // y = r for terminal s′, r + γ max_a′ Q(s′, a′; θ⁻) otherwise
        y += terminal ? 0 : gamma * Q.q(next, row, Q.argmax(chooser, row));
        rollout.setTarget(i, y);
      }
      actor.refreshTarget(targetInterval); // if T mod I_target == 0: θ⁻ ← θ
      // if t mod I_AsyncUpdate == 0 or s is terminal: update of θ using dθ = Σ ∂(y − Q(s, a;
      // θ))²/∂θ
      actor.update((out, dOut) -> squaredError(Q, rollout, valueWeight, out, dOut));
      if (step.last()) {
        epsilon.episodeEnded();
      }
    }
  }

  /** valueWeight·½(y_i − Q(s_i, a_i))², summed over the rollout. */
  static ActorLearner.Terms squaredError(
      ActionValues Q, Rollout rollout, double valueWeight, float[] out, float[] dOut) {
    double loss = 0;
    Measures seen = new Measures();
    for (int i = 0; i < rollout.size(); i++) {
      int row = i * Q.outputs();
      int a = rollout.action(i).index();
      double q = Q.q(out, row, a);
      double error = rollout.target(i) - q;
      Q.gradient(row, a, -valueWeight * error, dOut);
      loss += valueWeight / 2 * error * error;
      seen.value(q, rollout.target(i));
    }
    return new ActorLearner.Terms(0, loss, 0, seen);
  }

  @Override
  public int rolloutLength() {
    return asyncUpdate;
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
  public boolean onShared() {
    return true;
  }

  @Override
  public boolean usesTarget() {
    return true;
  }
}
