package dev.stampede.runtime;

/** What becomes of the gradients of all samples of an update. */
public enum Reduction {
  /** Their sum, as the algorithms of Mnih et al. (2016) accumulate them. */
  SUM,
  /** Their mean. */
  MEAN,
  /** Summed over time and averaged over environments, as the code of Clemente et al. (2017). */
  ENVIRONMENT_MEAN;

  /** By what the sum is divided. */
  int divisor(int samples, int environments) {
    return switch (this) {
      case SUM -> 1;
      case MEAN -> samples;
      case ENVIRONMENT_MEAN -> environments;
    };
  }
}
