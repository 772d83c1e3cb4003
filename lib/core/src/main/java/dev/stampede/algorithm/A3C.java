package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Asynchronous advantage actor-critic: Algorithm S3 of Mnih et al. (2016), arXiv:1602.01783, for
 * each actor-learner thread.
 *
 * <p>θ and θ_v are one vector here; the outputs for a state are those of the policy, then V. S3
 * ascends dθ and descends dθ_v: a loss negates the first. Gradients are summed over the rollout,
 * not averaged. The entropy term stands in section 4, not in S3. Knobs: the value gradient is
 * {@code valueWeight}·(R − V), where the gradient of S3's (R − V)² is 2(R − V) and the authors'
 * answer "× 0.5" is read as ½(R − V).
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps from its last state like an
 * unfinished one; λ &lt; 1 mixes the returns of all lengths (Schulman et al. 2016,
 * arXiv:1506.02438), so that R − V is the generalised advantage; β may differ between threads; the
 * loss may be one's own.
 */
public record A3C(
    double gamma,
    double lambda,
    PerThread beta,
    double valueWeight,
    int tMax,
    Optional<RolloutLoss> own)
    implements AsynchronousAlgorithm {

  /**
   * @param gamma discount γ
   * @param lambda λ of the returns; 1 for the paper's
   * @param beta weight of the policy's entropy
   * @param valueWeight factor of the gradient (R − V) of ½(R − V)²
   * @param tMax longest rollout, in steps
   * @param own takes the place of the loss, with its β and valueWeight
   */
  public A3C {}

  /** With the paper's loss. */
  public A3C(double gamma, double lambda, PerThread beta, double valueWeight, int tMax) {
    this(gamma, lambda, beta, valueWeight, tMax, Optional.empty());
  }

  /** With the same β for all threads. */
  public A3C(double gamma, double lambda, double beta, double valueWeight, int tMax) {
    this(gamma, lambda, PerThread.of(beta), valueWeight, tMax);
  }

  @Override
  public void run(ActorLearner actor) {
    Policy policy = Policy.over(actor.actionSpace());
    int v = policy.outputs(); // Where V stands among the outputs.
    double ownBeta = beta.of(actor.id());
    Rollout rollout = new Rollout(tMax);
    while (actor.running()) { // repeat … until T > T_max
      actor.sync(); // dθ ← 0, dθ_v ← 0; θ′ = θ, θ′_v = θ_v
      rollout.clear(); // t_start = t; get state s_t
      Step step;
      do {
        float[] out = actor.act();
        Action a = policy.sample(out, 0, actor.random()); // perform a_t by π(a_t|s_t; θ′)
        double V = out[v];
        step = actor.step(a); // receive r_t and s_{t+1}; T ← T + 1
        rollout.add(a, step.reward(), V); // t ← t + 1
      } while (!step.last() && rollout.size() < tMax); // until terminal s_t or t − t_start == t_max
      double R = step.terminated() ? 0 : actor.act()[v]; // R = 0 or V(s_t, θ′_v)
      double next = R;
      for (int i = rollout.size() - 1; i >= 0; i--) { // for i ∈ {t − 1, …, t_start}
        R = rollout.reward(i) + gamma * (lambda * R + (1 - lambda) * next); // R ← r_i + γR
        next = rollout.value(i);
        rollout.setTarget(i, R);
      }
      if (own.isPresent()) {
        own.get().update(actor, policy, rollout);
      } else { // of θ using dθ and dθ_v
        actor.update((out, dOut) -> loss(policy, ownBeta, rollout, out, dOut));
      }
    }
  }

  /**
   * Σ_i −log π(a_i|s_i)(R − V(s_i)) − βH(π(s_i)) + valueWeight·½(R − V(s_i))², the advantage taken
   * as a constant.
   */
  ActorLearner.Terms loss(Policy policy, double beta, Rollout rollout, float[] out, float[] dOut) {
    int v = policy.outputs();
    double policyLoss = 0;
    double valueLoss = 0;
    double entropy = 0;
    Measures seen = new Measures();
    for (int i = 0; i < rollout.size(); i++) {
      int row = i * (v + 1);
      Action a = rollout.action(i);
      double advantage = rollout.target(i) - out[row + v]; // R − V(s_i; θ′_v)
      policy.gradient(out, row, a, advantage, beta, dOut); // dθ
      dOut[row + v] = (float) (-valueWeight * advantage); // dθ_v
      policyLoss -= policy.logProbability(out, row, a) * advantage;
      valueLoss += valueWeight / 2 * advantage * advantage;
      entropy += seen.entropy(policy.entropy(out, row));
      seen.value(out[row + v], rollout.target(i));
    }
    return new ActorLearner.Terms(policyLoss, valueLoss, -beta * entropy, seen);
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
