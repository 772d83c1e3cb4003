package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A3C with one θ that a device computes in batches: Babaeizadeh et al. (2017), arXiv:1611.06256.
 * The sums are those of {@link A3C}; who computes them, and at which θ, differs.
 *
 * <p>Policy lag: θ has moved on between an action and the gradient of its log π, even between two
 * actions of a rollout. An action that has become nearly impossible by then would have a huge log
 * π; so the authors' code takes log max(π(a|s), ε), with no gradient below ε. Their code has ε in
 * the entropy too, where it changes less than β·ε; here it is left out there.
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps from its last state; λ &lt; 1 mixes
 * the returns of all lengths; actions may be numbers, whose density takes the place of π. Left out:
 * the numbers of predictors, trainers and agents do not adjust themselves. Not copied from the
 * authors' code: it leaves out the last step of an episode, with its reward.
 */
public record GA3C(
    double gamma,
    double lambda,
    double beta,
    double valueWeight,
    double logEpsilon,
    int tMax,
    int trainingBatch,
    Queues queues)
    implements QueuedAlgorithm {

  /**
   * @param gamma discount γ
   * @param lambda λ of the returns; 1 for the paper's
   * @param beta weight of the policy's entropy
   * @param valueWeight factor of the gradient (R − V) of ½(R − V)²
   * @param logEpsilon ε of the log; 0 for none
   * @param tMax longest rollout, in steps
   * @param trainingBatch an update waits for more than this many steps
   * @param queues sizes of the queues and of the roles at their ends
   */
  public GA3C {}

  @Override
  public void run(QueuedAgent agent) {
    Policy policy = Policy.over(agent.actionSpace());
    int v = policy.outputs(); // Where V stands among the outputs.
    Rollout rollout = new Rollout(tMax);
    while (agent.running()) {
      agent.begin();
      rollout.clear();
      Step step;
      do {
        float[] out = agent.predict(); // s_t into the prediction queue; π(a|s_t; θ), V(s_t; θ) back
        double V = out[v];
        Action a = policy.sample(out, 0, agent.random());
        step = agent.step(a); // r_t and s_{t+1}
        rollout.add(a, step.reward(), V);
      } while (!step.last() && rollout.size() < tMax);
      double R = step.terminated() ? 0 : agent.predict()[v]; // The next action's prediction too.
      agent.train(samples(rollout, R)); // into the training queue
    }
  }

  /** The rollout's actions with their returns: n-step returns for λ = 1. */
  private List<Sample> samples(Rollout rollout, double bootstrap) {
    double R = bootstrap;
    double next = bootstrap;
    for (int i = rollout.size() - 1; i >= 0; i--) {
      R = rollout.reward(i) + gamma * (lambda * R + (1 - lambda) * next); // R ← r_i + γR
      next = rollout.value(i);
      rollout.setTarget(i, R);
    }
    List<Sample> samples = new ArrayList<>(rollout.size());
    for (int i = 0; i < rollout.size(); i++) {
      samples.add(new Sample(rollout.action(i), rollout.target(i)));
    }
    return samples;
  }

  @Override
  public void run(QueuedTrainer trainer) {
    Policy policy = Policy.over(trainer.actionSpace());
    for (List<Sample> batch = trainer.take(trainingBatch);
        !batch.isEmpty();
        batch = trainer.take(trainingBatch)) {
      List<Sample> taken = batch;
      trainer.update((out, dOut) -> loss(policy, taken, out, dOut));
    }
  }

  /**
   * Σ_i −log max(π(a_i|s_i), ε)(R − V(s_i)) − βH(π(s_i)) + valueWeight·½(R − V(s_i))², the
   * advantage taken as a constant.
   */
  ActorLearner.Terms loss(Policy policy, List<Sample> batch, float[] out, float[] dOut) {
    int v = policy.outputs();
    double logFloor = Math.log(logEpsilon);
    double policyLoss = 0;
    double valueLoss = 0;
    double entropy = 0;
    Measures seen = new Measures();
    for (int i = 0; i < batch.size(); i++) {
      int row = i * (v + 1);
      Action a = batch.get(i).action();
      double advantage = batch.get(i).target() - out[row + v]; // R − V(s_i; θ)
      double logPi = policy.logProbability(out, row, a);
      policy.gradient(out, row, a, logPi < logFloor ? 0 : advantage, beta, dOut);
      dOut[row + v] = (float) (-valueWeight * advantage);
      policyLoss -= Math.max(logPi, logFloor) * advantage;
      valueLoss += valueWeight / 2 * advantage * advantage;
      entropy += seen.entropy(policy.entropy(out, row));
      seen.value(out[row + v], batch.get(i).target());
    }
    return new ActorLearner.Terms(policyLoss, valueLoss, -beta * entropy, seen);
  }

  @Override
  public int rolloutLength() {
    return trainingBatch + tMax;
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
