package dev.stampede.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A queue of bytes that loses, doubles, delays, reorders and damages what it is given, by a seed.
 * For any number of threads.
 */
final class BadQueue {
  /** What happens to messages, as probabilities. */
  record Faults(double lost, double doubled, double delayed, double damaged) {
    static final Faults MANY = new Faults(0.15, 0.15, 0.3, 0.05);
    static final Faults ALL_LOST = new Faults(1, 0, 0, 0);
  }

  private record Waiting(byte[] message, long due, long number) {}

  private static final int LONGEST_DELAY = 20;

  private final SplittableRandom random;
  private final Faults faults;
  private final int room;
  private final List<Waiting> waiting = new ArrayList<>();
  private long ticks;
  private long newestTaken = -1;
  private boolean closed;
  private long sent;
  private long lost;
  private long doubled;
  private long overtaken;
  private long damaged;

  /**
   * @param room messages under way
   */
  BadQueue(long seed, Faults faults, int room) {
    this.random = new SplittableRandom(seed);
    this.faults = faults;
    this.room = room;
  }

  /**
   * Takes a message, if there is room for it within some milliseconds. What is lost looks to its
   * sender like what is not.
   */
  synchronized boolean send(byte[] message) throws InterruptedException {
    if (waiting.size() >= room) {
      wait(5);
    }
    if (waiting.size() >= room) {
      return false;
    }
    long number = sent++;
    if (random.nextDouble() < faults.lost) {
      lost++;
      return true;
    }
    int copies = random.nextDouble() < faults.doubled ? 2 : 1;
    doubled += copies - 1;
    for (int i = 0; i < copies; i++) {
      long delay = random.nextDouble() < faults.delayed ? random.nextInt(LONGEST_DELAY) : 0;
      waiting.add(new Waiting(perhapsDamaged(message), ticks + delay, number));
    }
    notifyAll();
    return true;
  }

  private byte[] perhapsDamaged(byte[] message) {
    byte[] copy = message.clone();
    if (random.nextDouble() < faults.damaged) {
      damaged++;
      copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return copy;
  }

  /** The next message; null when the queue is closed. */
  synchronized byte @Nullable [] take() throws InterruptedException {
    while (!closed) {
      ticks++; // Each look is one, so that what is delayed comes even where no other follows.
      for (int i = 0; i < waiting.size(); i++) {
        if (waiting.get(i).due <= ticks) {
          Waiting taken = waiting.remove(i);
          overtaken += taken.number < newestTaken ? 1 : 0;
          newestTaken = Math.max(newestTaken, taken.number);
          notifyAll();
          return taken.message;
        }
      }
      wait(1);
    }
    return null;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized long sent() {
    return sent;
  }

  synchronized long lost() {
    return lost;
  }

  synchronized long doubled() {
    return doubled;
  }

  /** How many came after one that was sent later. */
  synchronized long overtaken() {
    return overtaken;
  }

  synchronized long damaged() {
    return damaged;
  }
}
