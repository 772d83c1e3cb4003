package dev.stampede.runtime;

import dev.stampede.algorithm.QueuedAlgorithm.Sample;
import dev.stampede.env.Observation;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * Rollouts on their way from agents to trainers, in the order they came.
 *
 * <p>It knows how many agents can still bring one, so that trainers know when nothing comes any
 * more. Safe for any number of threads.
 */
final class TrainingQueue {
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  /** States of one agent in the order they were acted in, each with its sample. */
  record Item(List<Observation> states, List<Sample> samples) {}

  private final Training training;
  private final int agents;
  private final int length;
  private final Queue<Item> items = new ArrayDeque<>();
  private int resting;
  private int ended;

  /**
   * @param length most rollouts in the queue
   */
  TrainingQueue(Training training, int agents, int length) {
    this.training = training;
    this.agents = agents;
    this.length = length;
  }

  /**
   * Adds a rollout; waits while the queue is full, but not when a checkpoint is to be taken or the
   * run has failed: trainers may be waiting themselves.
   */
  synchronized void put(Item item) {
    while (items.size() >= length && !training.safePoint().asked() && !training.hasFailed()) {
      look();
    }
    items.add(item);
    notifyAll();
  }

  /**
   * Takes the oldest rollout, and waits for one.
   *
   * @param others whether the caller has others already
   * @return empty if the run is over or has failed; also while all agents rest, if the caller has
   *     others to learn from or is to pass the safe point
   */
  synchronized Optional<Item> take(boolean others) {
    while (items.isEmpty() || training.hasFailed()) {
      boolean nobodyBrings = resting + ended == agents;
      if (isOver() || nobodyBrings && (others || training.safePoint().asked())) {
        return Optional.empty();
      }
      look();
    }
    notifyAll();
    return Optional.of(items.remove());
  }

  /** An agent waits at the safe point, and brings nothing until {@link #goOn}. */
  synchronized void rest() {
    resting++;
    notifyAll();
  }

  synchronized void goOn() {
    resting--;
  }

  /** An agent brings nothing any more. */
  synchronized void end() {
    ended++;
    notifyAll();
  }

  /** Whether all agents have ended. */
  synchronized boolean allEnded() {
    return ended == agents;
  }

  /** Whether nothing is left to do for a trainer. */
  synchronized boolean isOver() {
    return training.hasFailed() || items.isEmpty() && ended == agents;
  }

  private void look() {
    try {
      wait(LOOK_AGAIN_MILLISECONDS);
    } catch (InterruptedException e) {
      training.stop(); // Goes on in order, to the end.
    }
  }
}
