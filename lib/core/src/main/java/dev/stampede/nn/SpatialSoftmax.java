package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.util.PairList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where in each channel of a picture the activity is: the expected position under the softmax of
 * the channel's values over all its positions. Levine et al. (2016), arXiv:1504.00702, section 5.1;
 * with a temperature α, softmax of a/α, Finn et al. (2016), arXiv:1509.06113, section IV.
 *
 * <p>Takes shape (batch, channels, height, width), gives (batch, 2 · channels): x and y of channel
 * 0, x and y of channel 1, and so on. Both go from −1, the centre of the first column or row, to 1,
 * that of the last; where there is one alone it is at 0.
 */
public final class SpatialSoftmax extends AbstractBlock {
  private final double temperature;
  private final Optional<Parameter> learned;

  /** With temperature 1, as Levine et al. have it: no parameters. */
  public SpatialSoftmax() {
    this(1);
  }

  /**
   * @param temperature by which activities are divided before the softmax; above 0
   */
  public SpatialSoftmax(double temperature) {
    this(temperature, false);
  }

  private SpatialSoftmax(double temperature, boolean isLearned) {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature: expected a number above 0 but got " + temperature + "; 1 is the usual one");
    }
    this.temperature = temperature;
    this.learned =
        isLearned
            ? Optional.of(
                addParameter(
                    Parameter.builder()
                        .setName("temperature")
                        .setType(Parameter.Type.OTHER)
                        .optInitializer(new ConstantInitializer((float) temperature))
                        .optShape(new Shape(1))
                        .build()))
            : Optional.empty();
  }

  /**
   * With one temperature for all channels that is learned, as Finn et al. have it.
   *
   * @param start where it starts; above 0
   */
  public static SpatialSoftmax learned(double start) {
    return new SpatialSoftmax(start, true);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray a = inputs.singletonOrThrow();
    checkShape(a.getShape());
    long channels = a.getShape().get(1);
    long height = a.getShape().get(2);
    long width = a.getShape().get(3);
    if (learned.isPresent()) {
      a = a.div(store.getValue(learned.get(), a.getDevice(), training));
    } else if (temperature != 1) {
      a = a.div((float) temperature);
    }
    NDArray s = a.reshape(-1, height * width).softmax(1);
    // The backward pass reads the positions: they are closed with the manager, not here.
    NDArray positions = positions(inputs.head().getManager(), height, width);
    return new NDList(s.dot(positions).reshape(-1, 2 * channels));
  }

  /** x and y of each position, shape (height · width, 2). */
  private static NDArray positions(NDManager manager, long height, long width) {
    float[] xy = new float[Math.toIntExact(2 * height * width)];
    for (int i = 0; i < height * width; i++) {
      xy[2 * i] = coordinate(i % width, width);
      xy[2 * i + 1] = coordinate(i / width, height);
    }
    return manager.create(xy, new Shape(height * width, 2));
  }

  private static float coordinate(long i, long n) {
    return n == 1 ? 0 : -1 + 2f * i / (n - 1);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    checkShape(inputs[0]);
    return new Shape[] {new Shape(inputs[0].get(0), 2 * inputs[0].get(1))};
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  private static void checkShape(Shape input) {
    if (input.dimension() != 4) {
      throw new IllegalArgumentException(
          "SpatialSoftmax: expected shape (batch, channels, height, width) but got "
              + input
              + "; put it after a convolution");
    }
  }
}
