package dev.stampede.runtime;

import dev.stampede.nn.Gradient;
import dev.stampede.nn.Parameters;
import org.jspecify.annotations.Nullable;

/** Where a thread has θ from, and where its gradients go. */
interface Thetas {

  /**
   * θ as it is now, for a thread that computes with a copy; null where it computes with θ itself.
   */
  @Nullable Parameters pull();

  /**
   * Applies a gradient.
   *
   * @param T at which it was computed
   * @param updates of θ before it was computed
   */
  void apply(Gradient dTheta, long T, long updates);

  /** Runs an update of other parameters that those who pull θ must see whole too. */
  default void change(Runnable update) {
    update.run();
  }
}
