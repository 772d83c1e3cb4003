package dev.stampede.replay;

import dev.stampede.env.Action;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A block of transitions as bytes: version, length, numbers in little endian, checksum.
 *
 * <p>Frames are as the observation gave them, in the byte order of the machine.
 */
final class TransitionsFormat {
  private static final byte VERSION = 1;

  private TransitionsFormat() {}

  static void write(Transitions block, DataOutput target) throws IOException {
    Checked.write(VERSION, body(block), target);
  }

  static Transitions read(DataInput source) throws IOException {
    byte[] body = Checked.read("transitions", VERSION, source);
    try {
      return block(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
      throw new IOException("transitions: damaged, the numbers do not fit together", e);
    }
  }

  private static byte[] body(Transitions block) {
    int numbers = numbers(block);
    int perTransition =
        8 * block.planes().count() + 4 * Math.max(1, numbers) + 16 + 8 * block.outputs();
    int length = 44 + block.size() * perTransition + block.frames().length;
    ByteBuffer body = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(block.size()).putInt(block.planes().count()).putInt(block.planes().bytes());
    body.putInt(block.actor()).putInt(block.outputs()).putInt(numbers);
    body.putLong(block.firstFrame()).putInt(block.repeated()).putInt(block.carried());
    body.putInt(block.frames().length).put(block.frames());
    for (int j = 0; j < block.size(); j++) {
      for (int i = 0; i < 2 * block.planes().count(); i++) {
        body.putInt(block.place(j, i));
      }
      put(block.action(j), body);
      body.putDouble(block.reward(j)).putDouble(block.discount(j));
    }
    for (float[] outputs : new float[][] {block.out(), block.nextOut()}) {
      for (float output : outputs) {
        body.putFloat(output);
      }
    }
    return body.array();
  }

  private static Transitions block(ByteBuffer body) {
    int size = body.getInt();
    Planes planes = new Planes(body.getInt(), body.getInt());
    int actor = body.getInt();
    int outputs = body.getInt();
    int numbers = body.getInt();
    check(planes.count() > 0 && planes.bytes() > 0 && numbers >= 0 && outputs >= 0);
    check((long) size * (2L * planes.count() + numbers + 2L * outputs) <= body.capacity());
    long firstFrame = body.getLong();
    int repeated = body.getInt();
    int carried = body.getInt();
    byte[] frames = new byte[checked(body.getInt(), body.remaining() + 1)];
    body.get(frames);
    int count = frames.length / planes.bytes();
    check(repeated >= 0 && repeated <= count && carried >= 0 && carried <= count);
    var block = new Transitions.Builder(planes, actor, outputs, size);
    block.frames(frames, firstFrame, repeated, carried);
    for (int j = 0; j < size; j++) {
      for (int i = 0; i < 2 * planes.count(); i++) {
        block.place(j, i, checked(body.getInt(), count));
      }
      block.set(j, action(body, numbers), body.getDouble(), body.getDouble());
    }
    float[] out = floats(body, size * outputs);
    float[] nextOut = floats(body, size * outputs);
    for (int j = 0; j < size; j++) {
      int row = j * outputs;
      block.outputs(
          j,
          Arrays.copyOfRange(out, row, row + outputs),
          Arrays.copyOfRange(nextOut, row, row + outputs));
    }
    return block.build();
  }

  private static int numbers(Transitions block) {
    return block.size() > 0 && block.action(0) instanceof Action.Values values
        ? values.values().length
        : 0;
  }

  private static void put(Action action, ByteBuffer target) {
    if (action instanceof Action.Values values) {
      for (float value : values.values()) {
        target.putFloat(value);
      }
    } else {
      target.putInt(action.index());
    }
  }

  private static Action action(ByteBuffer body, int numbers) {
    return numbers == 0 ? Action.of(body.getInt()) : Action.of(floats(body, numbers));
  }

  private static float[] floats(ByteBuffer body, int count) {
    float[] floats = new float[count];
    body.asFloatBuffer().get(floats);
    body.position(body.position() + count * Float.BYTES);
    return floats;
  }

  private static int checked(int value, int below) {
    check(value >= 0 && value < below);
    return value;
  }

  private static void check(boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException("a number is out of its range");
    }
  }
}
