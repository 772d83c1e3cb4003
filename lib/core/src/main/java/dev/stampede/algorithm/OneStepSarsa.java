package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.random.RandomGenerator;

/**
 * Asynchronous one-step Sarsa: Algorithm 1 of Mnih et al. (2016), arXiv:1602.01783, with the target
 * of section 4: y = r + γQ(s′, a′; θ⁻), where a′ is the action taken in s′.
 *
 * <p>Otherwise as {@link OneStepQ}. An episode that was truncated bootstraps like an unfinished
 * one, by an action a′ that is chosen in its last state and not taken.
 */
public record OneStepSarsa(
    double gamma,
    double valueWeight,
    int asyncUpdate,
    long targetInterval,
    EpsilonGreedy exploration,
    boolean dueling)
    implements AsynchronousAlgorithm {

  /**
   * @param gamma discount γ
   * @param valueWeight factor of the gradient (y − Q) of ½(y − Q)²
   * @param asyncUpdate I_AsyncUpdate, in steps of this thread
   * @param targetInterval I_target, in steps of all threads
   */
  public OneStepSarsa {}

  @Override
  public void run(ActorLearner actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    Rollout rollout = new Rollout(asyncUpdate + 1);
    // Thread step counter t ← 0; θ⁻ ← θ; dθ ← 0
    // −1: none yet; a run that is resumed within an episode goes on with the one it had.
    int a = actor.atStart() ? -1 : epsilon.chosen();
    while (actor.running()) { // repeat … until T > T_max
      actor.sync(); // get state s
      rollout.clear();
      Step step;
      a = a < 0 ? epsilon.choose(Q, actor.act(), actor.T()) : a;
      do {
        // receive new state s′ and reward r; s = s′; T ← T + 1; t ← t + 1
        step = actor.step(Action.of(a));
        rollout.add(Action.of(a), step.reward());
        a = epsilon.choose(Q, actor.act(), actor.T()); // a′: ε-greedy on Q(s′, a; θ)
      } while (!step.last() && actor.t() % asyncUpdate != 0);
      rollout.add(Action.of(a), 0); // a′ of the last step
      float[] next = actor.targetOutputs(); // Q(s′, ·; θ⁻); of step i in row i + 1
      int n = rollout.size() - 1;
      for (int i = 0; i < n; i++) {
        boolean terminal = step.terminated() && i == n - 1;
        double y = rollout.reward(i); // y = r for terminal s′, r + γQ(s′, a′; θ⁻) otherwise
        int following = rollout.action(i + 1).index();
        y += terminal ? 0 : gamma * Q.q(next, (i + 1) * Q.outputs(), following);
        rollout.setTarget(i, y);
      }
      rollout.removeLast();
      actor.refreshTarget(targetInterval); // if T mod I_target == 0: θ⁻ ← θ
      // if t mod I_AsyncUpdate == 0 or s is terminal: update of θ using dθ = Σ ∂(y − Q(s, a;
      // θ))²/∂θ
      actor.update((out, dOut) -> OneStepQ.squaredError(Q, rollout, valueWeight, out, dOut));
      if (step.last()) {
        a = -1;
        epsilon.episodeEnded();
      }
    }
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
