package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;

/** What a run does with every loss. */
final class Losses {
  private Losses() {}

  /**
   * The loss of {@code n} states of that many environments, and its gradient, summed or averaged as
   * the plan says; {@code gauge} is shown its terms.
   *
   * @throws IllegalStateException if it is not a finite number
   */
  static double reduced(
      ActorLearner.Loss summed,
      float[] out,
      float[] dOut,
      int n,
      int environments,
      Plan plan,
      Training training,
      Gauge gauge) {
    ActorLearner.Terms terms = summed.at(out, dOut);
    double loss = terms.sum();
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "the loss is "
              + loss
              + " in "
              + Thread.currentThread().getName()
              + " at step "
              + training.steps()
              + " (policy "
              + terms.policy()
              + ", value "
              + terms.value()
              + ", entropy "
              + terms.entropy()
              + ", other "
              + terms.other()
              + "); an environment that gives NaN, or a learning rate that is too high, does this."
              + " All results so far are kept");
    }
    gauge.loss(terms, n);
    int divisor = plan.reduction().divisor(n, environments);
    if (divisor != 1) {
      int length = n * plan.network().outputs();
      for (int k = 0; k < length; k++) {
        dOut[k] /= divisor;
      }
    }
    return loss / divisor;
  }
}
