package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Shows the last {@code k} observations at once, oldest first, along a new first axis. */
public final class FrameStack extends Wrapper {
  private final Space.Box space;
  private final byte[] frames;
  private final int frameBytes;

  /**
   * @param k how many observations are shown
   */
  public FrameStack(Environment inner, int k) {
    super(inner);
    if (!(inner.observationSpace() instanceof Space.Box box)) {
      throw new IllegalArgumentException(
          "only Box observations can be stacked, not " + inner.observationSpace());
    }
    if (k < 1) {
      throw new IllegalArgumentException("a stack holds at least 1 observation but k is " + k);
    }
    int[] shape = new int[box.shape().length + 1];
    shape[0] = k;
    System.arraycopy(box.shape(), 0, shape, 1, box.shape().length);
    this.space =
        Space.Box.of(box.element(), shape, repeated(k, box, box::low), repeated(k, box, box::high));
    this.frameBytes = box.bytes();
    this.frames = new byte[k * frameBytes];
  }

  private static double[] repeated(int k, Space.Box box, IntToDoubleFunction bound) {
    double[] one = IntStream.range(0, box.size()).mapToDouble(bound).toArray();
    if (Arrays.stream(one).allMatch(each -> Double.compare(each, one[0]) == 0)) {
      return new double[] {one[0]};
    }
    double[] all = new double[k * one.length];
    Arrays.setAll(all, i -> one[i % one.length]);
    return all;
  }

  @Override
  public Space observationSpace() {
    return space;
  }

  @Override
  public Observation reset(long seed) {
    return fill(super.reset(seed));
  }

  @Override
  public Observation reset() {
    return fill(super.reset());
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    System.arraycopy(frames, frameBytes, frames, 0, frames.length - frameBytes);
    step.observation().copyTo(at(frames.length - frameBytes));
    return new Step(Observation.of(frames), step.reward(), step.ending(), step.episode());
  }

  @Override
  public void save(DataOutput out) throws IOException {
    super.save(out);
    out.write(frames);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    super.restore(in);
    in.readFully(frames);
  }

  private Observation fill(Observation first) {
    for (int offset = 0; offset < frames.length; offset += frameBytes) {
      first.copyTo(at(offset));
    }
    return Observation.of(frames);
  }

  private ByteBuffer at(int offset) {
    return ByteBuffer.wrap(frames, offset, frameBytes).order(ByteOrder.nativeOrder());
  }
}
