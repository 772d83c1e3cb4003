package dev.stampede.nn;

/**
 * Says of a DJL block that it remembers: it takes and gives recurrent states beside observations
 * and outputs, laid out as {@link Network} says.
 *
 * <p>The block itself keeps nothing between calls; whoever acts carries the states.
 */
public interface Recurrent {

  /** How many numbers each recurrent state has for one sequence, such as those of h and of c. */
  int[] stateSizes();
}
