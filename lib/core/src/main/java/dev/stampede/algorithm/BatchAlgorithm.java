package dev.stampede.algorithm;

/** An algorithm that acts in many environments at once and learns from all of them together. */
public non-sealed interface BatchAlgorithm extends Algorithm {

  /** Acts and learns until {@link BatchLearner#running} says no. */
  void run(BatchLearner batch);
}
