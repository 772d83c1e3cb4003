package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Deep Q-learning with experience replay: Algorithm 1 of Mnih et al. (2015), Nature 518.
 *
 * <p>One thread is the paper's. Of several, each acts in an environment of its own and learns from
 * a memory of its own, and all share θ without a lock: asynchronous DQN.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one. Parts:
 * {@code doubleQ} (van Hasselt et al. 2016, arXiv:1509.06461), {@code dueling} heads (Wang et al.
 * 2016, arXiv:1511.06581), transitions of n steps, and {@linkplain MemoryUse#priorityExponent
 * priorities} (Schaul et al. 2016, arXiv:1511.05952, Algorithm 1).
 */
public record DQN(
    MemoryUse memoryUse,
    int updateEvery,
    long targetInterval,
    EpsilonGreedy exploration,
    double betaStart,
    double betaEnd,
    boolean dueling,
    boolean doubleQ,
    boolean huber)
    implements AsynchronousAlgorithm {

  /**
   * @param memoryUse N, and the size of a minibatch
   * @param updateEvery steps of a thread between its updates
   * @param targetInterval C, in steps of all threads
   * @param betaStart exponent β of the weights at the start, without priorities of no effect
   * @param betaEnd the same at T_max
   * @param huber whether the error's gradient is bounded to ±1
   */
  public DQN {}

  @Override
  public void run(ActorLearner actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    TemporalDifference td = new TemporalDifference(Q, doubleQ, huber);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    Memory D = actor.memory(); // Initialize replay memory D to capacity N; Q̂ with θ⁻ = θ
    while (actor.running()) {
      actor.sync(); // φ_t
      // With probability ε select a random action a_t, otherwise argmax_a Q(φ_t, a; θ)
      Action a = Action.of(epsilon.choose(Q, actor.act(), actor.T()));
      Step step = actor.step(a); // Execute action a_t, observe reward r_t and image x_{t+1}
      D.add(a, step); // Store transition (φ_t, a_t, r_t, φ_{t+1}) in D
      if (actor.t() % updateEvery == 0 && D.isReady()) {
        // Sample random minibatch of transitions (φ_j, a_j, r_j, φ_{j+1}) from D
        Minibatch batch = D.draw(beta((double) actor.T() / actor.TMax()));
        double[] y = td.targets(batch); // y_j = r_j, or r_j + γ max_a′ Q̂(φ_{j+1}, a′; θ⁻)
        double[] p = new double[batch.size()];
        // Perform a gradient descent step on (y_j − Q(φ_j, a_j; θ))² with respect to θ
        batch.update((out, dOut) -> td.loss(batch, y, p, out, dOut));
        batch.prioritize(p);
      }
      actor.refreshTarget(targetInterval); // Every C steps reset Q̂ = Q
      if (step.last()) {
        epsilon.episodeEnded();
      }
    }
  }

  /** β when that share of the run is over. */
  double beta(double share) {
    return betaStart + (betaEnd - betaStart) * Math.min(1, share);
  }

  @Override
  public Optional<MemoryUse> memory() {
    return Optional.of(memoryUse);
  }

  @Override
  public int rolloutLength() {
    return 1;
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
