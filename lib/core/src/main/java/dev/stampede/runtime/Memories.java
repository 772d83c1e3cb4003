package dev.stampede.runtime;

import dev.stampede.algorithm.MemoryUse;
import dev.stampede.env.Space;
import dev.stampede.replay.Replay;
import dev.stampede.replay.ReplaySize;
import java.util.Optional;

/** Makes the memories that algorithms ask for. */
final class Memories {
  private Memories() {}

  static Replay make(MemoryUse use, long capacity, Space.Box observations, Space actions) {
    ReplaySize size = new ReplaySize(capacity, observations, actions, Optional.empty());
    return use.priorityExponent().isPresent()
        ? Replay.prioritized(size, use.priorityExponent().getAsDouble())
        : Replay.uniform(size);
  }
}
