package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Space;

/** What an action takes: how many choices there are, or how many numbers it has. */
record ActionSize(int choices, int numbers) {

  static ActionSize of(Space actions) {
    if (actions instanceof Space.Discrete discrete) {
      return new ActionSize(discrete.n(), 0);
    }
    if (actions instanceof Space.Box box) {
      return new ActionSize(0, box.size());
    }
    throw new IllegalArgumentException(
        "actions: expected a Discrete or a Box space but got " + actions);
  }

  /** A copy of its own, after a look at its size. */
  Action copy(Action action) {
    check(action);
    return action instanceof Action.Values values ? Action.of(values.values().clone()) : action;
  }

  void check(Action action) {
    if (numbers > 0 && action.numbers().length != numbers) {
      throw new IllegalArgumentException(
          "action: expected %d numbers but got %d".formatted(numbers, action.numbers().length));
    }
    if (numbers == 0 && (action.index() < 0 || action.index() >= choices)) {
      throw new IllegalArgumentException(
          "action: expected one of 0…%d but got %d".formatted(choices - 1, action.index()));
    }
  }
}
