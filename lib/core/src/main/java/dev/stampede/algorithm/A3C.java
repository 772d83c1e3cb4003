package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Step;

/**
 * Asynchronous advantage actor-critic: Algorithm S3 of Mnih et al. (2016), arXiv:1602.01783, for
 * each actor-learner thread.
 *
 * <p>θ and θ_v are one vector here, because the networks share all but their last layer (section
 * 4); the outputs for a state are the preferences of a softmax policy, then V. S3 ascends dθ and
 * descends dθ_v: a loss negates the first. Gradients are summed over the rollout, not averaged. The
 * entropy term stands in section 4, not in S3. Knobs: the value gradient is {@code valueWeight}·2(R
 * − V) in words of S3's (R − V)²; the authors' answer "× 0.5" is read as ½(R − V), the loss ¼(R −
 * V)².
 *
 * <p>Beyond the paper: an episode that was truncated bootstraps from its last state like an
 * unfinished one.
 */
public record A3C(double gamma, double beta, double valueWeight, int tMax) implements Algorithm {

  /**
   * @param gamma discount γ
   * @param beta weight of the policy's entropy
   * @param valueWeight factor of the gradient (R − V) of ½(R − V)²
   * @param tMax longest rollout, in steps
   */
  public A3C {}

  @Override
  public void run(ActorLearner actor) {
    int actions = actor.actions();
    double[] logPi = new double[actions];
    double[] returns = new double[tMax];
    Rollout rollout = new Rollout(tMax);
    while (actor.running()) { // repeat … until T > T_max
      actor.sync(); // dθ ← 0, dθ_v ← 0; θ′ = θ, θ′_v = θ_v
      rollout.clear(); // t_start = t; get state s_t
      Step step;
      do {
        Softmax.log(actor.act(), 0, logPi);
        int a = Softmax.sample(logPi, actor.random());
        step =
            actor.step(
                Action.of(a)); // perform a_t by π(a_t|s_t; θ′), receive r_t and s_{t+1}; T ← T + 1
        rollout.add(a, step.reward()); // t ← t + 1
      } while (!step.last() && rollout.size() < tMax); // until terminal s_t or t − t_start == t_max
      double R =
          step.terminated()
              ? 0
              : actor.act()[actions]; // R = 0 or V(s_t, θ′_v): bootstrap from the last state
      for (int i = rollout.size() - 1; i >= 0; i--) { // for i ∈ {t − 1, …, t_start}
        R = rollout.reward(i) + gamma * R; // R ← r_i + γR
        returns[i] = R;
      }
      actor.update(
          (out, dOut) ->
              loss(out, dOut, rollout, returns, logPi)); // update of θ using dθ, of θ_v using dθ_v
    }
  }

  /**
   * Σ_i −log π(a_i|s_i)(R − V(s_i)) − βH(π(s_i)) + valueWeight·½(R − V(s_i))², the advantage taken
   * as a constant.
   */
  ActorLearner.Terms loss(
      float[] out, float[] dOut, Rollout rollout, double[] returns, double[] logPi) {
    int actions = logPi.length;
    double policy = 0;
    double value = 0;
    double entropy = 0;
    for (int i = 0; i < rollout.size(); i++) {
      int row = i * (actions + 1);
      Softmax.log(out, row, logPi);
      double advantage = returns[i] - out[row + actions]; // R − V(s_i; θ′_v)
      double H = 0;
      for (int a = 0; a < actions; a++) {
        H -= Math.exp(logPi[a]) * logPi[a];
      }
      for (int a = 0; a < actions; a++) {
        double pi = Math.exp(logPi[a]);
        double dLogPi = pi - (a == rollout.action(i) ? 1 : 0); // ∂(−log π(a_i|s_i))/∂preference
        dOut[row + a] = (float) (dLogPi * advantage + beta * pi * (logPi[a] + H)); // dθ
      }
      dOut[row + actions] = (float) (-valueWeight * advantage); // dθ_v
      policy -= logPi[rollout.action(i)] * advantage;
      value += valueWeight / 2 * advantage * advantage;
      entropy -= beta * H;
    }
    return new ActorLearner.Terms(policy, value, entropy);
  }

  @Override
  public int rolloutLength() {
    return tMax;
  }

  @Override
  public int outputs(int actions) {
    return actions + 1;
  }

  @Override
  public void policy(float[] out, float[] probabilities) {
    double[] logPi = new double[probabilities.length];
    Softmax.log(out, 0, logPi);
    for (int a = 0; a < logPi.length; a++) {
      probabilities[a] = (float) Math.exp(logPi[a]);
    }
  }
}
