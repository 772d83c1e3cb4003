package dev.stampede.runtime;

import dev.stampede.algorithm.ReplayAlgorithm.Pace;
import dev.stampede.replay.Replay;
import dev.stampede.replay.TransitionSink;
import dev.stampede.replay.Transitions;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The memory between the actors and the learner of a run, and how the two keep pace. Safe for any
 * number of actors and one learner.
 *
 * <p>The learner is at most one minibatch ahead of its pace, actors at most {@code slack}
 * transitions and the block that each of them adds before it waits, so that one of the two can
 * always go on.
 */
final class SharedMemory implements TransitionSink {
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  private final Training training;
  private final Replay replay;
  private final Pace pace;
  private final long slack;
  private final long learningStarts;
  private final long before;
  private final AtomicLong actorsWaited = new AtomicLong();
  private final AtomicLong learnerWaited = new AtomicLong();
  private volatile double learningSince = Double.NaN;
  private long drawn;

  /**
   * @param learningStarts transitions before the learner begins
   * @param slack transitions that actors may be ahead
   */
  SharedMemory(Training training, Replay replay, Pace pace, long learningStarts, long slack) {
    this.training = training;
    this.replay = replay;
    this.pace = pace;
    this.learningStarts = learningStarts;
    this.before = Math.max(learningStarts, replay.added()); // Of a resumed run: had its draws.
    this.slack = slack;
  }

  Replay replay() {
    return replay;
  }

  /**
   * Adds transitions, then waits while the actors are too far ahead.
   *
   * @param rest passes the safe point
   */
  @Override
  public void add(Transitions transitions, double[] priorities, Runnable rest) {
    replay.add(transitions, priorities);
    synchronized (this) {
      notifyAll();
    }
    if (!pace.isFree()) {
      waitWhile(this::actorsAreAhead, actorsWaited::addAndGet, rest);
    }
  }

  /**
   * Waits until the learner may draw.
   *
   * @param rest passes the safe point
   * @return false if the run ends before
   */
  boolean awaitDraw(Runnable rest) {
    if (Double.isNaN(learningSince)) {
      waitWhile(this::holdsTooFew, nanos -> {}, rest); // It is not the actors who are late.
      learningSince = training.seconds();
    }
    waitWhile(this::learnerIsAhead, learnerWaited::addAndGet, rest);
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  /** That many transitions were drawn. */
  synchronized void drew(int n) {
    drawn += n;
    notifyAll();
  }

  /** Nanoseconds that all actors together waited for the learner. */
  long actorsWaited() {
    return actorsWaited.get();
  }

  /** Nanoseconds that the learner waited for the actors since it began to draw. */
  long learnerWaited() {
    return learnerWaited.get();
  }

  /** Since the learner began to draw; NaN before. */
  double learningSeconds() {
    return training.seconds() - learningSince;
  }

  /** Since the learner began to draw; NaN before. */
  synchronized double drawsPerTransition() {
    return Double.isNaN(learningSince) ? Double.NaN : drawn / (double) Math.max(1, added());
  }

  private boolean actorsAreAhead() {
    return added() - slack > drawn / pace.drawsPerTransition();
  }

  private boolean holdsTooFew() {
    return replay.size() < learningStarts;
  }

  private boolean learnerIsAhead() {
    return !pace.isFree() && drawn > added() * pace.drawsPerTransition();
  }

  private long added() {
    return replay.added() - before;
  }

  /** Whether one of the two has to wait. */
  @FunctionalInterface
  private interface Ahead {
    boolean now();
  }

  /**
   * @param waited is told the nanoseconds as they pass, without those of a rest
   */
  private void waitWhile(Ahead ahead, LongConsumer waited, Runnable rest) {
    long since = System.nanoTime();
    while (isAhead(ahead)) {
      if (training.safePoint().asked()) {
        rest.run();
        since = System.nanoTime();
      }
      try {
        synchronized (this) {
          if (ahead.now()) {
            wait(LOOK_AGAIN_MILLISECONDS);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // Its role ends in order.
        break;
      }
      long now = System.nanoTime();
      waited.accept(now - since);
      since = now;
    }
  }

  private synchronized boolean isAhead(Ahead ahead) {
    return training.running() && ahead.now();
  }
}
