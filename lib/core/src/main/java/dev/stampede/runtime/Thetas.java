package dev.stampede.runtime;

import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;

/** Where a thread has θ from, and where its gradients go. */
interface Thetas {

  /** Whether networks may compute with θ itself, and not only with a copy. */
  boolean inPlace();

  /** Gives networks θ as it is now, the same to all. */
  void sync(LocalNetwork... networks);

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
