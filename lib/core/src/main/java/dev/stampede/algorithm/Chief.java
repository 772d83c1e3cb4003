package dev.stampede.algorithm;

/** The chief of a {@link ChiefAlgorithm}, as its algorithm sees it. Belongs to one thread. */
public interface Chief {

  /** Begins another round for all workers; false when the run is over. */
  boolean running();

  /**
   * Waits until all workers but {@code missing} have sent their next gradient or said that they
   * send none, and updates θ by the average of these gradients, with the policy's optimizer. Those
   * that come later are dropped.
   */
  void updatePolicy(int missing);

  /** The same with the baseline's optimizer, so that neither moves by the other's moments. */
  void updateBaseline(int missing);
}
