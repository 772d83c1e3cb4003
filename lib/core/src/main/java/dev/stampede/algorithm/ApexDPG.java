package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Transitions;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Ape-X DPG: Algorithms 1 and 2 of Horgan et al. (2018), arXiv:1803.00933, with the policy gradient
 * of its section 3.2 and the values of its appendix D. Its φ, the policy's parameters, are θ here,
 * and its ψ, the critic's, are φ.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one; the critic
 * sees actions as numbers between −1 and 1, whatever the environment's bounds; the memory removes
 * what is oldest, where the paper draws what it removes by an exponent of −0.4.
 */
public record ApexDPG(
    MemoryUse memory,
    Pace pace,
    double sigma,
    int localBuffer,
    int pullEvery,
    double beta,
    double clip,
    long targetUpdates,
    long removeEvery)
    implements ReplayAlgorithm {

  /**
   * @param memory of n steps each; the capacity is a hard limit where they are removed after each
   *     update
   * @param pace how fast actors and learner may be for each other
   * @param sigma standard deviation of the actors' noise, in units of half the actions' range
   * @param localBuffer B: transitions that an actor sends at once
   * @param pullEvery an actor's steps between two pulls of parameters
   * @param beta exponent β of the weights
   * @param clip bound of each element of ∂Q/∂a
   * @param targetUpdates updates of θ between two θ⁻ ← θ, φ⁻ ← φ
   * @param removeEvery updates between two removals of the oldest transitions
   */
  public ApexDPG {}

  /** Algorithm 1, actor. */
  @Override
  public void act(ReplayActor actor) {
    BoundedActions mu = BoundedActions.of(actor.actionSpace());
    ActionNoise.OfThread noise = ActionNoise.gaussian(sigma).start(actor.random(), mu.size());
    LocalBuffer localBuffer = actor.buffer();
    actor.pull(); // θ_0, φ_0 ← LEARNER.PARAMETERS()
    while (actor.running()) { // for t = 1 to T do
      actor.begin(); // s_0 ← ENVIRONMENT.INITIALIZE()
      float[] best = mu.unit(actor.act(), 1);
      Action a = mu.action(noise.addedTo(best)); // a_{t−1} ← π(s_{t−1})
      float[] q = {(float) actor.Q(mu.unit(a)), (float) actor.Q(best)};
      Step step = actor.step(a); // (r_t, γ_t, s_t) ← ENVIRONMENT.STEP(a_{t−1})
      localBuffer.add(a, q, step); // LOCALBUFFER.ADD((s_{t−1}, a_{t−1}, r_t, γ_t))
      if (step.last() && !step.terminated()) {
        localBuffer.bootstrap(new float[] {0, (float) actor.Q(mu.unit(actor.act(), 1))});
      }
      if (localBuffer.size() >= this.localBuffer) { // if LOCALBUFFER.SIZE() ≥ B then
        Transitions tau = localBuffer.take(); // τ ← LOCALBUFFER.GET(B)
        actor.add(tau, priorities(tau)); // p ← COMPUTEPRIORITIES(τ); REPLAY.ADD(τ, p)
      }
      if (actor.t() % pullEvery == 0) { // PERIODICALLY(θ_t, φ_t ← LEARNER.PARAMETERS())
        actor.pull();
      }
    }
  }

  /** |δ| of each transition by the values that its actor had: Q(s, a) and Q(s, μ(s)) of a state. */
  static double[] priorities(Transitions tau) {
    double[] p = new double[tau.size()];
    float[] out = tau.out();
    float[] nextOut = tau.nextOut();
    for (int j = 0; j < p.length; j++) {
      double y = tau.reward(j);
      if (tau.discount(j) > 0) {
        y += tau.discount(j) * nextOut[2 * j + 1];
      }
      p[j] = Math.abs(y - out[2 * j]);
    }
    return p;
  }

  /** Algorithm 2, learner. */
  @Override
  public void learn(ReplayLearner learner) {
    DeterministicPolicyGradient dpg =
        new DeterministicPolicyGradient(BoundedActions.of(learner.actionSpace()), 0.5, clip);
    while (learner.running()) { // for t = 1 to T do
      Minibatch tau = learner.draw(beta); // id, τ ← REPLAY.SAMPLE()
      if (tau == null) {
        return;
      }
      double[] y = dpg.targets(tau); // G_t
      double[] p = new double[tau.size()]; // p ← CALCULATEPRIORITIES()
      // l_t ← COMPUTELOSS(τ; …), ½(G_t − q(s_t, a_t; φ))²; φ_{t+1} ← UPDATEPARAMETERS(l_t; φ_t)
      ActorLearner.Terms loss = dpg.updateCritic(tau, y, p);
      dpg.updatePolicy(tau, loss); // ∇_a q(s_t, a; φ) at a = μ(s_t; θ), times ∇_θ μ(s_t; θ)
      tau.prioritize(p); // REPLAY.SETPRIORITY(id, p)
      if (learner.updates() % targetUpdates == 0) {
        learner.refreshTarget();
      }
      if (learner.updates() % removeEvery == 0) { // PERIODICALLY(REPLAY.REMOVETOFIT())
        learner.removeToFit();
      }
    }
  }

  /** Q(s, a) of the action that was taken, and Q(s, μ(s)). */
  @Override
  public int kept(Space actions) {
    return 2;
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
}
