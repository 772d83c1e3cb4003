package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import dev.stampede.env.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A network in few words: {@code conv(16, 8, 4); conv(32, 4, 2); dense(256); lstm(256)}, from the
 * observations to the last hidden layer. The linear layer to the algorithm's outputs is added.
 *
 * <p>A nonlinearity follows each layer: ReLU, until {@link #tanh} or {@link #linear} says
 * otherwise. For pictures, channels come first whatever the observations have.
 */
public final class Layers {
  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, Head> heads = new LinkedHashMap<>();
  private Nonlinearity nonlinearity = Nonlinearity.RELU;
  private int cells;

  private enum Nonlinearity {
    RELU,
    TANH,
    NONE
  }

  private record Layer(int units, int kernel, int stride, Nonlinearity nonlinearity) {
    boolean isConvolution() {
      return kernel > 0;
    }
  }

  private record Head(int outputs, Layers hidden) {}

  /**
   * A convolution.
   *
   * @param kernel pixels of each side
   * @throws IllegalArgumentException if it does not come first, or a number is not positive
   */
  public void conv(int filters, int kernel, int stride) {
    if (cells > 0 || layers.stream().anyMatch(layer -> !layer.isConvolution())) {
      throw new IllegalArgumentException(
          "conv: expected it before all dense layers and LSTM cells; nothing of a picture is left"
              + " behind them");
    }
    layers.add(
        new Layer(
            positive("conv: filters", filters),
            positive("conv: kernel", kernel),
            positive("conv: stride", stride),
            nonlinearity));
  }

  /**
   * A dense layer.
   *
   * @throws IllegalArgumentException if LSTM cells come before it, or there are no units
   */
  public void dense(int units) {
    if (cells > 0) {
      throw new IllegalArgumentException(
          "dense: expected it before the LSTM cells, which only the outputs follow");
    }
    layers.add(new Layer(positive("dense: units", units), 0, 0, nonlinearity));
  }

  /**
   * LSTM cells after the last hidden layer; for A3C, A2C and PAAC.
   *
   * @throws IllegalArgumentException if there are some already, or none
   */
  public void lstm(int number) {
    if (cells > 0) {
      throw new IllegalArgumentException("lstm: expected it once, after the last hidden layer");
    }
    cells = positive("lstm: cells", number);
  }

  /** ReLU after each of the layers that follow. */
  public void relu() {
    nonlinearity = Nonlinearity.RELU;
  }

  /** tanh after each of the layers that follow. */
  public void tanh() {
    nonlinearity = Nonlinearity.TANH;
  }

  /** Nothing after each of the layers that follow. */
  public void linear() {
    nonlinearity = Nonlinearity.NONE;
  }

  /**
   * Outputs beside the algorithm's, for a term of one's own in the loss.
   *
   * @param hidden dense layers between the last hidden layer and them
   * @throws IllegalArgumentException if there is one of that name
   */
  public void head(String name, int outputs, Consumer<Layers> hidden) {
    Layers own = new Layers();
    own.nonlinearity = nonlinearity;
    hidden.accept(own);
    if (own.cells > 0
        || !own.heads.isEmpty()
        || own.layers.stream().anyMatch(Layer::isConvolution)) {
      throw new IllegalArgumentException(
          "head \"" + name + "\": expected dense layers alone; all else comes before the heads");
    }
    if (heads.put(name, new Head(positive("head: outputs", outputs), own)) != null) {
      throw new IllegalArgumentException("head \"" + name + "\": there is one of that name");
    }
  }

  /** The heads' outputs by name, in the order in which they come after the algorithm's. */
  public Map<String, Integer> heads() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    heads.forEach((name, head) -> sizes.put(name, head.outputs));
    return sizes;
  }

  /**
   * The block.
   *
   * @param outputs those of the algorithm and of all heads
   * @throws IllegalArgumentException if there is a convolution but the observations are no pictures
   */
  public Block block(Space.Box observations, int outputs) {
    int own = outputs - heads.values().stream().mapToInt(Head::outputs).sum();
    SequentialBlock body = body(observations);
    Block last = last(own);
    return cells > 0 ? Networks.recurrent(body, cells, last) : body.add(last);
  }

  private SequentialBlock body(Space.Box observations) {
    boolean sees = layers.stream().anyMatch(Layer::isConvolution);
    int dimensions = observations.shape().length;
    if (sees && dimensions != 3) {
      throw new IllegalArgumentException(
          "conv: expected pictures of three dimensions but the environment gives "
              + observations
              + "; use dense layers");
    }
    SequentialBlock body = new SequentialBlock();
    boolean flat = dimensions == 1;
    for (Layer layer : layers) {
      if (!flat && !layer.isConvolution()) {
        body.add(Blocks.batchFlattenBlock());
        flat = true;
      }
      add(layer, body);
    }
    if (!flat || layers.isEmpty()) { // An empty sequence is none.
      body.add(Blocks.batchFlattenBlock());
    }
    return sees ? Networks.channelsFirst(observations, body) : body;
  }

  private static void add(Layer layer, SequentialBlock to) {
    to.add(
        layer.isConvolution()
            ? Conv2d.builder()
                .setKernelShape(new Shape(layer.kernel, layer.kernel))
                .optStride(new Shape(layer.stride, layer.stride))
                .setFilters(layer.units)
                .build()
            : Linear.builder().setUnits(layer.units).build());
    switch (layer.nonlinearity) {
      case RELU -> to.add(Activation.reluBlock());
      case TANH -> to.add(Activation.tanhBlock());
      case NONE -> {}
    }
  }

  /** From the last hidden layer to all outputs. */
  private Block last(int outputs) {
    Block main = Linear.builder().setUnits(outputs).build();
    if (heads.isEmpty()) {
      return main;
    }
    List<Block> all = new ArrayList<>(List.of(main));
    for (Head head : heads.values()) {
      SequentialBlock block = new SequentialBlock();
      head.hidden.layers.forEach(layer -> add(layer, block));
      all.add(block.add(Linear.builder().setUnits(head.outputs).build()));
    }
    return new ParallelBlock(
        each -> {
          NDList outputsOfAll = new NDList();
          each.forEach(outputsOfAll::addAll);
          return outputsOfAll;
        },
        all);
  }

  private static int positive(String what, int n) {
    if (n < 1) {
      throw new IllegalArgumentException(what + ": expected at least 1 but got " + n);
    }
    return n;
  }
}
