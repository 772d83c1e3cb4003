package dev.stampede.nn;

import dev.stampede.env.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Mean and variance of each element of an observation, or of any other numbers, over the samples
 * seen so far; and what becomes of an observation by them.
 *
 * <p>As in OpenAI Baselines, {@code vec_normalize.py} and {@code running_mean_std.py}: samples are
 * put together by the formulas of Chan, Golub and LeVeque (1982); the variance is divided by n;
 * what is normalised is cut off at ±10. Baselines starts as if 10⁻⁴ samples of mean 0 and variance
 * 1 had been seen, which hides a small variance far from 0 for a long time; here they are forgotten
 * with the first sample. Immutable, safe for any number of threads.
 */
public final class Moments {
  /** Largest absolute value of what is normalised. */
  private static final double LIMIT = 10;

  /** Added to a variance under the root. */
  private static final double SMALLEST_VARIANCE = 1e-8;

  private final double count;
  private final double[] mean;
  private final double[] variance;
  private final double[] scale;

  private Moments(double count, double[] mean, double[] variance) {
    this.count = count;
    this.mean = mean;
    this.variance = variance;
    this.scale = new double[variance.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = 1 / Math.sqrt(variance[i] + SMALLEST_VARIANCE);
    }
  }

  /**
   * Moments that are known.
   *
   * @param count samples
   * @throws IllegalArgumentException if there are not as many variances as means
   */
  static Moments of(double count, double[] mean, double[] variance) {
    if (mean.length != variance.length) {
      throw new IllegalArgumentException(
          "moments: expected "
              + mean.length
              + " variances, as many as means, but got "
              + variance.length);
    }
    return new Moments(count, mean.clone(), variance.clone());
  }

  /** Before any sample: mean 0, variance 1. */
  public static Moments none(int size) {
    double[] ones = new double[size];
    Arrays.fill(ones, 1);
    return new Moments(0, new double[size], ones);
  }

  /** How many numbers a sample has. */
  public int size() {
    return mean.length;
  }

  /** Samples. */
  public double count() {
    return count;
  }

  public double mean(int i) {
    return mean[i];
  }

  public double variance(int i) {
    return variance[i];
  }

  double[] means() {
    return mean.clone();
  }

  double[] variances() {
    return variance.clone();
  }

  /** Those of these samples and the others together. */
  public Moments and(Samples others) {
    if (others.isEmpty()) {
      return this;
    }
    double more = others.count;
    double all = count + more;
    double[] newMean = new double[mean.length];
    double[] newVariance = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      double apart = others.mean[i] - mean[i];
      newMean[i] = mean[i] + apart * more / all;
      newVariance[i] =
          (variance[i] * count + others.squares[i] + apart * apart * count * more / all) / all;
    }
    return new Moments(all, newMean, newVariance);
  }

  /** (x − mean)/√(variance + 10⁻⁸) of each element, within [−10, 10]. */
  public Observation normalized(Observation observation) {
    float[] x = numbers(observation, mean.length);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) cut((x[i] - mean[i]) * scale[i]);
    }
    return Observation.of(x);
  }

  /** x/√(variance + 10⁻⁸) of element 0, within [−10, 10]: the mean stays where it is. */
  public double scaled(double x) {
    return cut(x * scale[0]);
  }

  /** Writes what {@link #read} reads. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(mean.length);
    out.writeDouble(count);
    for (int i = 0; i < mean.length; i++) {
      out.writeDouble(mean[i]);
      out.writeDouble(variance[i]);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it was of another size
   */
  public static Moments read(DataInput in, int size) throws IOException {
    int saved = in.readInt();
    if (saved != size) {
      throw new IOException(
          "expected moments of " + size + " numbers but " + saved + " were saved");
    }
    double count = in.readDouble();
    double[] mean = new double[size];
    double[] variance = new double[size];
    for (int i = 0; i < size; i++) {
      mean[i] = in.readDouble();
      variance[i] = in.readDouble();
    }
    return new Moments(count, mean, variance);
  }

  /** NaN stays NaN, for the loss to tell of. */
  private static double cut(double x) {
    return Math.max(-LIMIT, Math.min(LIMIT, x));
  }

  private static float[] numbers(Observation observation, int size) {
    if (observation.bytes() != size * Float.BYTES) {
      throw new IllegalArgumentException(
          "observation: expected "
              + size
              + " float32 numbers but the environment gave "
              + observation.bytes()
              + " bytes; its observationSpace() must say what it gives");
    }
    ByteBuffer raw = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(raw);
    float[] x = new float[size];
    raw.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(x);
    return x;
  }

  /** Samples that one thread gathers until they are put to the others' (Welford 1962). */
  public static final class Samples {
    private final double[] mean;
    private final double[] squares;
    private long count;

    /**
     * @param size numbers of each sample
     */
    public Samples(int size) {
      mean = new double[size];
      squares = new double[size];
    }

    public void add(Observation observation) {
      float[] x = numbers(observation, mean.length);
      count++;
      for (int i = 0; i < x.length; i++) {
        add(i, x[i]);
      }
    }

    /** A sample of one number. */
    public void add(double x) {
      count++;
      add(0, x);
    }

    public boolean isEmpty() {
      return count == 0;
    }

    public void clear() {
      count = 0;
      Arrays.fill(mean, 0);
      Arrays.fill(squares, 0);
    }

    private void add(int i, double x) {
      double apart = x - mean[i];
      mean[i] += apart / count;
      squares[i] += apart * (x - mean[i]); // Σ (x − mean)²
    }
  }
}
