package dev.stampede.replay;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * New priorities on their way back to the memory that their transitions were drawn from. Immutable.
 *
 * <p>It names the memory and each transition by its running number there, which is slot and
 * generation at once: one that comes too late, or to a memory that was started again, changes
 * nothing. Of several for one transition the one that came last counts.
 */
public final class PriorityMessage {
  private static final byte FORMAT = 1;

  private final long memory;
  private final long[] numbers;
  private final double[] priorities;

  private PriorityMessage(long memory, long[] numbers, double[] priorities) {
    Priorities.check(priorities, numbers.length);
    this.memory = memory;
    this.numbers = numbers;
    this.priorities = priorities;
  }

  /**
   * @param batch what was drawn last into it
   * @param priorities |δ| of each
   * @throws IllegalArgumentException if one is negative or not finite, or there are not as many
   */
  public static PriorityMessage of(Batch batch, double[] priorities) {
    long[] numbers = new long[batch.size()];
    for (int j = 0; j < numbers.length; j++) {
      numbers[j] = batch.number(j);
    }
    return new PriorityMessage(batch.memory(), numbers, priorities.clone());
  }

  /** How many. */
  public int size() {
    return numbers.length;
  }

  /** |δ| of the j-th. */
  public double priority(int j) {
    return priorities[j];
  }

  long memory() {
    return memory;
  }

  long number(int j) {
    return numbers[j];
  }

  /** Writes all of it, so that {@link #read} knows a damaged one. */
  public void write(DataOutput target) throws IOException {
    ByteBuffer body =
        ByteBuffer.allocate(Long.BYTES + numbers.length * (Long.BYTES + Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    body.putLong(memory);
    for (int j = 0; j < numbers.length; j++) {
      body.putLong(numbers[j]).putDouble(priorities[j]);
    }
    Checked.write(FORMAT, body.array(), target);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is damaged, or of another version
   */
  public static PriorityMessage read(DataInput source) throws IOException {
    byte[] all = Checked.read("message of priorities", FORMAT, source);
    ByteBuffer body = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    try {
      long memory = body.getLong();
      int size = body.remaining() / (Long.BYTES + Double.BYTES);
      if (body.remaining() % (Long.BYTES + Double.BYTES) != 0) {
        throw new BufferUnderflowException();
      }
      long[] numbers = new long[size];
      double[] priorities = new double[size];
      for (int j = 0; j < size; j++) {
        numbers[j] = body.getLong();
        priorities[j] = body.getDouble();
      }
      return new PriorityMessage(memory, numbers, priorities);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("message of priorities: damaged, its numbers do not fit together", e);
    }
  }
}
