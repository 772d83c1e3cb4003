package dev.stampede.runtime;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/** The messages between workers. Safe for any number of threads; messages are never changed. */
final class Mail implements Saveable {
  /** Nobody misses the reason to give up by more than this. */
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  private final List<List<double[]>> inboxes = new ArrayList<>();
  private final DoubleSupplier learningRate;

  /** The messages of the exchange under way, by their senders' numbers. */
  private final SortedMap<Integer, double[]> given = new TreeMap<>();

  private long exchanges;
  private Exchange last = new Exchange(List.of(), 0);

  /**
   * What all get of an exchange.
   *
   * @param messages of all workers, in the order of their numbers
   * @param learningRate η when the last of them came
   */
  record Exchange(List<double[]> messages, double learningRate) {}

  /**
   * @param learningRate η as it is when it is asked for
   */
  Mail(int workers, DoubleSupplier learningRate) {
    this.learningRate = learningRate;
    for (int i = 0; i < workers; i++) {
      inboxes.add(new ArrayList<>());
    }
  }

  /** Puts a message into the inboxes of all others. */
  synchronized void send(int from, double[] message) {
    for (int i = 0; i < inboxes.size(); i++) {
      if (i != from) {
        inboxes.get(i).add(message);
      }
    }
  }

  /** Empties an inbox. */
  synchronized List<double[]> take(int id) {
    List<double[]> all = List.copyOf(inboxes.get(id));
    inboxes.get(id).clear();
    return all;
  }

  /**
   * Gives a message and waits for one of each worker. Once all have come, all get them.
   *
   * @param giveUp whether to take the message back and wait no longer
   * @return empty if it was taken back; an interrupt does that too, and stays set
   */
  synchronized Optional<Exchange> exchange(int id, double[] message, BooleanSupplier giveUp) {
    given.put(id, message);
    if (given.size() == inboxes.size()) {
      complete();
      return Optional.of(last);
    }
    long mine = exchanges;
    boolean interrupted = false;
    while (exchanges == mine && !interrupted && !giveUp.getAsBoolean()) {
      try {
        wait(LOOK_AGAIN_MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (exchanges > mine) {
      return Optional.of(last); // The next one cannot end without this worker.
    }
    given.remove(id);
    return Optional.empty();
  }

  private void complete() {
    last = new Exchange(List.copyOf(given.values()), learningRate.getAsDouble());
    given.clear();
    exchanges++;
    notifyAll();
  }

  /** What nobody has taken yet. An exchange that is under way begins anew in a resumed run. */
  @Override
  public synchronized void save(DataOutput out) throws IOException {
    for (List<double[]> inbox : inboxes) {
      out.writeInt(inbox.size());
      for (double[] message : inbox) {
        out.writeInt(message.length);
        for (double number : message) {
          out.writeDouble(number);
        }
      }
    }
  }

  @Override
  public synchronized void restore(DataInput in) throws IOException {
    for (List<double[]> inbox : inboxes) {
      for (int left = in.readInt(); left > 0; left--) {
        double[] message = new double[in.readInt()];
        for (int i = 0; i < message.length; i++) {
          message[i] = in.readDouble();
        }
        inbox.add(message);
      }
    }
  }
}
