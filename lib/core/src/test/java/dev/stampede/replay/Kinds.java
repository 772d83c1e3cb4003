package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;

/** Blocks whose rewards go round a few kinds. */
final class Kinds {
  private Kinds() {}

  static Transitions block(int start, int kinds, int size) {
    var buffer = new LocalBuffer(0, 1, 1, Small.NUMBER, Small.ACTIONS, 0);
    buffer.start(Observation.of(0f));
    for (int i = 0; i < size; i++) {
      buffer.add(
          Action.of(0),
          new float[0],
          new Step(Observation.of((float) i), (start + i) % kinds, false, false));
    }
    return buffer.take();
  }
}
