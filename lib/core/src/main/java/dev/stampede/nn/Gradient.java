package dev.stampede.nn;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * dθ of one backward pass, read where the tensor library left it. Belongs to the thread that made
 * it.
 */
public final class Gradient {
  /**
   * From here on the tensor library's vector code is faster than a loop here, its call costs
   * notwithstanding.
   */
  private static final int LARGE = 4096;

  private final Network network;
  private final PtNDArray[] arrays;
  private final FloatBuffer[] parts;

  Gradient(Network network, PtNDArray[] leaves) {
    this.network = network;
    this.arrays = new PtNDArray[leaves.length];
    this.parts = new FloatBuffer[leaves.length];
    for (int i = 0; i < leaves.length; i++) {
      PtNDArray gradient = JniUtils.getGradient(leaves[i]);
      gradient.attach(leaves[i].getManager());
      arrays[i] = gradient;
      parts[i] = gradient.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
  }

  /** All values, in the order of θ. */
  public float[] toArray() {
    float[] all = new float[network.size()];
    for (int i = 0; i < parts.length; i++) {
      Network.Place place = network.places().get(i);
      parts[i].get(0, all, place.from(), place.count());
    }
    return all;
  }

  /** The Euclidean norm over all parameters. */
  public double norm() {
    double sum = 0;
    for (int i = 0; i < parts.length; i++) {
      int count = network.places().get(i).count();
      if (count >= LARGE) {
        try (PtNDArray norm = (PtNDArray) arrays[i].norm()) {
          double value = norm.toByteBuffer(true).order(ByteOrder.nativeOrder()).getFloat();
          sum += value * value;
        }
      } else {
        for (int j = 0; j < count; j++) {
          double value = parts[i].get(j);
          sum += value * value;
        }
      }
    }
    return Math.sqrt(sum);
  }

  int partCount() {
    return parts.length;
  }

  int from(int part) {
    return network.places().get(part).from();
  }

  FloatBuffer part(int part) {
    return parts[part];
  }
}
