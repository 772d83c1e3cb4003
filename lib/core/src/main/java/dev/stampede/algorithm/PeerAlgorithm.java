package dev.stampede.algorithm;

/**
 * An algorithm of workers that share no parameters: each has a θ and an environment of its own, and
 * what it knows of the others came in their messages.
 *
 * <p>The θ of worker 0 is the one that is evaluated, saved and looked at.
 */
public non-sealed interface PeerAlgorithm extends Algorithm {

  /**
   * What one worker does: acts, learns and exchanges until {@link Peer#running} says no or an
   * {@link Peer#exchange} comes back empty.
   */
  void run(Peer peer);

  /** Whether a worker acts by a {@link Peer#thetaPrime} that is not its θ. */
  default boolean hasThetaPrime() {
    return false;
  }

  @Override
  default int rolloutLength() {
    return 1;
  }

  @Override
  default boolean stochastic() {
    return false;
  }
}
