package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What keeps a policy near the one that acted: λ·KL + ξ·max(0, KL − 2·KL_target)², with a λ that
 * adapts itself. Heess et al. (2017), arXiv:1707.02286, algorithm 1.
 *
 * @param initial λ at first
 * @param target KL_target, in nats
 * @param low β_low: below this many targets λ falls
 * @param high β_high: above this many targets λ rises
 * @param alpha α: by what it is divided and multiplied
 * @param xi ξ
 */
public record KlPenalty(
    double initial, double target, double low, double high, double alpha, double xi) {

  /** From 0 it could never rise again. */
  private static final double LOWEST = 1e-10;

  /**
   * @throws IllegalArgumentException if λ could neither rise nor fall
   */
  public KlPenalty {
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "kl-low: expected at most kl-high, " + high + ", but got " + low);
    }
    if (!(alpha >= 1)) {
      throw new IllegalArgumentException("kl-alpha: expected at least 1 but got " + alpha);
    }
  }

  /** The loss that a mean divergence costs. */
  double loss(double lambda, double kl) {
    double excess = excess(kl);
    return lambda * kl + xi * excess * excess;
  }

  /** ∂loss/∂KL. */
  double slope(double lambda, double kl) {
    return lambda + 2 * xi * excess(kl);
  }

  /** Whether a policy is so far away that nothing more should be learned from these states. */
  boolean tooFar(double kl) {
    return kl > 4 * target;
  }

  /** λ after a round that went so far. */
  double adapted(double lambda, double kl) {
    if (kl > high * target) {
      return alpha * lambda;
    }
    return kl < low * target ? Math.max(lambda / alpha, LOWEST) : lambda;
  }

  private double excess(double kl) {
    return Math.max(0, kl - 2 * target);
  }

  /** λ of one worker. */
  static final class Coefficient implements Saveable {
    private double lambda;

    Coefficient(double lambda) {
      this.lambda = lambda;
    }

    double get() {
      return lambda;
    }

    void set(double next) {
      lambda = next;
    }

    @Override
    public void save(DataOutput out) throws IOException {
      out.writeDouble(lambda);
    }

    @Override
    public void restore(DataInput in) throws IOException {
      lambda = in.readDouble();
    }
  }
}
