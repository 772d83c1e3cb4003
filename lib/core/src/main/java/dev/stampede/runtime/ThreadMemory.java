package dev.stampede.runtime;

import dev.stampede.algorithm.Memory;
import dev.stampede.algorithm.Minibatch;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Replay;
import java.util.random.RandomGenerator;

/** What one actor-learner does with its memory. Made, used and closed by its thread. */
final class ThreadMemory implements Memory, AutoCloseable {
  private static final float[] NO_OUTPUTS = {};

  /** Frames that transitions of one block share are copied once. */
  private static final int BLOCK = 16;

  private final Replay replay;
  private final LocalBuffer buffer;
  private final DrawnMinibatch minibatch;
  private final RandomGenerator random;
  private final long learningStarts;

  ThreadMemory(
      Replay replay,
      LocalBuffer buffer,
      DrawnMinibatch minibatch,
      RandomGenerator random,
      long learningStarts) {
    this.replay = replay;
    this.buffer = buffer;
    this.minibatch = minibatch;
    this.random = random;
    this.learningStarts = learningStarts;
  }

  /** What is not in the memory yet. */
  LocalBuffer buffer() {
    return buffer;
  }

  /** The first state of an episode. */
  void start(Observation first) {
    buffer.start(first);
  }

  @Override
  public void add(Action a, Step step) {
    buffer.add(a, NO_OUTPUTS, step);
    if (buffer.size() >= BLOCK) {
      replay.add(buffer.take());
    }
  }

  @Override
  public boolean isReady() {
    return replay.size() + buffer.size() >= learningStarts;
  }

  @Override
  public Minibatch draw(double beta) {
    if (buffer.size() > 0) {
      replay.add(buffer.take());
    }
    replay.removeToFit();
    return minibatch.draw(replay, replay, beta, random);
  }

  @Override
  public void close() {
    minibatch.close(); // The memory itself outlives the thread.
  }
}
