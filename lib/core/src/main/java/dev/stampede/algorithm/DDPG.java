package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Deep deterministic policy gradient: Algorithm 1 of Lillicrap et al. (2016), arXiv:1509.02971. Its
 * θ^μ is θ here and its θ^Q is φ; targets θ^μ′ and θ^Q′ are θ⁻ and φ⁻.
 *
 * <p>One thread is the paper's. Of several, each acts in an environment of its own and learns from
 * a memory of its own, and all share both networks and their targets without a lock.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one; the critic
 * sees actions as numbers between −1 and 1, whatever the environment's bounds; learning begins once
 * the memory holds {@link MemoryUse#learningStarts}. Parts: transitions of n steps, {@linkplain
 * MemoryUse#priorityExponent priorities}, and a random start, as Fujimoto et al. (2018),
 * arXiv:1802.09477, section 6.1, have it.
 */
public record DDPG(
    MemoryUse memoryUse, double tau, ActionNoise noise, double beta, boolean randomStart)
    implements AsynchronousAlgorithm {

  /**
   * @param memoryUse size of the replay buffer R, and N, that of a minibatch
   * @param tau τ of the soft targets
   * @param noise the random process 𝒩
   * @param beta exponent β of the weights, without priorities of no effect
   * @param randomStart whether actions are uniformly random until learning begins
   */
  public DDPG {}

  @Override
  public void run(ActorLearner actor) {
    BoundedActions mu = BoundedActions.of(actor.actionSpace());
    DeterministicPolicyGradient dpg =
        new DeterministicPolicyGradient(mu, 1, Double.POSITIVE_INFINITY);
    ActionNoise.OfThread N = actor.keep(noise.start(actor.random(), mu.size()));
    Memory R = actor.memory(); // Initialize Q, μ, Q′ and μ′; initialize replay buffer R
    while (actor.running()) { // for episode = 1, M; for t = 1, T
      if (actor.atStart()) {
        N.restart(); // Initialize a random process 𝒩 for action exploration
      }
      actor.sync(); // Receive observation state s_t
      // Select action a_t = μ(s_t|θ^μ) + 𝒩_t
      float[] u = N.addedTo(mu.unit(actor.act(), 1));
      boolean random = randomStart && !R.isReady() && actor.t() < memoryUse.learningStarts();
      Action a = random ? mu.random(actor.random()) : mu.action(u);
      Step step = actor.step(a); // Execute action a_t, observe reward r_t and new state s_{t+1}
      R.add(a, step); // Store transition (s_t, a_t, r_t, s_{t+1}) in R
      if (R.isReady()) {
        Minibatch batch = R.draw(beta); // Sample a random minibatch of N transitions from R
        double[] y = dpg.targets(batch); // y_i = r_i + γQ′(s_{i+1}, μ′(s_{i+1}|θ^μ′)|θ^Q′)
        double[] p = new double[batch.size()];
        // Update critic by minimizing L = 1/N Σ_i (y_i − Q(s_i, a_i|θ^Q))²
        ActorLearner.Terms L = dpg.updateCritic(batch, y, p);
        // Update the policy by ∇J ≈ 1/N Σ_i ∇_a Q(s, a|θ^Q) ∇_θ^μ μ(s|θ^μ), s = s_i, a = μ(s_i)
        dpg.updatePolicy(batch, L);
        batch.prioritize(p);
        actor.approachTarget(tau); // θ^Q′ ← τθ^Q + (1 − τ)θ^Q′; θ^μ′ ← τθ^μ + (1 − τ)θ^μ′
      }
    }
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
    return BoundedActions.of(actions).size();
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    return BoundedActions.of(actions).at(out);
  }

  @Override
  public Outlook outlook(Space actions, float[] out) {
    return BoundedActions.of(actions).outlook(out);
  }

  @Override
  public void valueGradient(Space actions, float[] out, float[] dOut) {
    Arrays.fill(dOut, 1); // θ has no value: what changes the action is shown.
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
