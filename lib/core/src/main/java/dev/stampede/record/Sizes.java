package dev.stampede.record;

import dev.stampede.env.Frame;

/** A video has frames of one size. */
final class Sizes {
  private Sizes() {}

  static void check(int width, int height, Frame frame) {
    if (frame.width() != width || frame.height() != height) {
      throw new IllegalArgumentException(
          "expected a frame of %d × %d pixels, as the first one, but got %d × %d; a video has one size"
              .formatted(width, height, frame.width(), frame.height()));
    }
  }
}
