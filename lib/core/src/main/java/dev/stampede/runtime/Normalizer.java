package dev.stampede.runtime;

import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.nn.Moments;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Shows a learning thread its observations and rewards as they are learned from: normalised, as far
 * as the plan says, by the statistics of all threads.
 *
 * <p>One rollout sees one set of statistics, that of its start; {@link #begin} takes the next one
 * and puts in what this thread has seen since. Belongs to one thread.
 */
final class Normalizer {
  private final Normalization normalization;
  private final SharedMoments shared;
  private final Moments.Samples newObservations;
  private final Moments.Samples newReturns = new Moments.Samples(1);
  private final double[] returns;
  private Moments observations;
  private Moments ofReturns;

  /**
   * @param environments whose steps this thread sees
   */
  Normalizer(Normalization normalization, SharedMoments shared, int environments) {
    this.normalization = normalization;
    this.shared = shared;
    this.newObservations = new Moments.Samples(shared.observations().size());
    this.returns = new double[environments];
    this.observations = shared.observations();
    this.ofReturns = shared.returns();
  }

  /** Whether {@link #observation} gives anything but what it is given. */
  boolean changesObservations() {
    return normalization.observations();
  }

  /** Between two rollouts: this thread's samples to those of all, and all statistics anew. */
  void begin() {
    if (normalization.observations()) {
      observations =
          newObservations.isEmpty()
              ? shared.observations()
              : shared.addObservations(newObservations);
      newObservations.clear();
    }
    if (normalization.rewards()) {
      ofReturns = newReturns.isEmpty() ? shared.returns() : shared.addReturns(newReturns);
      newReturns.clear();
    }
  }

  /** Takes an observation that the environment has just given into the statistics. */
  void count(Observation given) {
    if (normalization.observations()) {
      newObservations.add(given);
    }
  }

  /** What the network sees of an observation. */
  Observation observation(Observation given) {
    return normalization.observations() ? observations.normalized(given) : given;
  }

  /** The step of environment {@code e} with the reward that is learned from. */
  Step step(int e, Step step) {
    if (!normalization.rewards()) {
      return step;
    }
    double sum = normalization.gamma() * returns[e] + step.reward();
    newReturns.add(sum);
    returns[e] = step.last() ? 0 : sum;
    return step.withReward(ofReturns.scaled(step.reward()));
  }

  /** What must be known of environment {@code e} to go on; nothing where rewards stay. */
  void save(int e, DataOutput out) throws IOException {
    if (normalization.rewards()) {
      out.writeDouble(returns[e]);
    }
  }

  /**
   * Takes that over.
   *
   * @param goesOn whether the environment is within the same episode, whose observation was counted
   */
  void restore(int e, DataInput in, boolean goesOn) throws IOException {
    if (normalization.rewards()) {
      double saved = in.readDouble();
      returns[e] = goesOn ? saved : 0;
    }
    if (goesOn) {
      newObservations.clear();
    }
  }
}
