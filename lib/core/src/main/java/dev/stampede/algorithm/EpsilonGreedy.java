package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * ε-greedy exploration whose final ε differs between threads: Mnih et al. (2016), section 4 and
 * 5.1. ε falls linearly from 1 to the final one while T goes from 0 to {@code annealSteps}.
 *
 * @param finals values of the final ε
 * @param probabilities of each of them, for a thread's draw
 * @param annealSteps agent steps of all threads
 * @param redraw whether a thread draws anew for each episode ("sampled from some distribution by
 *     each thread periodically"), or once
 * @param own takes the place of all that
 */
public record EpsilonGreedy(
    List<Double> finals,
    List<Double> probabilities,
    long annealSteps,
    boolean redraw,
    Optional<EpsilonSchedule> own) {

  /** As the paper has it. */
  public EpsilonGreedy(
      List<Double> finals, List<Double> probabilities, long annealSteps, boolean redraw) {
    this(finals, probabilities, annealSteps, redraw, Optional.empty());
  }

  /**
   * @throws IllegalArgumentException if these are not as many probabilities as values, or do not
   *     add up to 1
   */
  public EpsilonGreedy {
    finals = List.copyOf(finals);
    probabilities = List.copyOf(probabilities);
    double sum = probabilities.stream().mapToDouble(p -> p).sum();
    if (finals.size() != probabilities.size() || Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "exploration: expected a probability for each final ε, adding up to 1, but got the values"
              + " "
              + finals
              + " with the probabilities "
              + probabilities);
    }
  }

  /** The exploration of one thread. */
  OfThread start(RandomGenerator random, int thread) {
    return new OfThread(random, thread);
  }

  /** Belongs to one thread. */
  final class OfThread implements Saveable {
    private final RandomGenerator random;
    private final int thread;
    private double last;
    private int chosen = -1;

    private OfThread(RandomGenerator random, int thread) {
      this.random = random;
      this.thread = thread;
      last = draw();
    }

    /** ε at T. */
    double epsilon(long T) {
      if (own.isPresent()) {
        return checked(own.get().epsilon(T, thread), T);
      }
      return T >= annealSteps ? last : 1 + (last - 1) * T / annealSteps;
    }

    /** A random action with probability ε, otherwise the one of the largest Q(s, a). */
    int choose(ActionValues values, float[] out, long T) {
      chosen =
          random.nextDouble() < epsilon(T)
              ? random.nextInt(values.actions())
              : values.argmax(out, 0);
      return chosen;
    }

    /** What {@link #choose} chose last; −1 if nothing yet in this episode. */
    int chosen() {
      return chosen;
    }

    /** To be told of each episode's end. */
    void episodeEnded() {
      chosen = -1;
      if (redraw) {
        last = draw();
      }
    }

    @Override
    public void save(DataOutput out) throws IOException {
      out.writeDouble(last);
      out.writeInt(chosen);
    }

    @Override
    public void restore(DataInput in) throws IOException {
      last = in.readDouble();
      chosen = in.readInt();
    }

    private double checked(double epsilon, long T) {
      if (!(0 <= epsilon && epsilon <= 1)) {
        throw new IllegalArgumentException(
            "exploration: expected an ε in [0, 1] but the schedule gave "
                + epsilon
                + " for thread "
                + thread
                + " at step "
                + T);
      }
      return epsilon;
    }

    private double draw() {
      double u = random.nextDouble();
      for (int i = 0; i < finals.size() - 1; i++) {
        u -= probabilities.get(i);
        if (u < 0) {
          return finals.get(i);
        }
      }
      return finals.get(finals.size() - 1);
    }
  }
}
