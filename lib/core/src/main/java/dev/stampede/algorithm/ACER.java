package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import dev.stampede.replay.Trajectory;
import java.util.Optional;

/**
 * Actor-critic with experience replay, for a choice of actions: Algorithms 1 and 2 of Wang et al.
 * (2017), arXiv:1611.01224, for each actor-learner thread.
 *
 * <p>θ and θ_v are one vector here; the outputs for a state are those of the policy, then Q(x, ·).
 * The statistics φ are the probabilities, as in the paper. From the code of OpenAI Baselines, where
 * the paper says nothing: entropy is a part of g, ε = 10⁻⁶ stands beside each probability that is
 * divided by or whose logarithm is taken, and the gradient of Q is {@code qWeight}·(Q^ret − Q).
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one.
 */
public record ACER(
    double gamma,
    PerThread beta,
    double qWeight,
    int k,
    double replayRatio,
    TrajectoryUse use,
    double c,
    double delta,
    double alpha)
    implements ActorCriticWithQ {
  private static final double EPSILON = 1e-6;

  /**
   * @param gamma discount γ
   * @param beta weight of the policy's entropy
   * @param qWeight factor of the gradient (Q^ret − Q) of ½(Q^ret − Q)²
   * @param k longest trajectory, in steps
   * @param replayRatio r, mean number of trajectories that are learned from again after each
   * @param c where importance weights are cut off
   * @param delta δ of the trust region; infinite for none
   * @param alpha α of the average policy θ_a
   */
  public ACER {}

  @Override
  public void run(ActorLearner actor) {
    PolicyAndQ f = PolicyAndQ.over(actor.actionSpace());
    TrajectoryMemory memory = actor.trajectories();
    Trajectory x = new Trajectory(k, f.actions());
    while (actor.running()) { // repeat … until max iteration or time reached
      act(actor, f, x); // Call ACER on-policy, Algorithm 2
      memory.add(x);
      learn(actor, f, x);
      int n = Poisson.draw(replayRatio, actor.random()); // n ← Poisson(r)
      for (int i = 0; i < n && memory.isReady(); i++) { // Call ACER off-policy, Algorithm 2
        memory.draw(x); // θ′ ← θ; sample the trajectory {x_0, a_0, r_0, μ(·|x_0), …}
        learn(actor, f, x);
      }
    }
  }

  /** What Algorithm 2 does on-policy alone. */
  private void act(ActorLearner actor, PolicyAndQ f, Trajectory x) {
    actor.sync(); // dθ ← 0, dθ_v ← 0; θ′ ← θ, θ′_v ← θ_v
    x.clear(); // Get state x_0
    Step step;
    do {
      float[] out = actor.act();
      Action a = f.sample(out, actor.random()); // Perform a_i according to f(·|φ_θ′(x_i))
      double[] mu = f.probabilities(out, 0); // μ(·|x_i) ← f(·|φ_θ′(x_i))
      step = actor.step(a); // Receive reward r_i and new state x_{i+1}
      x.add(a.index(), mu, step.reward(), step.terminated());
    } while (!step.last() && x.size() < k);
  }

  /** What it does with a trajectory. */
  private void learn(ActorLearner actor, PolicyAndQ f, Trajectory x) {
    // Q^ret ← 0 for terminal x_k, Σ_a Q(x_k, a) f(a|φ_θ′(x_k)) otherwise
    double last = x.terminated() ? 0 : f.value(actor.act(), 0);
    float[] average = actor.averageOutputs();
    double ownBeta = beta.of(actor.id());
    actor.update((out, dOut) -> loss(f, ownBeta, x, last, average, out, dOut));
    actor.updateAverage(alpha); // θ_a ← αθ_a + (1 − α)θ
  }

  /**
   * The loss whose descent is the ascent of Algorithm 2.
   *
   * @param last what Q^ret starts from
   * @param av the outputs of θ_a for the same states
   */
  ActorLearner.Terms loss(
      PolicyAndQ f, double beta, Trajectory x, double last, float[] av, float[] out, float[] dOut) {
    double Qret = last;
    double policyLoss = 0;
    double valueLoss = 0;
    double entropy = 0;
    Measures seen = new Measures();
    for (int i = x.size() - 1; i >= 0; i--) { // for i ∈ {k − 1, …, 0}
      int row = i * f.outputs();
      double[] p = f.probabilities(out, row); // f(·|φ_θ′(x_i))
      double[] pa = f.probabilities(av, row); // f(·|φ_θa(x_i))
      int a = x.action(i);
      Qret = x.reward(i) + gamma * Qret; // Q^ret ← r_i + γQ^ret
      double V = f.value(out, row); // V_i ← Σ_a Q(x_i, a) f(a|φ_θ′(x_i))
      double[] g = new double[p.length];
      double[] k = new double[p.length];
      for (int b = 0; b < p.length; b++) {
        double rho = p[b] / (x.mu(i, b) + EPSILON);
        double log = Math.log(p[b] + EPSILON);
        double weight = Math.max(0, 1 - c / (rho + EPSILON)) * p[b] * (out[f.q(row, b)] - V);
        weight += b == a ? Math.min(c, rho) * (Qret - V) : 0;
        g[b] = (weight - beta * p[b]) / (p[b] + EPSILON) - beta * log; // ∇_φ of weight·log + βH
        k[b] = -pa[b] / (p[b] + EPSILON); // ∇_φ D_KL[f(·|φ_θa(x_i)) ‖ f(·|φ_θ′(x_i))]
        policyLoss -= weight * log;
      }
      TrustRegion.project(g, k, delta); // g − max{0, (kᵀg − δ) / ‖k‖²} k
      f.descend(p, g, row, dOut); // dθ′ ← dθ′ + ∂φ_θ′(x_i)/∂θ′ of it
      double error = Qret - out[f.q(row, a)];
      dOut[f.q(row, a)] = (float) (-qWeight * error); // dθ_v ← dθ_v + ∇(Q^ret − Q(x_i, a_i))²
      valueLoss += qWeight / 2 * error * error;
      entropy += seen.entropy(f.entropy(out, row));
      seen.value(out[f.q(row, a)], Qret);
      double rhoBar = Math.min(1, p[a] / (x.mu(i, a) + EPSILON));
      Qret = rhoBar * error + V; // Q^ret ← ρ̄_i (Q^ret − Q(x_i, a_i)) + V_i
    }
    return new ActorLearner.Terms(policyLoss, valueLoss, -beta * entropy, seen);
  }

  @Override
  public Optional<TrajectoryUse> trajectories() {
    return Optional.of(use);
  }

  @Override
  public int rolloutLength() {
    return k;
  }
}
