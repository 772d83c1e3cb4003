package dev.stampede.runtime;

import dev.stampede.nn.ActorParameters;
import dev.stampede.nn.ParameterSource;
import dev.stampede.nn.ParameterVersion;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * The parameters of a learner for the actors of its own process: each sees the whole of a version,
 * copied by nobody but itself.
 */
final class SharedParameters implements ParameterSource {
  private final ActorParameters parameters;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private ParameterVersion version;

  /**
   * @param epoch later than at each earlier start of this learner
   */
  SharedParameters(ActorParameters parameters, long epoch) {
    this.parameters = parameters;
    this.version = new ParameterVersion(epoch, 0);
  }

  /** Goes on after an earlier start, whatever the clock says. */
  void startAfter(long earlier) {
    lock.writeLock().lock();
    try {
      version = new ParameterVersion(Math.max(version.epoch(), earlier + 1), 0);
    } finally {
      lock.writeLock().unlock();
    }
  }

  long epoch() {
    lock.readLock().lock();
    try {
      return version.epoch();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public ParameterVersion newerThan(ParameterVersion known, Consumer<ActorParameters> take) {
    lock.readLock().lock();
    try {
      if (!version.isAfter(known)) {
        return known;
      }
      take.accept(parameters);
      return version;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Makes the next version: {@code update} changes θ or φ while nobody copies them. */
  void change(Runnable update) {
    lock.writeLock().lock();
    try {
      update.run();
      version = version.next();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
