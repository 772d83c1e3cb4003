package dev.stampede.nn;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** dθ of one backward pass, read where the tensor library left it. */
final class TensorGradient extends Gradient {
  /**
   * From here on the tensor library's vector code is faster than a loop here, its call costs
   * notwithstanding.
   */
  private static final int LARGE = 4096;

  private final Network network;
  private final PtNDArray[] arrays;
  private final FloatBuffer[] parts;

  TensorGradient(Network network, PtNDArray[] leaves) {
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

  @Override
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

  @Override
  int partCount() {
    return parts.length;
  }

  @Override
  int from(int part) {
    return network.places().get(part).from();
  }

  @Override
  FloatBuffer part(int part) {
    return parts[part];
  }
}
