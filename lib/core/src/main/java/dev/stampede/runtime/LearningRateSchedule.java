package dev.stampede.runtime;

/** How η falls over the steps of a run. */
public enum LearningRateSchedule {
  /** In a line to 0, as Mnih et al. (2016), section 5.1. */
  LINEAR,
  /** Not at all. */
  CONSTANT,
  /** To 0 along half a cosine: Loshchilov and Hutter (2017), arXiv:1608.03983, no restarts. */
  COSINE,
  /** By the same factor with each step, to a hundredth. */
  EXPONENTIAL;

  private static final double LAST = 0.01;

  /**
   * By what η is multiplied.
   *
   * @param progress share of the steps over which it falls, in [0, 1]
   */
  double factor(double progress) {
    return switch (this) {
      case LINEAR -> 1 - progress;
      case CONSTANT -> 1;
      case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
      case EXPONENTIAL -> Math.pow(LAST, progress);
    };
  }
}
