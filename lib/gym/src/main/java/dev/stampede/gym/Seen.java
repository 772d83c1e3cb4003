package dev.stampede.gym;

import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;

/**
 * A place in shared memory for what a step or reset has shown: where each part of it is.
 *
 * @param bytes of the observation
 * @param observation the same; it shows what is there, whenever it is looked at
 */
record Seen(
    ByteBuffer memory,
    int rewardAt,
    int livesAt,
    int terminatedAt,
    int truncatedAt,
    ByteBuffer bytes,
    Observation observation) {

  Seen(
      ByteBuffer memory,
      int rewardAt,
      int livesAt,
      int terminatedAt,
      int truncatedAt,
      ByteBuffer bytes) {
    this(memory, rewardAt, livesAt, terminatedAt, truncatedAt, bytes, Observation.of(bytes));
  }

  double reward() {
    return memory.getDouble(rewardAt);
  }

  /** Lives left, −1 in an environment that has no such thing. */
  int lives() {
    return memory.getInt(livesAt);
  }

  boolean terminated() {
    return memory.get(terminatedAt) != 0;
  }

  boolean truncated() {
    return memory.get(truncatedAt) != 0;
  }

  Step step() {
    return new Step(observation, reward(), terminated(), truncated());
  }
}
