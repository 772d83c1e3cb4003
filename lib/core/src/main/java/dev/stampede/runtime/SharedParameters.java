package dev.stampede.runtime;

import dev.stampede.nn.ParameterSource;
import dev.stampede.nn.Parameters;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * θ of a learner for the actors of its own process: each sees the whole of a version, copied by
 * nobody but itself.
 */
final class SharedParameters implements ParameterSource {
  private final Parameters theta;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long version;

  SharedParameters(Parameters theta) {
    this.theta = theta;
  }

  @Override
  public long newerThan(long known, Consumer<Parameters> take) {
    lock.readLock().lock();
    try {
      if (version != known) {
        take.accept(theta);
      }
      return version;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Makes the next version: {@code update} changes θ while nobody copies it. */
  void change(Runnable update) {
    lock.writeLock().lock();
    try {
      update.run();
      version++;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
