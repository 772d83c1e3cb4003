package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What a deterministic policy adds to its actions to explore, for each number x ← x − θx + σN(0,
 * 1): an Ornstein-Uhlenbeck process around 0 for θ &lt; 1, as Lillicrap et al. (2016),
 * arXiv:1509.02971, have it, and independent normal noise for θ = 1, as Horgan et al. (2018),
 * arXiv:1803.00933, have it. In units of half the action's range.
 *
 * @param theta by what share x falls back in a step
 * @param sigma standard deviation of what is added in a step
 */
public record ActionNoise(double theta, double sigma) {

  /**
   * @throws IllegalArgumentException if θ is not within (0, 1], or σ is negative
   */
  public ActionNoise {
    if (!(theta > 0 && theta <= 1 && sigma >= 0)) {
      throw new IllegalArgumentException(
          "noise: expected θ in (0, 1] and σ of at least 0 but got θ = "
              + theta
              + " and σ = "
              + sigma);
    }
  }

  /** Normal noise, each step's independent of the one before. */
  public static ActionNoise gaussian(double sigma) {
    return new ActionNoise(1, sigma);
  }

  /** The noise of one thread. */
  OfThread start(RandomGenerator random, int size) {
    return new OfThread(random, size);
  }

  /** Belongs to one thread. */
  final class OfThread implements Saveable {
    private final RandomGenerator random;
    private final double[] x;

    private OfThread(RandomGenerator random, int size) {
      this.random = random;
      this.x = new double[size];
    }

    /** To be called at the start of each episode. */
    void restart() {
      Arrays.fill(x, 0);
    }

    /** μ + N_t; μ is left as it is. */
    float[] addedTo(float[] mu) {
      float[] a = mu.clone();
      for (int i = 0; i < x.length; i++) {
        x[i] += sigma * random.nextGaussian() - theta * x[i];
        a[i] += (float) x[i];
      }
      return a;
    }

    @Override
    public void save(DataOutput out) throws IOException {
      for (double each : x) {
        out.writeDouble(each);
      }
    }

    @Override
    public void restore(DataInput in) throws IOException {
      for (int i = 0; i < x.length; i++) {
        x[i] = in.readDouble();
      }
    }
  }
}
