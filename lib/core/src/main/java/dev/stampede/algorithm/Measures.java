package dev.stampede.algorithm;

/**
 * What the samples of updates showed beside their loss. Kept as sums, so that those of many updates
 * can be put together. Belongs to one thread.
 */
public final class Measures {
  private long values;
  private double targets;
  private double squaredTargets;
  private double errors;
  private double squaredErrors;
  private long policies;
  private double entropies;

  /**
   * A state's V, or Q of an action in it.
   *
   * @param target what it is drawn towards
   */
  void value(double value, double target) {
    double error = target - value;
    values++;
    targets += target;
    squaredTargets += target * target;
    errors += error;
    squaredErrors += error * error;
  }

  /**
   * H(π(s)) of a state, in nats.
   *
   * @return the same
   */
  double entropy(double entropy) {
    policies++;
    entropies += entropy;
    return entropy;
  }

  public void add(Measures other) {
    values += other.values;
    targets += other.targets;
    squaredTargets += other.squaredTargets;
    errors += other.errors;
    squaredErrors += other.squaredErrors;
    policies += other.policies;
    entropies += other.entropies;
  }

  /**
   * 1 − Var(target − value) / Var(target): 1 for values that tell all of what their targets differ
   * in, 0 for those that tell nothing of it, less for worse. NaN where the targets do not differ.
   */
  public double explainedVariance() {
    double meanTarget = targets / values;
    double meanError = errors / values;
    double variance = squaredTargets / values - meanTarget * meanTarget;
    boolean differ = variance > 1e-12 * Math.max(1, meanTarget * meanTarget);
    return differ ? 1 - (squaredErrors / values - meanError * meanError) / variance : Double.NaN;
  }

  /** The mean of H(π(s)), in nats; NaN for methods without a policy. */
  public double entropy() {
    return entropies / policies;
  }
}
