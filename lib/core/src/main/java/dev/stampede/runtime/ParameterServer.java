package dev.stampede.runtime;

import dev.stampede.algorithm.ParameterServerUse;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.util.concurrent.atomic.AtomicLong;

/**
 * θ⁺ in equal shards, as the machines of a parameter server hold them: each is taken, and updated,
 * by one client at a time, and drops a gradient that was computed too many of its updates ago. Nair
 * et al. (2015), section 4.2 and 4.3. For any number of threads.
 */
final class ParameterServer {
  private final Parameters theta;
  private final Optimizer optimizer;
  private final Shard[] shards;
  private final long mostStale;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /** A part of θ⁺, which is also its lock. */
  private static final class Shard {
    final int from;
    final int end;
    long version;

    Shard(int from, int end) {
      this.from = from;
      this.end = end;
    }
  }

  /**
   * @param theta that it holds
   * @param optimizer that it applies gradients with
   */
  ParameterServer(ParameterServerUse use, Parameters theta, Optimizer optimizer) {
    this.theta = theta;
    this.optimizer = optimizer;
    this.mostStale = use.mostStale();
    this.shards = new Shard[Math.min(use.shards(), theta.size())];
    for (int k = 0; k < shards.length; k++) {
      shards[k] = new Shard(bound(k), bound(k + 1));
    }
  }

  private int bound(int k) {
    return (int) ((long) theta.size() * k / shards.length);
  }

  /** Share of all gradients, counted shard by shard, that were too old; NaN before the first. */
  double droppedShare() {
    return dropped.get() / (double) sent.get();
  }

  /** What a worker knows of θ⁺. Belongs to one thread. */
  final class Client {
    private final Parameters copy = new Parameters(theta.size());
    private final long[] versions = new long[shards.length];

    /** θ⁺ as it is now, shard by shard; used again by the next call. */
    Parameters pull() {
      for (int k = 0; k < shards.length; k++) {
        Shard shard = shards[k];
        synchronized (shard) {
          copy.set(theta, shard.from, shard.end);
          versions[k] = shard.version;
        }
      }
      return copy;
    }

    /**
     * Sends a gradient that was computed at what was pulled last.
     *
     * @return its norm before clipping
     */
    double push(Gradient dTheta, double learningRate) {
      double norm = dTheta.norm();
      float eta = optimizer.begin((float) learningRate);
      for (int k = 0; k < shards.length; k++) {
        Shard shard = shards[k];
        sent.incrementAndGet();
        synchronized (shard) {
          if (shard.version - versions[k] > mostStale) {
            dropped.incrementAndGet();
          } else {
            optimizer.update(theta, dTheta, norm, eta, shard.from, shard.end);
            shard.version++;
          }
        }
      }
      return norm;
    }
  }
}
