package dev.stampede.nn;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Applies gradients to the shared θ, without a lock.
 *
 * <p>Mnih et al. (2016), section 4 and supplement 7, compare three: momentum SGD, RMSProp with
 * statistics of each thread's own, and RMSProp with shared ones. An instance whose statistics are
 * shared serves all threads at once; of the others each thread has its own.
 */
public abstract class Optimizer implements Saveable {
  /** Scratch arrays of this length stay in the first-level cache. */
  private static final int CHUNK = 1024;

  private final Parameters[] statistics;
  private final double clip;
  private final ThreadLocal<Scratch> scratch;

  /** A chunk of θ, of its gradient and of each statistic, all indexed alike. */
  static final class Scratch {
    final float[] theta = new float[CHUNK];
    final float[] delta = new float[CHUNK];
    final float[][] statistics;

    Scratch(int count) {
      statistics = new float[count][CHUNK];
    }
  }

  /**
   * @param size how many parameters θ has
   * @param statistics how many numbers are kept for each parameter
   * @param clip gradients of a larger Euclidean norm are scaled down to this one; infinity leaves
   *     them
   */
  Optimizer(int size, int statistics, double clip) {
    this.statistics = new Parameters[statistics];
    Arrays.setAll(this.statistics, i -> new Parameters(size));
    this.clip = clip;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch(statistics));
  }

  /**
   * Updates θ by one gradient. Any thread, at any time.
   *
   * @param learningRate η of this update
   * @return the gradient's norm before clipping
   * @throws IllegalStateException if the gradient is not finite; θ is left as it was
   */
  public final double update(Parameters theta, Gradient dTheta, double learningRate) {
    double norm = finite(dTheta.norm());
    update(theta, dTheta, norm, begin((float) learningRate), 0, theta.size());
    return norm;
  }

  /**
   * Updates the numbers {@code from} to {@code end} of θ alone. Any thread, at any time.
   *
   * @param norm of the whole gradient
   * @param eta what {@link #begin} made of η for this gradient
   */
  public final void update(
      Parameters theta, Gradient dTheta, double norm, float eta, int from, int end) {
    float scale = finite(norm) > clip ? (float) (clip / norm) : 1;
    Scratch s = scratch.get();
    for (int part = 0; part < dTheta.partCount(); part++) {
      FloatBuffer delta = dTheta.part(part);
      int start = dTheta.from(part);
      int last = Math.min(end - start, delta.capacity());
      for (int done = Math.max(from - start, 0); done < last; done += CHUNK) {
        int count = Math.min(CHUNK, last - done);
        int at = start + done;
        delta.get(done, s.delta, 0, count);
        theta.read(at, s.theta, count);
        for (int k = 0; k < statistics.length; k++) {
          statistics[k].read(at, s.statistics[k], count);
        }
        step(s, count, scale, eta);
        theta.write(at, s.theta, count);
        for (int k = 0; k < statistics.length; k++) {
          statistics[k].write(at, s.statistics[k], count);
        }
      }
    }
  }

  private static double finite(double norm) {
    if (!Double.isFinite(norm)) {
      throw new IllegalStateException(
          "the gradient's norm is "
              + norm
              + "; θ was left as it was. A learning rate that is too high does this");
    }
    return norm;
  }

  /** What it keeps for each parameter. */
  public final List<Parameters> statistics() {
    return List.of(statistics);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    for (Parameters each : statistics) {
      each.save(out);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    for (Parameters each : statistics) {
      each.restore(in);
    }
  }

  /** Called once for each gradient, before its parts; η as it will be used in them. */
  public float begin(float eta) {
    return eta;
  }

  /** Updates {@code count} numbers of θ and of the statistics, the gradient being delta · scale. */
  abstract void step(Scratch s, int count, float scale, float eta);
}
