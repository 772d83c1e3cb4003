package dev.stampede.replay;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;

/**
 * How an observation is cut into frames: a stack of pictures into its pictures, anything else into
 * itself.
 *
 * @param count frames of one observation
 * @param bytes bytes of one frame
 */
record Planes(int count, int bytes) {

  static Planes of(Space.Box observations) {
    int count = ConsecutiveFrames.perObservation(observations);
    return new Planes(count, observations.bytes() / count);
  }

  int observationBytes() {
    return count * bytes;
  }

  void check(Observation observation) {
    if (observation.bytes() != observationBytes()) {
      throw new IllegalArgumentException(
          "observation: expected %d bytes but got %d; give the space of the environment as it is"
              .formatted(observationBytes(), observation.bytes()));
    }
  }

  /** The observation whose frames lie in {@code bytes} at these places, oldest first. */
  Observation stacked(byte[] frames, int[] places, int from) {
    return new Observation() {
      @Override
      public int bytes() {
        return observationBytes();
      }

      @Override
      public void copyTo(ByteBuffer target) {
        for (int i = 0; i < count; i++) {
          target.put(frames, places[from + i] * bytes, bytes);
        }
      }
    };
  }
}
