package dev.stampede.algorithm;

import dev.stampede.env.Action;

/**
 * Distributed proximal policy optimization: Algorithms 1 to 3 of Heess et al. (2017),
 * arXiv:1707.02286. Each worker learns from what it did itself; a chief averages the gradients of W
 * − D of W workers.
 *
 * <p>A loss negates J_PPO; J and L_BL are means over the worker's states, and KL is that of the
 * distributions, averaged over them. The gradient of L_BL's (R̂ − V)² is 2(V − R̂): {@code
 * valueWeight} is 2. The paper lets a worker whose KL is more than 4 KL_target go on with its next
 * round at once; here it sends no more gradients for the policy, but those for the baseline, and
 * adapts λ: otherwise λ would never rise where it has to most.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps from the state it was cut off in;
 * the policy's entropy has a weight.
 */
public record DPPO(
    double gamma,
    PerThread beta,
    double valueWeight,
    int horizon,
    int returnLength,
    int policyEpochs,
    int baselineEpochs,
    int missing,
    KlPenalty penalty,
    boolean normalized)
    implements ActorCritic, ChiefAlgorithm {

  /**
   * @param gamma discount γ
   * @param beta weight of the policy's entropy
   * @param valueWeight factor of the gradient (V − R̂)
   * @param horizon T, steps of each worker in a round
   * @param returnLength K, the most rewards in a return
   * @param policyEpochs M, updates of the policy in a round
   * @param baselineEpochs B, updates of the baseline in a round
   * @param missing D, how many workers the chief does not wait for
   * @param normalized whether a worker's advantages get mean 0 and variance 1
   */
  public DPPO {}

  /** Algorithm 2. */
  @Override
  public void run(Chief chief) {
    while (chief.running()) { // for i ∈ {1, …, N}
      for (int j = 1; j <= policyEpochs; j++) {
        chief.updatePolicy(missing); // wait for W − D gradients wrt θ; average, update
      }
      for (int j = 1; j <= baselineEpochs; j++) {
        chief.updateBaseline(missing); // wait for W − D gradients wrt φ; average, update
      }
    }
  }

  /** Algorithm 3. */
  @Override
  public void run(ActorLearner actor) {
    Policy policy = Policy.over(actor.actionSpace());
    KlPenalty.Coefficient lambda = actor.keep(new KlPenalty.Coefficient(penalty.initial()));
    double ownBeta = beta.of(actor.id());
    Worker worker = actor.worker();
    Rollout rollout = new Rollout(horizon);
    while (actor.running()) { // for i ∈ {1, …, N}
      actor.sync();
      rollout.collectAll(actor, policy); // run policy π_θ for T timesteps
      returns(rollout, actor.act()[policy.outputs()]);
      float[] old = actor.outputs().clone(); // π_old ← π_θ
      for (int m = 1; m <= policyEpochs; m++) {
        if (penalty.tooFar(policy.divergence(old, actor.outputs(), horizon))) { // KL > 4 KL_target
          worker.skip(policyEpochs - m + 1);
          break;
        }
        double now = lambda.get();
        worker.send((out, dOut) -> policyLoss(policy, ownBeta, now, rollout, old, out, dOut));
      }
      for (int b = 1; b <= baselineEpochs; b++) {
        worker.send((out, dOut) -> baselineLoss(policy, rollout, out, dOut));
      }
      lambda.set(penalty.adapted(lambda.get(), policy.divergence(old, actor.outputs(), horizon)));
    }
  }

  /** R̂_t = Σ γ^i r_{t+i} + γ^K V_φ, over pieces of K steps; Â_t = R̂_t − V_φ(s_t). */
  void returns(Rollout rollout, double bootstrap) {
    double R = bootstrap;
    for (int t = rollout.size() - 1; t >= 0; t--) {
      if (rollout.last(t)) {
        R = rollout.after(t);
      } else if ((t + 1) % returnLength == 0 && t + 1 < rollout.size()) {
        R = rollout.value(t + 1);
      }
      R = rollout.reward(t) + gamma * R;
      rollout.setTarget(t, R);
      rollout.setAdvantage(t, R - rollout.value(t));
    }
    if (normalized) {
      rollout.normalizeAdvantages();
    }
  }

  /** −J_PPO, times T: Σ_t −(π_θ / π_old)Â_t − βH, and T·(λKL + ξ·max(0, KL − 2KL_target)²). */
  ActorLearner.Terms policyLoss(
      Policy policy,
      double beta,
      double lambda,
      Rollout rollout,
      float[] old,
      float[] out,
      float[] dOut) {
    double kl = policy.divergence(old, out, horizon);
    double slope = penalty.slope(lambda, kl);
    double surrogate = 0;
    double entropy = 0;
    Measures seen = new Measures();
    for (int t = 0; t < horizon; t++) {
      int row = t * (policy.outputs() + 1);
      Action a = rollout.action(t);
      double logRatio = policy.logProbability(out, row, a) - policy.logProbability(old, row, a);
      double gain = Math.exp(logRatio) * rollout.advantage(t);
      policy.gradient(out, row, a, gain, beta, dOut);
      policy.addDivergenceGradient(old, out, row, slope, dOut);
      surrogate += gain;
      entropy += seen.entropy(policy.entropy(out, row));
    }
    double far = horizon * penalty.loss(lambda, kl);
    return new ActorLearner.Terms(-surrogate, 0, -beta * entropy, far, seen);
  }

  /** L_BL, times T: Σ_t valueWeight·½(V_φ(s_t) − R̂_t)². */
  ActorLearner.Terms baselineLoss(Policy policy, Rollout rollout, float[] out, float[] dOut) {
    double sum = 0;
    Measures seen = new Measures();
    for (int t = 0; t < horizon; t++) {
      int v = t * (policy.outputs() + 1) + policy.outputs();
      double error = out[v] - rollout.target(t);
      dOut[v] = (float) (valueWeight * error);
      sum += valueWeight / 2 * error * error;
      seen.value(out[v], rollout.target(t));
    }
    return new ActorLearner.Terms(0, sum, 0, seen);
  }

  @Override
  public int rolloutLength() {
    return horizon;
  }
}
