package dev.stampede.runtime;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a run's memory of transitions looks like at one moment, with those who fill it and learn
 * from it. Of several memories, one for each thread, sizes are sums.
 *
 * @param transitionsPerSecond added over the last seconds; of a run that has ended, over all of it
 * @param batchesPerSecond that the learner learned from, the same
 * @param size how many can be drawn
 * @param capacity how many are kept
 * @param added since the run began or was resumed
 * @param drawn the same
 * @param priorities the smallest, the quartiles and the largest of some; empty where all are drawn
 *     equally often. Of several memories, means of their quartiles
 * @param meanAge of the last batch drawn: transitions added since each; NaN before the first
 * @param bytes taken
 * @param learningSeconds since the learner began to draw, without pauses; NaN before that, and
 *     where the same threads act and learn
 * @param drawsPerTransition draws in that time for each transition added in it; NaN where there is
 *     no such time
 * @param actorsWaited share of that time that actors waited for the learner, in the mean; or NaN
 * @param learnerWaited share of that time that the learner waited for actors
 * @param gradientsDropped share of the gradients sent to a parameter server, counted shard by
 *     shard, that were too old to be taken; NaN without a parameter server
 * @param actors by their number
 */
public record MemoryProgress(
    double transitionsPerSecond,
    double batchesPerSecond,
    long size,
    long capacity,
    long added,
    long drawn,
    List<Double> priorities,
    double meanAge,
    long bytes,
    double learningSeconds,
    double drawsPerTransition,
    double actorsWaited,
    double learnerWaited,
    double gradientsDropped,
    List<Actor> actors) {
  public MemoryProgress {
    priorities = List.copyOf(priorities);
    actors = List.copyOf(actors);
  }

  /**
   * One that acts.
   *
   * @param epsilon ε of its ladder, for methods that have one
   * @param meanReturn of its own last episodes, at most 10; NaN before the first
   */
  public record Actor(int id, OptionalDouble epsilon, double meanReturn) {}
}
