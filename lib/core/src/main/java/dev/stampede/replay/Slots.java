package dev.stampede.replay;

import dev.stampede.env.Action;
import java.nio.ByteBuffer;

/**
 * What is kept of each transition besides its frames, by slot. One thread at a time reserves;
 * different slots may be written at the same time.
 */
final class Slots {
  /** The priority of a transition that is still being written. */
  static final double UNWRITTEN = Double.NaN;

  /** The priority of one whose writing failed. */
  static final double BROKEN = -1;

  private static final int REWARD = 0;
  private static final int DISCOUNT = 8;
  private static final int PRIORITY = 16;
  private static final int PLACES = 24;

  private final Records records;
  private final int actionAt;
  private final int numbers;

  Slots(Blocks memory, Planes planes, ActionSize actions, long expected) {
    this.records = new Records(memory, bytes(planes, actions), expected);
    this.actionAt = actionAt(planes);
    this.numbers = actions.numbers();
  }

  /** Bytes of a slot. */
  static int bytes(Planes planes, ActionSize actions) {
    int length = actionAt(planes) + Float.BYTES * Math.max(1, actions.numbers());
    return (length + 7) & -8;
  }

  private static int actionAt(Planes planes) {
    return PLACES + 2 * planes.count() * Integer.BYTES;
  }

  void reserve(long count) {
    records.reserve(count);
  }

  double reward(int slot) {
    return block(slot).getDouble(at(slot) + REWARD);
  }

  double discount(int slot) {
    return block(slot).getDouble(at(slot) + DISCOUNT);
  }

  void result(int slot, double reward, double discount) {
    block(slot).putDouble(at(slot) + REWARD, reward).putDouble(at(slot) + DISCOUNT, discount);
  }

  double priority(int slot) {
    return block(slot).getDouble(at(slot) + PRIORITY);
  }

  void priority(int slot, double priority) {
    block(slot).putDouble(at(slot) + PRIORITY, priority);
  }

  /** The frame of plane {@code i}, counted over the state and then the next one. */
  int place(int slot, int i) {
    return block(slot).getInt(at(slot) + PLACES + i * Integer.BYTES);
  }

  void place(int slot, int i, int frame) {
    block(slot).putInt(at(slot) + PLACES + i * Integer.BYTES, frame);
  }

  Action action(int slot) {
    ByteBuffer block = block(slot);
    int at = at(slot) + actionAt;
    if (numbers == 0) {
      return Action.of(block.getInt(at));
    }
    float[] values = new float[numbers];
    for (int i = 0; i < numbers; i++) {
      values[i] = block.getFloat(at + i * Float.BYTES);
    }
    return Action.of(values);
  }

  void action(int slot, Action action) {
    ByteBuffer block = block(slot);
    int at = at(slot) + actionAt;
    if (numbers == 0) {
      block.putInt(at, action.index());
      return;
    }
    float[] values = action.numbers();
    for (int i = 0; i < numbers; i++) {
      block.putFloat(at + i * Float.BYTES, values[i]);
    }
  }

  private ByteBuffer block(int slot) {
    return records.block(slot);
  }

  private int at(int slot) {
    return records.offset(slot);
  }
}
