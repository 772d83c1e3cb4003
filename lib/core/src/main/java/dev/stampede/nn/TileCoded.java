package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * A linear function of tile-coded features without a bias: θ of shape (outputs, features), at first
 * 0. {@link TileNetwork} computes the same from the features that are 1 alone.
 */
final class TileCoded extends AbstractBlock {
  private final TileCoding coding;
  private final int outputs;
  private final Parameter weight;

  TileCoded(TileCoding coding, int outputs) {
    this.coding = coding;
    this.outputs = outputs;
    weight =
        addParameter(
            Parameter.builder()
                .setName("weight")
                .setType(Parameter.Type.WEIGHT)
                .optInitializer(Initializer.ZEROS)
                .build());
  }

  TileCoding coding() {
    return coding;
  }

  int outputs() {
    return outputs;
  }

  @Override
  protected void prepare(Shape[] inputs) {
    if (inputs[0].size() != coding.dimensions()) {
      throw new IllegalArgumentException(
          "expected " + coding.dimensions() + " numbers but got " + inputs[0].size());
    }
    weight.setShape(new Shape(outputs, coding.features()));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray x = inputs.head();
    int batch = Math.toIntExact(x.getShape().get(0));
    float[] states = x.toFloatArray();
    float[] point = new float[coding.dimensions()];
    int[] active = new int[coding.tilings()];
    float[] phi = new float[batch * coding.features()];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(states, b * point.length, point, 0, point.length);
      coding.active(point, active);
      for (int i : active) {
        phi[b * coding.features() + i] = 1;
      }
    }
    NDArray features = x.getManager().create(phi, new Shape(batch, coding.features()));
    NDArray theta = store.getValue(weight, x.getDevice(), training);
    return new NDList(features.matMul(theta.transpose()));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {new Shape(inputs[0].get(0), outputs)};
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }
}
