package dev.stampede.algorithm;

/** ε of ε-greedy exploration, over the steps of a run. Called from all threads. */
@FunctionalInterface
public interface EpsilonSchedule {

  /**
   * The probability of a random action.
   *
   * @param T agent steps of all threads so far
   * @param thread number of the thread that acts, from 0
   * @return in [0, 1]
   */
  double epsilon(long T, int thread);
}
