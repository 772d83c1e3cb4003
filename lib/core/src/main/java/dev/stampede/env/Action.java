package dev.stampede.env;

/** What the agent does in one step. */
public sealed interface Action permits Action.Choice, Action.Values {

  /** Choice {@code index} of a {@link Space.Discrete}, counted from 0. */
  record Choice(int index) implements Action {}

  /**
   * Numbers for a {@link Space.Box}, in C order. A plain holder: not a value, the array is not
   * copied.
   */
  final class Values implements Action {
    private final float[] values;

    Values(float[] values) {
      this.values = values;
    }

    public float[] values() {
      return values;
    }
  }

  static Action of(int index) {
    return index >= 0 && index < Choices.CACHED.length ? Choices.CACHED[index] : new Choice(index);
  }

  static Action of(float... values) {
    return new Values(values);
  }

  /**
   * The index of a discrete action.
   *
   * @throws IllegalArgumentException if this action is not a {@link Choice}
   */
  default int index() {
    if (this instanceof Choice choice) {
      return choice.index();
    }
    throw new IllegalArgumentException(
        "this environment takes one of several choices; give it Action.of(int)");
  }

  /**
   * The numbers of a continuous action.
   *
   * @throws IllegalArgumentException if this action is not {@link Values}
   */
  default float[] numbers() {
    if (this instanceof Values values) {
      return values.values();
    }
    throw new IllegalArgumentException(
        "this environment takes numbers; give it Action.of(float...)");
  }
}
