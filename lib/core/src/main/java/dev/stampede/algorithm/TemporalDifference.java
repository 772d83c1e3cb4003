package dev.stampede.algorithm;

/**
 * The loss of a minibatch that methods learning Q(s, a) from memory have in common, with its parts.
 *
 * <p>Targets are those of Mnih et al. (2015), of van Hasselt et al. (2016), arXiv:1509.06461,
 * equation 4, if {@code doubleQ}. {@code huber} bounds the error's gradient to ±1, as Mnih et al.
 * (2015), methods, have it; otherwise the loss is ½δ².
 */
record TemporalDifference(ActionValues Q, boolean doubleQ, boolean huber) {

  /** y_j = R_j + γ^n Q(s′_j, argmax_a Q(s′_j, a; θ or θ⁻); θ⁻). */
  double[] targets(Minibatch batch) {
    float[] next = batch.nextTarget();
    float[] chooser = doubleQ ? batch.next() : next;
    double[] y = new double[batch.size()];
    for (int j = 0; j < y.length; j++) {
      int row = j * Q.outputs();
      y[j] = batch.reward(j);
      if (batch.discount(j) > 0) {
        y[j] += batch.discount(j) * Q.q(next, row, Q.argmax(chooser, row));
      }
    }
    return y;
  }

  /**
   * Σ_j w_j · loss(y_j − Q(s_j, a_j; θ)).
   *
   * @param p takes |y_j − Q(s_j, a_j; θ)|
   */
  ActorLearner.Terms loss(Minibatch batch, double[] y, double[] p, float[] out, float[] dOut) {
    double loss = 0;
    Measures seen = new Measures();
    for (int j = 0; j < y.length; j++) {
      int row = j * Q.outputs();
      int a = batch.action(j).index();
      double q = Q.q(out, row, a);
      double delta = y[j] - q;
      boolean bounded = huber && Math.abs(delta) > 1;
      p[j] = Math.abs(delta);
      loss += batch.weight(j) * (bounded ? p[j] - 0.5 : delta * delta / 2);
      Q.gradient(row, a, -batch.weight(j) * (bounded ? Math.signum(delta) : delta), dOut);
      seen.value(q, y[j]);
    }
    return new ActorLearner.Terms(0, loss, 0, seen);
  }
}
