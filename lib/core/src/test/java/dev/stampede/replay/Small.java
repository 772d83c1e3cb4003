package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;

/** Steps with one number as observation and reward, counted from 0: easy to tell apart. */
final class Small {
  static final Space.Box NUMBER = Space.Box.floats(1);
  static final Space ACTIONS = new Space.Discrete(2);

  private Small() {}

  static ReplaySize size(long capacity) {
    return new ReplaySize(capacity, NUMBER, ACTIONS);
  }

  static Batch batch(int capacity) {
    return new Batch(capacity, NUMBER, ACTIONS);
  }

  /** Transitions with rewards {@code from}, {@code from} + 1, … */
  static Transitions block(int from, int size) {
    var buffer = new LocalBuffer(0, 1, 1, NUMBER, ACTIONS, 0);
    buffer.start(Observation.of((float) from));
    for (int i = from; i < from + size; i++) {
      buffer.add(Action.of(0), new float[0], new Step(Observation.of(i + 1f), i, false, false));
    }
    return buffer.take();
  }
}
