package dev.stampede.replay;

import java.util.List;

/**
 * What a memory looks like at one moment.
 *
 * @param size how many transitions can be drawn
 * @param added how many were ever added
 * @param drawn how many were drawn since it was made
 * @param priorities the smallest, the quartiles and the largest of a thousand of them; empty if
 *     there is none
 * @param meanAge of the last batch that was drawn: transitions added since; NaN before the first
 * @param bytes of memory or disk taken
 */
public record ReplayStatus(
    long size,
    long capacity,
    long added,
    long drawn,
    List<Double> priorities,
    double meanAge,
    long bytes) {
  public ReplayStatus {
    priorities = List.copyOf(priorities);
  }
}
