package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What a recurrent network remembers before each step of a rollout; of other networks nothing, in
 * no arrays. Belongs to one {@link TensorNetwork}.
 */
final class RecurrentStates {
  private final ByteBuffer memory;
  private final int[] sizes;
  private final int total;
  private final PtNDArray[][] arrays;
  private int known; // Positions up to here hold what a step gave, or what was carried.

  /**
   * @param capacity how many steps a rollout has; there is one position more, after the last
   */
  RecurrentStates(PtNDManager manager, int[] sizes, int capacity) {
    this.sizes = sizes;
    this.total = Arrays.stream(sizes).sum();
    this.memory = NativeMemory.allocate(Math.multiplyExact(total * Float.BYTES, capacity + 1));
    this.arrays = new PtNDArray[capacity + 1][sizes.length];
    for (int i = 0; i <= capacity; i++) {
      int at = i * total * Float.BYTES;
      for (int k = 0; k < sizes.length; k++) {
        ByteBuffer slice = memory.slice(at, sizes[k] * Float.BYTES).order(ByteOrder.nativeOrder());
        arrays[i][k] = (PtNDArray) manager.create(slice, new Shape(1, sizes[k]), DataType.FLOAT32);
        at += sizes[k] * Float.BYTES;
      }
    }
  }

  /** How many arrays a network takes beside observations, and gives beside its outputs. */
  int count() {
    return sizes.length;
  }

  /** What is remembered before step {@code i}, each of shape (1, size). */
  PtNDArray[] before(int i) {
    return arrays[i];
  }

  /** The last position whose memory is known. */
  int known() {
    return count() == 0 ? Integer.MAX_VALUE : known;
  }

  /** Takes over what step {@code i} gave. */
  void after(int i, NDList states) {
    FloatBuffer row = row(i + 1);
    for (int k = 0; k < sizes.length; k++) {
      PtNDArray next = (PtNDArray) states.get(k);
      row.put(next.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer());
    }
    known = Math.max(known, i + 1);
  }

  /** Step {@code i} will see something else than before. */
  void forgetAfter(int i) {
    known = Math.min(known, i);
  }

  /** An episode starts at position 0. */
  void clear() {
    row(0).put(new float[total]);
    known = 0;
  }

  /** Position 0 remembers what position {@code from} did. */
  void carry(int from) {
    row(0).put(row(from));
    known = 0;
  }

  /** What is remembered before step {@code i}, as numbers. */
  float[] read(int i) {
    float[] values = new float[total];
    row(i).get(values);
    return values;
  }

  /** Position 0 remembers these numbers. */
  void write(float[] values) {
    row(0).put(values);
    known = 0;
  }

  private FloatBuffer row(int i) {
    return memory
        .slice(i * total * Float.BYTES, total * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
