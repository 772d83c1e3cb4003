package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/**
 * Proximal policy optimization: Algorithm 1 of Schulman et al. (2017), arXiv:1707.06347, with the
 * clipped surrogate of its equations 7 and 9 and the advantages of equations 11 and 12. Its N
 * actors are environments that step together.
 *
 * <p>A loss negates the objective. The paper's c₁(V − V^targ)² has the gradient 2c₁(V − V^targ):
 * {@code valueWeight} is 2c₁. Values are not clipped. What the paper leaves open, and the authors'
 * code does: an epoch takes each state once, in an order drawn anew; the advantages of a minibatch
 * get mean 0 and variance 1.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps from the state it was cut off in.
 */
public record PPO(
    double gamma,
    double lambda,
    PerThread beta,
    double valueWeight,
    double epsilon,
    boolean annealed,
    int horizon,
    int epochs,
    int minibatch,
    boolean normalized)
    implements BatchAlgorithm {

  /**
   * @param gamma discount γ
   * @param lambda λ of the advantages
   * @param beta c₂, weight of the policy's entropy, in each environment
   * @param valueWeight factor of the gradient (V − V^targ)
   * @param epsilon ε: how far from 1 the ratio of probabilities is followed
   * @param annealed whether ε falls as the learning rate does
   * @param horizon T, steps of each environment between two rounds of learning
   * @param epochs K, how often each state is learned from
   * @param minibatch M, states of one update; the last of an epoch may have fewer
   * @param normalized whether advantages are normalised in each minibatch
   */
  public PPO {}

  @Override
  public void run(BatchLearner batch) {
    Policy policy = Policy.over(batch.actionSpace());
    int N = batch.environments();
    Experience old = new Experience(N, horizon);
    while (batch.running()) { // for iteration = 1, 2, …
      batch.begin(); // θ_old ← θ
      double[] V = old.collect(batch, policy, horizon); // run policy π_θold for T timesteps
      for (int actor = 0; actor < N; actor++) { // for actor = 1, …, N
        advantages(old.rollout(actor), V[actor]);
      }
      double clip = annealed ? epsilon * batch.annealed() : epsilon;
      for (int k = 0; k < epochs; k++) { // optimize L wrt θ, with K epochs and M ≤ NT
        for (int[] states : old.minibatches(minibatch, batch.random())) {
          batch.update(states, (out, dOut) -> loss(policy, old, states, clip, out, dOut));
        }
      }
    }
  }

  /** Compute advantage estimates Â_1, …, Â_T; V^targ_t = Â_t + V(s_t). */
  void advantages(Rollout rollout, double bootstrap) {
    double A = 0;
    double V = bootstrap; // V(s_{t+1}), 0 of a terminal state
    for (int t = rollout.size() - 1; t >= 0; t--) {
      if (rollout.last(t)) {
        A = 0;
        V = rollout.after(t);
      }
      double delta = rollout.reward(t) + gamma * V - rollout.value(t);
      A = delta + gamma * lambda * A; // Â_t = δ_t + γλÂ_{t+1}
      V = rollout.value(t);
      rollout.setAdvantage(t, A);
      rollout.setTarget(t, A + V);
    }
  }

  /** −min(r_tÂ_t, clip(r_t, 1 − ε, 1 + ε)Â_t) − βH(π) + valueWeight·½(V − V^targ)², summed. */
  ActorLearner.Terms loss(
      Policy policy, Experience old, int[] states, double clip, float[] out, float[] dOut) {
    int v = policy.outputs(); // Where V stands among the outputs.
    double[] advantages = old.advantages(states, normalized);
    double policyLoss = 0;
    double valueLoss = 0;
    double entropyLoss = 0;
    Measures seen = new Measures();
    for (int i = 0; i < states.length; i++) {
      int row = i * (v + 1);
      Action a = old.action(states[i]);
      double A = advantages[i];
      double r = Math.exp(policy.logProbability(out, row, a) - old.logPi(states[i])); // r_t(θ)
      double clipped = Math.max(1 - clip, Math.min(1 + clip, r));
      boolean flat = clipped * A < r * A; // The minimum is a constant there.
      double c2 = beta.of(old.environment(states[i]));
      policy.gradient(out, row, a, flat ? 0 : r * A, c2, dOut);
      policyLoss -= Math.min(r * A, clipped * A);
      double error = out[row + v] - old.target(states[i]); // V_θ(s_t) − V^targ_t
      dOut[row + v] = (float) (valueWeight * error);
      valueLoss += valueWeight / 2 * error * error;
      entropyLoss -= c2 * seen.entropy(policy.entropy(out, row));
      seen.value(out[row + v], old.target(states[i]));
    }
    return new ActorLearner.Terms(policyLoss, valueLoss, entropyLoss, seen);
  }

  @Override
  public int rolloutLength() {
    return horizon;
  }

  @Override
  public boolean takesRecurrent() {
    return false;
  }

  @Override
  public int outputs(Space actions) {
    return Policy.over(actions).outputs() + 1;
  }

  @Override
  public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    Policy policy = Policy.over(actions);
    return greedy ? policy.mode(out, 0) : policy.sample(out, 0, random);
  }
}
