package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.Measures;
import dev.stampede.result.LearningRecord;

/**
 * What the updates of one thread look like. That thread adds to it, another one empties it now and
 * then: the lock is nearly always free.
 */
final class Gauge {
  private ActorLearner.Terms terms = new ActorLearner.Terms(0, 0, 0);
  private int samplesOfTerms;
  private Measures measures = new Measures();
  private long updates;
  private long samples;
  private double policyLoss;
  private double valueLoss;
  private double norms;
  private double learningRates;
  private long staleness;

  /** The loss of so many samples, of which an update is going to come. */
  void loss(ActorLearner.Terms of, int n) {
    terms = of;
    samplesOfTerms = n;
  }

  /**
   * The update that came of it.
   *
   * @param norm of the gradient before clipping
   * @param stale updates by others since θ was copied
   */
  synchronized void update(double norm, double learningRate, long stale) {
    updates++;
    samples += samplesOfTerms;
    policyLoss += terms.policy();
    valueLoss += terms.value();
    measures.add(terms.measures());
    norms += norm;
    learningRates += learningRate;
    staleness += stale;
  }

  /** Moves all of it into {@code total}, which belongs to the calling thread. */
  synchronized void emptyInto(Gauge total) {
    total.measures.add(measures);
    total.updates += updates;
    total.samples += samples;
    total.policyLoss += policyLoss;
    total.valueLoss += valueLoss;
    total.norms += norms;
    total.learningRates += learningRates;
    total.staleness += staleness;
    measures = new Measures();
    updates = 0;
    samples = 0;
    policyLoss = 0;
    valueLoss = 0;
    norms = 0;
    learningRates = 0;
    staleness = 0;
  }

  synchronized boolean isEmpty() {
    return updates == 0;
  }

  synchronized LearningRecord record(long step, double seconds) {
    return new LearningRecord(
        step,
        seconds,
        updates,
        policyLoss / samples,
        valueLoss / samples,
        measures.entropy(),
        measures.explainedVariance(),
        norms / updates,
        learningRates / updates,
        (double) staleness / updates);
  }
}
