package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The general reinforcement learning architecture: Algorithm 1 (distributed DQN) of Nair et al.
 * (2015), arXiv:1507.04296, in its bundled mode. Each thread is an actor, a replay memory and a
 * learner; a sharded parameter server holds θ⁺ and applies their gradients.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one. Parts: see
 * {@link DQN}.
 */
public record Gorila(
    MemoryUse memoryUse,
    ParameterServerUse serverUse,
    int updateEvery,
    long targetInterval,
    EpsilonGreedy exploration,
    boolean dueling,
    boolean doubleQ,
    boolean huber)
    implements AsynchronousAlgorithm {

  /**
   * @param memoryUse P of all threads together, and the size of a minibatch
   * @param serverUse shards of θ⁺, and the age at which a gradient is too old for them
   * @param updateEvery steps of a thread between its gradients
   * @param targetInterval N, in steps of all threads
   * @param huber whether the error's gradient is bounded to ±1
   */
  public Gorila {}

  @Override
  public void run(ActorLearner actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    TemporalDifference td = new TemporalDifference(Q, doubleQ, huber);
    EpsilonGreedy.OfThread epsilon = actor.keep(exploration.start(actor.random(), actor.id()));
    Memory D = actor.memory(); // Initialise replay memory D to size P; θ⁻ = θ
    while (actor.running()) {
      actor.sync(); // Update θ from parameters θ⁺ of the parameter server
      // With probability ε take a random action a_t or else a_t = argmax_a Q(s, a; θ)
      Action a = Action.of(epsilon.choose(Q, actor.act(), actor.T()));
      Step step = actor.step(a); // Execute the action, observe r_t and s_{t+1}
      D.add(a, step); // Store (s_t, a_t, r_t, s_{t+1}) in D
      if (actor.t() % updateEvery == 0 && D.isReady()) {
        Minibatch batch = D.draw(0); // Update θ from θ⁺; sample random mini-batch from D
        double[] y = td.targets(batch); // y = r_i, or r_i + γ max_a′ Q(s_{i+1}, a′; θ⁻)
        double[] p = new double[batch.size()];
        // Loss (y − Q(s_i, a_i; θ))²; send gradients to the parameter server
        batch.update((out, dOut) -> td.loss(batch, y, p, out, dOut));
        batch.prioritize(p);
      }
      actor.refreshTarget(targetInterval); // Every global N steps sync θ⁻ with θ⁺
      if (step.last()) {
        epsilon.episodeEnded();
      }
    }
  }

  @Override
  public Optional<MemoryUse> memory() {
    return Optional.of(memoryUse);
  }

  @Override
  public Optional<ParameterServerUse> parameterServer() {
    return Optional.of(serverUse);
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
  public boolean usesTarget() {
    return true;
  }
}
