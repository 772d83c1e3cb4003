package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Transitions;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * Ape-X DQN: Algorithms 1 and 2 of Horgan et al. (2018), arXiv:1803.00933, with the double
 * Q-learning targets of n steps of section 3.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps like an unfinished one.
 */
public record ApexDQN(
    MemoryUse memory,
    Pace pace,
    double epsilon,
    double alpha,
    int localBuffer,
    int pullEvery,
    double beta,
    long targetUpdates,
    long removeEvery,
    boolean dueling,
    boolean doubleQ,
    boolean huber)
    implements ReplayAlgorithm {

  /**
   * @param memory of n steps each; the capacity is a soft limit
   * @param pace how fast actors and learner may be for each other
   * @param epsilon ε of the actors' ladder
   * @param alpha α of the ladder
   * @param localBuffer B: transitions that an actor sends at once
   * @param pullEvery an actor's steps between two pulls of parameters
   * @param beta exponent β of the weights
   * @param targetUpdates updates of θ between two θ⁻ ← θ
   * @param removeEvery updates between two removals of the oldest transitions
   */
  public ApexDQN {}

  /** ε_i = ε^(1 + i/(N − 1) · α), section 4.1; one actor alone has ε. */
  double epsilon(int i, int actors) {
    return Math.pow(epsilon, actors == 1 ? 1 : 1 + (double) i / (actors - 1) * alpha);
  }

  @Override
  public OptionalDouble epsilonOf(int i, int actors) {
    return OptionalDouble.of(epsilon(i, actors));
  }

  /** Algorithm 1, actor. */
  @Override
  public void act(ReplayActor actor) {
    ActionValues Q = ActionValues.of(actor.actionSpace(), dueling);
    double epsilon = epsilon(actor.id(), actor.actors());
    LocalBuffer localBuffer = actor.buffer();
    actor.pull(); // θ_0 ← LEARNER.PARAMETERS()
    while (actor.running()) { // for t = 1 to T do
      actor.begin(); // s_0 ← ENVIRONMENT.INITIALIZE()
      float[] q = actor.act();
      boolean explores = actor.random().nextDouble() < epsilon;
      // a_{t−1} ← π_{θ_{t−1}}(s_{t−1})
      int a = explores ? actor.random().nextInt(Q.actions()) : Q.argmax(q, 0);
      Step step = actor.step(Action.of(a)); // (r_t, γ_t, s_t) ← ENVIRONMENT.STEP(a_{t−1})
      localBuffer.add(Action.of(a), q, step); // LOCALBUFFER.ADD((s_{t−1}, a_{t−1}, r_t, γ_t))
      if (step.last() && !step.terminated()) {
        localBuffer.bootstrap(actor.act());
      }
      if (localBuffer.size() >= this.localBuffer) { // if LOCALBUFFER.SIZE() ≥ B then
        Transitions tau = localBuffer.take(); // τ ← LOCALBUFFER.GET(B)
        actor.add(tau, priorities(Q, tau)); // p ← COMPUTEPRIORITIES(τ); REPLAY.ADD(τ, p)
      }
      if (actor.t() % pullEvery == 0) { // PERIODICALLY(θ_t ← LEARNER.PARAMETERS())
        actor.pull();
      }
    }
  }

  /** |δ| of each transition by the values that its actor acted with. */
  double[] priorities(ActionValues Q, Transitions tau) {
    double[] p = new double[tau.size()];
    float[] out = tau.out();
    float[] nextOut = tau.nextOut();
    for (int j = 0; j < p.length; j++) {
      int row = j * Q.outputs();
      double y = tau.reward(j);
      if (tau.discount(j) > 0) {
        y += tau.discount(j) * Q.max(nextOut, row);
      }
      p[j] = Math.abs(y - Q.q(out, row, tau.action(j).index()));
    }
    return p;
  }

  /** Algorithm 2, learner. */
  @Override
  public void learn(ReplayLearner learner) {
    ActionValues Q = ActionValues.of(learner.actionSpace(), dueling);
    TemporalDifference td = new TemporalDifference(Q, doubleQ, huber);
    while (learner.running()) { // for t = 1 to T do
      Minibatch tau = learner.draw(beta); // id, τ ← REPLAY.SAMPLE()
      if (tau == null) {
        return;
      }
      double[] y = td.targets(tau);
      double[] p = new double[tau.size()]; // p ← CALCULATEPRIORITIES()
      // l_t ← COMPUTELOSS(τ; θ_t); θ_{t+1} ← UPDATEPARAMETERS(l_t; θ_t)
      tau.update((out, dOut) -> td.loss(tau, y, p, out, dOut));
      tau.prioritize(p); // REPLAY.SETPRIORITY(id, p)
      if (learner.updates() % targetUpdates == 0) {
        learner.refreshTarget();
      }
      if (learner.updates() % removeEvery == 0) { // PERIODICALLY(REPLAY.REMOVETOFIT())
        learner.removeToFit();
      }
    }
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
}
