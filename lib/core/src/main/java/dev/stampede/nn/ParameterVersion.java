package dev.stampede.nn;

import java.util.Comparator;

/**
 * Which parameters these are: the later of two has the later epoch, or the higher counter in the
 * same one.
 *
 * @param epoch of the learner, later at each of its starts: one that goes on from a checkpoint
 *     counts from there, below what its actors may know already
 * @param counter changes of the parameters in this epoch
 */
public record ParameterVersion(long epoch, long counter) implements Comparable<ParameterVersion> {
  private static final Comparator<ParameterVersion> ORDER =
      Comparator.comparingLong(ParameterVersion::epoch)
          .thenComparingLong(ParameterVersion::counter);

  /** Of one who has no parameters; before all others. */
  public static final ParameterVersion NONE = new ParameterVersion(Long.MIN_VALUE, 0);

  public boolean isAfter(ParameterVersion other) {
    return compareTo(other) > 0;
  }

  /** The one after it in its epoch. */
  public ParameterVersion next() {
    return new ParameterVersion(epoch, counter + 1);
  }

  @Override
  public int compareTo(ParameterVersion other) {
    return ORDER.compare(this, other);
  }
}
