package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What a recurrent network remembers before each step of a rollout, for each of some sequences; of
 * other networks nothing, in no arrays. Belongs to one {@link TensorNetwork}.
 *
 * <p>What a step gave is kept even where an episode starts after it: whoever values the state in
 * which the ended one was cut off needs it. Only what the next step is given is 0 there.
 */
final class RecurrentStates {
  private final ByteBuffer memory;
  private final int[] sizes;
  private final int[] offsets;
  private final int sequences;
  private final int total;
  private final PtNDArray[][] arrays;
  private final boolean[][] starts;
  private int known; // Positions up to here hold what a step gave, or what was carried.

  /**
   * @param sequences how many of them advance together
   * @param steps how many a rollout has; there is one position more, after the last
   */
  RecurrentStates(PtNDManager manager, int[] sizes, int sequences, int steps) {
    this.sizes = sizes;
    this.sequences = sequences;
    this.total = sequences * Arrays.stream(sizes).sum();
    this.memory = NativeMemory.allocate(Math.multiplyExact(total * Float.BYTES, steps + 1));
    this.arrays = new PtNDArray[steps + 1][sizes.length];
    this.starts = new boolean[steps + 1][sequences];
    this.offsets = new int[sizes.length];
    for (int k = 1; k < sizes.length; k++) {
      offsets[k] = offsets[k - 1] + sequences * sizes[k - 1];
    }
    for (int i = 0; i <= steps; i++) {
      for (int k = 0; k < sizes.length; k++) {
        arrays[i][k] = over(manager, i, k, 0, sequences);
      }
    }
  }

  /** How many arrays a network takes beside observations, and gives beside its outputs. */
  int count() {
    return sizes.length;
  }

  /**
   * What was given for step {@code i}, each of shape (sequences, size), lent to another manager, so
   * that what is made from it belongs there; {@link #restarted} makes of it what the step takes.
   */
  NDList lend(int i, NDManager to) {
    NDList states = new NDList(arrays[i]);
    states.attach(to);
    return states;
  }

  /** The same for one sequence, each of shape (1, size), in another manager. */
  NDList before(int i, int sequence, PtNDManager manager) {
    NDList states = new NDList();
    for (int k = 0; k < sizes.length; k++) {
      states.add(over(manager, i, k, sequence, 1));
    }
    return states;
  }

  /** The next step after {@code i} with which an episode starts, in any sequence. */
  int nextStart(int i, int end) {
    int next = i + 1;
    while (next < end && !anyStarts(next)) {
      next++;
    }
    return next;
  }

  private boolean anyStarts(int i) {
    for (boolean start : starts[i]) {
      if (start) {
        return true;
      }
    }
    return false;
  }

  /** States before step {@code i}, 0 where an episode starts with it; no gradient passes there. */
  NDList restarted(int i, NDList states, NDManager manager) {
    if (count() == 0 || !anyStarts(i)) {
      return states;
    }
    float[] goesOn = new float[sequences];
    for (int b = 0; b < sequences; b++) {
      goesOn[b] = starts[i][b] ? 0 : 1;
    }
    NDArray mask = manager.create(goesOn, new Shape(sequences, 1));
    NDList result = new NDList();
    for (NDArray each : states) {
      result.add(each.mul(mask)); // x · 1 is x, bit for bit.
    }
    return result;
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

  /** Says whether an episode starts with step {@code i} of a sequence. */
  void setStart(int i, int sequence, boolean start) {
    if (count() > 0) {
      starts[i][sequence] = start && i > 0;
      if (start && i == 0) {
        write(sequence, new float[total / sequences]);
      }
    }
  }

  /** Position 0 remembers what position {@code from} did, or nothing where an episode starts. */
  void carry(int from) {
    for (int b = 0; b < sequences; b++) {
      write(b, read(from, b));
    }
  }

  /** What is remembered before step {@code i} of a sequence, as numbers. */
  float[] read(int i, int sequence) {
    float[] values = new float[total / sequences];
    if (!starts[i][sequence]) {
      FloatBuffer row = row(i);
      int at = 0;
      for (int k = 0; k < sizes.length; k++) {
        row.get(offsets[k] + sequence * sizes[k], values, at, sizes[k]);
        at += sizes[k];
      }
    }
    return values;
  }

  /** Position 0 of a sequence remembers these numbers. */
  void write(int sequence, float[] values) {
    if (values.length != total / sequences) {
      throw new IllegalArgumentException(
          "expected the "
              + total / sequences
              + " numbers that this network remembers but got "
              + values.length
              + "; they are of another network");
    }
    FloatBuffer row = row(0);
    int at = 0;
    for (int k = 0; k < sizes.length; k++) {
      row.put(offsets[k] + sequence * sizes[k], values, at, sizes[k]);
      at += sizes[k];
    }
    starts[0][sequence] = false;
    known = 0;
  }

  private FloatBuffer row(int i) {
    return memory
        .slice(i * total * Float.BYTES, total * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** State {@code k} before step {@code i} of {@code n} sequences, the first of them {@code b}. */
  private PtNDArray over(PtNDManager manager, int i, int k, int b, int n) {
    int at = (i * total + offsets[k] + b * sizes[k]) * Float.BYTES;
    ByteBuffer slice = memory.slice(at, n * sizes[k] * Float.BYTES).order(ByteOrder.nativeOrder());
    return (PtNDArray) manager.create(slice, new Shape(n, sizes[k]), DataType.FLOAT32);
  }
}
