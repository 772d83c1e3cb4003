package dev.stampede.nn;

import dev.stampede.env.Space;

/**
 * How strongly each place of a picture changes what a network says of it: |∂ said / ∂ pixel|, the
 * largest of its channels. Simonyan et al. (2014), arXiv:1312.6034, section 3.
 *
 * @param values rows from the top; the array is not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Saliency(int width, int height, float[] values) {

  /**
   * Of one state.
   *
   * @param i the state that the network holds
   * @param said puts the gradient of what is asked about at the network's outputs
   * @throws IllegalArgumentException if its observations are no pictures
   */
  public static Saliency of(
      LocalNetwork network, int i, Space.Box observations, LocalNetwork.Loss said) {
    int[] shape = observations.shape();
    if (shape.length != 3) {
      throw new IllegalArgumentException(
          "saliency: expected pictures, of shape (channels, height, width) or (height, width,"
              + " channels), but the network sees "
              + observations);
    }
    float[] gradient = network.observationGradient(i, said);
    boolean last = Networks.channelsLast(shape);
    int channels = last ? shape[2] : shape[0];
    int height = last ? shape[0] : shape[1];
    int width = last ? shape[1] : shape[2];
    float[] values = new float[height * width];
    for (int place = 0; place < values.length; place++) {
      for (int c = 0; c < channels; c++) {
        int at = last ? place * channels + c : c * values.length + place;
        values[place] = Math.max(values[place], Math.abs(gradient[at]));
      }
    }
    return new Saliency(width, height, values);
  }
}
