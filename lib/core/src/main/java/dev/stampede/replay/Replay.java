package dev.stampede.replay;

import dev.stampede.env.Saveable;
import java.util.random.RandomGenerator;

/**
 * A memory of transitions. Any number of threads add, one draws, any sets priorities; none waits
 * for frames that another one copies.
 *
 * <p>Closing it gives its memory back at once; whatever is asked of it afterwards throws an
 * IllegalStateException.
 */
public interface Replay extends PrioritySink, AutoCloseable, Saveable {

  /** Every transition is drawn equally often. */
  static Replay uniform(ReplaySize size) {
    checkFits(size);
    return new RingReplay(size, 0, false, () -> Blocks.of(size.file()));
  }

  /**
   * Transitions are drawn in proportion to (priority + 10⁻⁶)^α. Schaul et al. (2016), section 3.3,
   * arXiv:1511.05952.
   *
   * @param alpha in [0, 1]; 0 draws all equally often
   */
  static Replay prioritized(ReplaySize size, double alpha) {
    checkFits(size);
    return new RingReplay(size, alpha, true, () -> Blocks.of(size.file()));
  }

  /**
   * Looks whether there is room for it now, before anything is taken. The two methods above do the
   * same.
   *
   * @throws IllegalArgumentException with the numbers, if there is not
   */
  static void checkFits(ReplaySize size) {
    size.file().map(FreeSpace::on).orElseGet(FreeSpace::inMemory).require(size);
  }

  /** Adds all of the block at the largest priority given so far, and at least 1. */
  void add(Transitions block);

  /**
   * Adds all of the block or nothing. Removes the oldest ones only where there is no room at all.
   *
   * @param priorities |δ| of each
   * @throws IllegalArgumentException if one is negative or not finite, or the block does not fit
   *     these spaces
   */
  void add(Transitions block, double[] priorities);

  /**
   * Draws {@code n} with replacement. With priorities, one from each of {@code n} equal parts of
   * their sum; the weight of one is (N · P)^−β, over the largest of the batch. Without, all weights
   * are 1.
   *
   * @throws IllegalStateException if there is none
   */
  void draw(int n, double beta, RandomGenerator random, Batch into);

  /** Sets |δ| of what was drawn from it. What was removed since is left alone. */
  @Override
  void set(PriorityMessage priorities);

  /** Removes the oldest ones beyond the capacity. */
  void removeToFit();

  /** How many can be drawn. */
  long size();

  /** How many are kept by {@link #removeToFit}. */
  long capacity();

  /** How many were ever added. */
  long added();

  /** Bytes of memory or disk taken, tables included. */
  long bytes();

  /** What it looks like now. */
  ReplayStatus status();

  @Override
  void close();
}
