package dev.stampede.env;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An environment exactly as its own library steps it: spaces of every kind, both flags, {@code
 * info}. For looking, checking and replaying; algorithms learn from an {@link Environment}.
 *
 * <p>Values are plain objects as {@link SpaceValues} describes them. Belongs to one thread at a
 * time.
 */
public interface RawEnvironment extends AutoCloseable {

  /** What a step gave. Both flags may be set. */
  record RawStep(double reward, boolean terminated, boolean truncated) {
    public boolean last() {
      return terminated || truncated;
    }
  }

  Space observationSpace();

  Space actionSpace();

  /**
   * Starts an episode.
   *
   * @param seed from which all randomness follows from here on; null goes on with what there is
   * @param options for environments that take some
   */
  void reset(@Nullable Long seed, Map<String, Object> options);

  /** Starts an episode. */
  default void reset(long seed) {
    reset(seed, Map.of());
  }

  /** Starts an episode with the randomness that there is. */
  default void reset() {
    reset(null, Map.of());
  }

  /**
   * Does an action.
   *
   * @throws IllegalArgumentException if it is not one of {@link #actionSpace()}
   */
  RawStep step(Object action);

  /** Seeds {@link #sampleAction()}. */
  void seedActions(long seed);

  /** An action drawn from {@link #actionSpace()}, as the environment's own library draws it. */
  Object sampleAction();

  /** The bytes of the last observation; see {@link SpaceValues}. */
  byte[] observationBytes();

  /** The last observation. */
  Object observation();

  /** What the last reset or step said beside its results; empty where there is no such thing. */
  default Map<String, Object> info() {
    return Map.of();
  }

  /** What the environment's library says of it: id, limits, metadata. */
  default Map<String, Object> about() {
    return Map.of();
  }

  /** A picture, where the environment can give one. */
  default Optional<Frame> render() {
    return Optional.empty();
  }

  /**
   * Checks that this environment keeps the rules of its library and says what it does not keep;
   * empty if all is well.
   */
  default Optional<String> check() {
    return Optional.empty();
  }

  @Override
  void close();
}
