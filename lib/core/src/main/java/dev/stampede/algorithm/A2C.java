package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Synchronous advantage actor-critic: the environments of all workers step together, one batch acts
 * and learns. With its own values it is A2C, the deterministic counterpart of {@link A3C}; with
 * those of Clemente et al. (2017), arXiv:1705.04862, Algorithm 1, it is PAAC.
 *
 * <p>The loss of a sample is that of A3C. A rollout goes on through the end of an episode. An
 * episode that was truncated bootstraps from the state it was cut off in.
 */
public record A2C(double gamma, double lambda, PerThread beta, double valueWeight, int tMax)
    implements BatchAlgorithm {

  /**
   * @param gamma discount γ
   * @param lambda λ of the returns; 1 for n-step returns
   * @param beta weight of the policy's entropy, in each environment
   * @param valueWeight factor of the gradient (R − V) of ½(R − V)²
   * @param tMax length of each rollout, in steps of each environment
   */
  public A2C {}

  /** With the same β for all environments. */
  public A2C(double gamma, double lambda, double beta, double valueWeight, int tMax) {
    this(gamma, lambda, PerThread.of(beta), valueWeight, tMax);
  }

  @Override
  public void run(BatchLearner batch) {
    Policy policy = Policy.over(batch.actionSpace());
    int v = policy.outputs(); // Where V stands among the outputs.
    int width = v + 1;
    int environments = batch.environments();
    List<Rollout> rollouts = new ArrayList<>();
    for (int e = 0; e < environments; e++) {
      rollouts.add(new Rollout(tMax));
    }
    while (batch.running()) { // repeat … until N ≥ N_max
      batch.begin();
      rollouts.forEach(Rollout::clear);
      for (int t = 0; t < tMax; t++) { // for t = 1 to t_max
        float[] out = batch.act(); // π(a|s_t; θ) and V(s_t; θ_v) of all environments
        List<Action> actions = new ArrayList<>(environments);
        for (int e = 0; e < environments; e++) {
          actions.add(policy.sample(out, e * width, batch.random())); // sample a_t
          rollouts.get(e).begin(actions.get(e), out[e * width + v]);
        }
        List<Step> steps = batch.step(actions); // new states and rewards, in parallel; N ← N + n_e
        for (int e = 0; e < environments; e++) {
          Step step = steps.get(e);
          boolean cut = step.last() && !step.terminated();
          rollouts.get(e).end(step, cut ? batch.last(e)[v] : 0);
        }
      }
      float[] out = batch.act();
      for (int e = 0; e < environments; e++) {
        returns(
            rollouts.get(e),
            out[e * width + v]); // R = 0 for terminal s, V(s_{t_max+1}; θ) otherwise
      }
      batch.update(
          (o, dOut) -> loss(policy, rollouts, o, dOut)); // of θ by the mean or sum over n_e·t_max
    }
  }

  /** Targets of one environment's rollout; each episode in it has its own end. */
  private void returns(Rollout rollout, double bootstrap) {
    double R = bootstrap;
    double next = bootstrap;
    for (int i = rollout.size() - 1; i >= 0; i--) { // for t = t_max down to 1
      if (rollout.last(i)) {
        R = rollout.after(i);
        next = R;
      }
      R = rollout.reward(i) + gamma * (lambda * R + (1 - lambda) * next); // R_t = r_t + γR_{t+1}
      next = rollout.value(i);
      rollout.setTarget(i, R);
    }
  }

  private ActorLearner.Terms loss(
      Policy policy, List<Rollout> rollouts, float[] out, float[] dOut) {
    int v = policy.outputs();
    double policyLoss = 0;
    double valueLoss = 0;
    double entropyLoss = 0;
    Measures seen = new Measures();
    for (int t = 0; t < tMax; t++) {
      for (int e = 0; e < rollouts.size(); e++) {
        int row = (t * rollouts.size() + e) * (v + 1);
        Action a = rollouts.get(e).action(t);
        double advantage = rollouts.get(e).target(t) - out[row + v]; // R − V(s; θ_v)
        policy.gradient(out, row, a, advantage, beta.of(e), dOut); // dθ
        dOut[row + v] = (float) (-valueWeight * advantage); // dθ_v
        policyLoss -= policy.logProbability(out, row, a) * advantage;
        valueLoss += valueWeight / 2 * advantage * advantage;
        entropyLoss -= beta.of(e) * seen.entropy(policy.entropy(out, row));
        seen.value(out[row + v], rollouts.get(e).target(t));
      }
    }
    return new ActorLearner.Terms(policyLoss, valueLoss, entropyLoss, seen);
  }

  @Override
  public int rolloutLength() {
    return tMax;
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
