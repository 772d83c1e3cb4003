package dev.stampede.replay;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Transitions and their first priorities on their way to a memory elsewhere, with a number by which
 * {@link Receipts} knows a second copy. Immutable.
 */
public final class TransitionMessage {
  private static final byte FORMAT = 1;

  private final long epoch;
  private final long number;
  private final Transitions transitions;
  private final double[] priorities;

  /**
   * @param epoch of the actor, later at each of its starts
   * @param number of the message, from 0 and one higher each time
   * @param priorities of each transition; not copied
   */
  public TransitionMessage(long epoch, long number, Transitions transitions, double[] priorities) {
    if (priorities.length != transitions.size()) {
      throw new IllegalArgumentException(
          "expected a priority for each of %d transitions but got %d"
              .formatted(transitions.size(), priorities.length));
    }
    this.epoch = epoch;
    this.number = number;
    this.transitions = transitions;
    this.priorities = priorities;
  }

  public Transitions transitions() {
    return transitions;
  }

  /** |δ| of each transition, as its actor saw it. */
  public double[] priorities() {
    return priorities.clone();
  }

  int actor() {
    return transitions.actor();
  }

  long epoch() {
    return epoch;
  }

  long number() {
    return number;
  }

  /** Writes all of it, so that {@link #read} knows a damaged one. */
  public void write(DataOutput target) throws IOException {
    ByteBuffer head =
        ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + priorities.length * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(epoch).putLong(number).putInt(priorities.length);
    head.asDoubleBuffer().put(priorities);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(head.array());
    transitions.write(new DataOutputStream(body));
    Checked.write(FORMAT, body.toByteArray(), target);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is damaged, or of another version
   */
  public static TransitionMessage read(DataInput source) throws IOException {
    byte[] all = Checked.read("message of transitions", FORMAT, source);
    ByteBuffer body = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    try {
      long epoch = body.getLong();
      long number = body.getLong();
      double[] priorities = new double[Math.min(body.getInt(), all.length)];
      body.asDoubleBuffer().get(priorities);
      int from = body.position() + priorities.length * Double.BYTES;
      var rest = new DataInputStream(new ByteArrayInputStream(all, from, all.length - from));
      return new TransitionMessage(epoch, number, Transitions.read(rest), priorities);
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
      throw new IOException("message of transitions: damaged, its numbers do not fit together", e);
    }
  }
}
