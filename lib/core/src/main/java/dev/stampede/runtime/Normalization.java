package dev.stampede.runtime;

/**
 * What is normalised by running statistics of all threads.
 *
 * @param observations each element to mean 0 and variance 1
 * @param rewards divided by the standard deviation of the discounted return
 * @param gamma γ of that return
 */
public record Normalization(boolean observations, boolean rewards, double gamma) {

  /** Nothing. */
  public static final Normalization NONE = new Normalization(false, false, 1);

  boolean any() {
    return observations || rewards;
  }
}
