package dev.stampede.nn;

import ai.djl.nn.Block;
import dev.stampede.env.Space;

/**
 * Q(s, a; φ) for actions that are numbers: a {@link Network} that takes a state and an action side
 * by side and gives one number. Immutable, safe for any number of threads.
 */
public final class CriticNetwork {
  private final Network network;
  private final Space.Box observations;
  private final int actions;

  /**
   * @param block takes (batch, numbers of s + numbers of a), bytes of s scaled to [0, 1], and gives
   *     (batch, 1); {@link Networks#critic} makes one
   * @param actions numbers of an action
   * @param fused whether small dense networks are computed by plain Java
   * @throws IllegalArgumentException if the block does not fit, or gives more than one number
   */
  public CriticNetwork(Block block, Space.Box observations, int actions, boolean fused) {
    this.network = new Network(block, Space.Box.floats(observations.size() + actions), fused);
    this.observations = observations;
    this.actions = actions;
    if (network.outputs() != 1 || network.isRecurrent()) {
      throw new IllegalArgumentException(
          "a critic Q(s, a): expected one output and no recurrent state but the block gives "
              + network.outputs()
              + (network.isRecurrent() ? " and is recurrent" : ""));
    }
  }

  /** Its parameters φ, their places and how they start. */
  public Network network() {
    return network;
  }

  /** What it takes of a state. */
  public Space.Box observations() {
    return observations;
  }

  /** Numbers of an action. */
  public int actions() {
    return actions;
  }

  /** A view with its own φ, at first 0, for one thread. */
  public LocalCritic local(int capacity) {
    return new LocalCritic(this, network.local(capacity), capacity);
  }

  /** A view of the shared φ itself, for one thread: each call computes with it as it is then. */
  public LocalCritic onShared(Parameters phi, int capacity) {
    return new LocalCritic(this, network.onShared(phi, capacity), capacity);
  }
}
