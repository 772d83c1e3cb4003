package dev.stampede.record;

import dev.stampede.env.Frame;

/**
 * How much each place of a picture matters.
 *
 * @param values rows from the top, 0 or more; the array is not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Heat(int width, int height, float[] values) {

  /** The picture in grey, with the places that matter in red, the most one fully. */
  Frame over(Frame picture) {
    byte[] rgb = new byte[picture.rgb().length];
    float most = most();
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int at = 3 * (y * picture.width() + x);
        int place = y * height / picture.height() * width + x * width / picture.width();
        double share = most > 0 ? values[place] / most : 0;
        blend(picture.rgb(), rgb, at, share);
      }
    }
    return new Frame(picture.width(), picture.height(), rgb);
  }

  private float most() {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  private static void blend(byte[] from, byte[] to, int at, double share) {
    int grey = ((from[at] & 0xff) + (from[at + 1] & 0xff) + (from[at + 2] & 0xff)) / 3;
    to[at] = (byte) (grey + share * (255 - grey));
    to[at + 1] = (byte) (grey * (1 - share));
    to[at + 2] = to[at + 1];
  }
}
