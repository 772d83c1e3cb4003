package dev.stampede.algorithm;

/**
 * The losses of a minibatch that DDPG and Ape-X DPG have in common: Silver et al. (2014), theorem
 * 1, with networks.
 *
 * @param mu the actions
 * @param errorWeight c of the critic's loss c · (y − Q)²
 * @param clip bound of each element of ∂Q/∂a; infinity for none
 */
record DeterministicPolicyGradient(BoundedActions mu, double errorWeight, double clip) {

  /** y_j = R_j + γ^n Q(s′_j, μ(s′_j; θ⁻); φ⁻). */
  double[] targets(Minibatch batch) {
    float[] next = batch.critic().nextTarget(mu.unit(batch.nextTarget(), batch.size()));
    double[] y = new double[batch.size()];
    for (int j = 0; j < y.length; j++) {
      y[j] = batch.reward(j);
      if (batch.discount(j) > 0) {
        y[j] += batch.discount(j) * next[j];
      }
    }
    return y;
  }

  /**
   * Updates φ by Σ_j w_j · c · (y_j − Q(s_j, a_j; φ))².
   *
   * @param p takes |y_j − Q(s_j, a_j; φ)|
   */
  ActorLearner.Terms updateCritic(Minibatch batch, double[] y, double[] p) {
    return batch
        .critic()
        .update(
            mu.unit(batch),
            (q, dQ) -> {
              double loss = 0;
              Measures seen = new Measures();
              for (int j = 0; j < y.length; j++) {
                double delta = y[j] - q[j];
                double weight = batch.weight(j) * errorWeight;
                p[j] = Math.abs(delta);
                loss += weight * delta * delta;
                dQ[j] = (float) (-2 * weight * delta);
                seen.value(q[j], y[j]);
              }
              return new ActorLearner.Terms(0, loss, 0, seen);
            });
  }

  /**
   * Updates θ by −Σ_j Q(s_j, μ(s_j; θ); φ), whose gradient is −Σ_j ∂Q/∂a · ∂μ/∂θ.
   *
   * @param critic what updating the critic showed, which is told of with this update
   */
  void updatePolicy(Minibatch batch, ActorLearner.Terms critic) {
    batch.update(
        (out, dOut) -> {
          float[] a = mu.unit(out, batch.size());
          float[] q = new float[batch.size()];
          float[] dQ = batch.critic().actionGradient(a, q); // ∇_a Q(s, a) at a = μ(s)
          double loss = 0;
          for (float each : q) {
            loss -= each;
          }
          for (int k = 0; k < a.length; k++) {
            double bounded = Math.max(-clip, Math.min(clip, dQ[k]));
            dOut[k] = (float) (-bounded * (1 - a[k] * a[k])); // tanh′ = 1 − tanh²
          }
          return new ActorLearner.Terms(loss, critic.value(), 0, critic.measures());
        });
  }
}
