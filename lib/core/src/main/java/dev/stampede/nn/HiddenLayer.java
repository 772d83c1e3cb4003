package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.pytorch.engine.PtNDManager;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What the units of a hidden layer do in some states. Of a convolution, a unit is a channel.
 *
 * @param number among the network's hidden layers, from 1
 * @param kind what follows the layer
 * @param units how many
 * @param dead how many of them are 0 or less in each state
 * @param saturated how many of them are beyond ±0.99 in 99 % of the states
 * @param states how many
 */
public record HiddenLayer(int number, Kind kind, int units, int dead, int saturated, int states) {

  /** A nonlinearity whose units can fall silent. */
  public enum Kind {
    RELU(Elementwise.RELU, "ReLU"),
    TANH(Elementwise.TANH, "tanh");

    private final Elementwise activation;
    private final String label;

    Kind(Elementwise activation, String label) {
      this.activation = activation;
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /** The derivative of tanh there is less than 0.02. */
  private static final float END = 0.99f;

  private static final double NEARLY_ALL = 0.99;

  /** States that are computed together, so that pictures need little memory. */
  private static final int BATCH = 32;

  /**
   * Looks into a feed-forward network.
   *
   * @param theta the network's parameters
   * @param states as the network sees them
   * @return its hidden layers with ReLU or tanh units, in order; none of a recurrent or a
   *     tile-coded network, nor of what a block of one's own computes inside
   */
  public static List<HiddenLayer> of(Network network, float[] theta, List<Observation> states) {
    if (network.isRecurrent() || states.isEmpty()) {
      return List.of();
    }
    Parameters parameters = new Parameters(network.size());
    parameters.set(theta);
    List<Counts> layers = new ArrayList<>();
    try (PtNDManager manager = Engine.newManager()) {
      Engine.prepareThread();
      Leaves leaves = new Leaves(manager);
      for (Network.Place place : network.places()) {
        leaves.put(
            place.parameter(),
            manager.create(
                parameters.slice(place.from(), place.count()), place.shape(), DataType.FLOAT32));
      }
      for (int from = 0; from < states.size(); from += BATCH) {
        List<Observation> some = states.subList(from, Math.min(states.size(), from + BATCH));
        try (NDManager scope = manager.newSubManager()) {
          new Walk(leaves, layers).forward(network.block(), batch(network, some, scope));
        }
      }
    }
    List<HiddenLayer> found = new ArrayList<>();
    layers.forEach(layer -> found.add(layer.summary(found.size() + 1, states.size())));
    return found;
  }

  private static NDList batch(Network network, List<Observation> states, NDManager scope) {
    int bytes = network.observations().bytes();
    ByteBuffer memory =
        ByteBuffer.allocateDirect(states.size() * bytes).order(ByteOrder.nativeOrder());
    states.forEach(state -> state.copyTo(memory));
    memory.flip();
    Shape shape = network.inputShape(states.size());
    return new NDList(
        network.observations().element() == Space.Element.FLOAT32
            ? scope.create(memory, shape, DataType.FLOAT32)
            : scope
                .create(memory, shape, DataType.UINT8)
                .toType(DataType.FLOAT32, false)
                .muli(1 / 255f));
  }

  /** A forward pass that stops at each nonlinearity; each pass meets the layers in one order. */
  private static final class Walk {
    private final Leaves leaves;
    private final List<Counts> layers;
    private int next;

    Walk(Leaves leaves, List<Counts> layers) {
      this.leaves = leaves;
      this.layers = layers;
    }

    NDList forward(Block block, NDList in) {
      if (block instanceof SequentialBlock sequence && !sequence.isReturnIntermediate()) {
        NDList out = in;
        for (Block child : sequence.getChildren().values()) {
          out = forward(child, out);
        }
        return out;
      }
      if (block.getClass() == ParallelBlock.class) {
        block.getChildren().values().forEach(child -> forward(child, in));
      }
      NDList out = block.forward(leaves, in, false);
      for (Kind kind : Kind.values()) {
        if (block instanceof LambdaBlock lambda
            && Elementwise.named(lambda.getName()).filter(kind.activation::equals).isPresent()) {
          count(kind, out.head());
        }
      }
      return out;
    }

    private void count(Kind kind, NDArray units) {
      if (next == layers.size()) {
        layers.add(new Counts(kind, Math.toIntExact(units.getShape().get(1))));
      }
      layers.get(next++).add(units.toFloatArray(), Math.toIntExact(units.getShape().get(0)));
    }
  }

  /** In how many states each unit of a layer did something. */
  private static final class Counts {
    private final Kind kind;
    private final int[] alive;
    private final int[] atEnd;

    Counts(Kind kind, int units) {
      this.kind = kind;
      this.alive = new int[units];
      this.atEnd = new int[units];
    }

    /**
     * @param values of shape (states, units, places)
     */
    void add(float[] values, int states) {
      int places = values.length / states / alive.length;
      for (int i = 0; i < values.length; i += places) {
        boolean fires = false;
        boolean ends = true;
        for (int p = i; p < i + places; p++) {
          fires |= values[p] > 0;
          ends &= Math.abs(values[p]) > END;
        }
        int unit = i / places % alive.length;
        alive[unit] += fires ? 1 : 0;
        atEnd[unit] += ends ? 1 : 0;
      }
    }

    HiddenLayer summary(int number, int states) {
      int dead = 0;
      int saturated = 0;
      for (int unit = 0; unit < alive.length; unit++) {
        dead += alive[unit] == 0 ? 1 : 0;
        saturated += atEnd[unit] >= NEARLY_ALL * states ? 1 : 0;
      }
      return new HiddenLayer(number, kind, alive.length, dead, saturated, states);
    }
  }
}
