package dev.stampede.runtime;

import dev.stampede.env.Action;
import dev.stampede.env.Space;

/** Actions as the environment can take them. */
final class Bounds {
  private Bounds() {}

  /** The action with each number cut off at the bounds of its space; a choice as it is. */
  static Action cut(Action action, Space space) {
    if (!(space instanceof Space.Box box) || !(action instanceof Action.Values values)) {
      return action;
    }
    float[] within = values.values().clone();
    for (int i = 0; i < within.length; i++) {
      within[i] = (float) Math.max(box.low(i), Math.min(box.high(i), within[i]));
    }
    return Action.of(within);
  }
}
