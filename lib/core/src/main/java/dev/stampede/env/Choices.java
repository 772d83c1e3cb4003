package dev.stampede.env;

import java.util.stream.IntStream;

/** The discrete actions that occur all the time, made once. */
final class Choices {
  static final Action[] CACHED =
      IntStream.range(0, 64).mapToObj(Action.Choice::new).toArray(Action[]::new);

  private Choices() {}
}
