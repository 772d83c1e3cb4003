package dev.stampede.env;

/**
 * A picture in colour: {@code height} rows of {@code width} pixels, three bytes each, red first.
 *
 * <p>A plain holder: the array is not copied, and two frames are equal only if they are the same.
 */
public final class Frame {
  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * @throws IllegalArgumentException if the array does not have 3 · width · height bytes
   */
  public Frame(int width, int height, byte[] rgb) {
    if (width < 1 || height < 1 || rgb.length != 3 * width * height) {
      throw new IllegalArgumentException(
          "a frame of %d × %d pixels takes %d bytes, 3 for each pixel, but got %d"
              .formatted(width, height, 3 * width * height, rgb.length));
    }
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** Row by row from the top, each pixel as red, green, blue. */
  public byte[] rgb() {
    return rgb;
  }
}
