package dev.stampede.nn;

/**
 * θ of a linear function, one number at a time: for methods whose updates change few of many.
 *
 * <p>Of {@link Parameters} that threads share, {@link #add} is no atomic operation: of two at once
 * one may be lost, as Hogwild! accepts.
 */
public interface Weights {

  /** θ_i. */
  double get(int i);

  /** θ_i ← θ_i + change. */
  void add(int i, double change);
}
