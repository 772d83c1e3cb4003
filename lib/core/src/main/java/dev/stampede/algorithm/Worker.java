package dev.stampede.algorithm;

/** What a thread of a {@link ChiefAlgorithm} has of its chief. Belongs to that thread. */
public interface Worker {

  /**
   * Sends the gradient of {@code loss} at θ′ over the states acted in since {@link
   * ActorLearner#sync}, waits until the chief has used or dropped it, and copies θ′ ← θ.
   */
  void send(ActorLearner.Loss loss);

  /** Sends none of the next {@code n} gradients: waits until their turn is over, and θ′ ← θ. */
  void skip(int n);
}
