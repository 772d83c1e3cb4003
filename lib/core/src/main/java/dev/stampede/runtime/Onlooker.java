package dev.stampede.runtime;

import dev.stampede.env.Action;
import dev.stampede.env.Step;
import dev.stampede.nn.LocalNetwork;

/** Looks on while {@link Evaluation} plays, on its thread. */
public interface Onlooker {
  /** Looks at nothing. */
  Onlooker NOBODY =
      new Onlooker() {
        @Override
        public void starts() {}

        @Override
        public void sees(LocalNetwork network, float[] out) {}

        @Override
        public void steps(Action a, Step step) {}

        @Override
        public void ends(LocalNetwork network) {}
      };

  /** The environment was reset. */
  void starts();

  /**
   * Before each action.
   *
   * @param network holds, as state 0, that in which the environment is
   * @param out its outputs for it; they are acted on, and so not to be changed
   */
  void sees(LocalNetwork network, float[] out);

  /** After each action. */
  void steps(Action a, Step step);

  /**
   * After the last step of an episode, or of all.
   *
   * @param network holds, as state 0, the last one
   */
  void ends(LocalNetwork network);
}
