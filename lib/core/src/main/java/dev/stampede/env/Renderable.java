package dev.stampede.env;

import java.util.Optional;

/** An environment that can show its state as a picture for people. */
public interface Renderable {

  /** The state reached last. Changes nothing, random numbers included. */
  Frame render();

  /** How many frames a second of the environment's own time has, one to each step. */
  default int framesPerSecond() {
    return 30;
  }

  /** What shows this environment: itself, or what it is wrapped around. */
  static Optional<Renderable> of(Environment environment) {
    for (Environment e = environment; ; e = ((Wrapper) e).inner()) {
      if (e instanceof Renderable renderable) {
        return Optional.of(renderable);
      }
      if (!(e instanceof Wrapper)) {
        return Optional.empty();
      }
    }
  }
}
