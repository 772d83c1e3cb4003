package dev.stampede.algorithm;

import java.util.random.RandomGenerator;

/** The Poisson distribution. */
final class Poisson {
  private Poisson() {}

  /**
   * Draws n with probability mean^n e^−mean / n!: Knuth, The Art of Computer Programming, 3.4.1.
   *
   * @param mean at most some hundreds; the draw takes as many numbers
   */
  static int draw(double mean, RandomGenerator random) {
    double limit = Math.exp(-mean);
    int n = 0;
    for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
      n++;
    }
    return n;
  }
}
