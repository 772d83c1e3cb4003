package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import dev.stampede.env.Space;
import java.util.Arrays;
import java.util.List;

/** The networks of the papers, as ordinary DJL blocks. */
public final class Networks {
  /** Units of the dense layer of {@link #smallConv}. */
  public static final int SMALL_UNITS = 256;

  /** The same of {@link #gridConvFeatures}. */
  public static final int GRID_UNITS = 128;

  private Networks() {}

  /** What the layers after a convolution see of its channels. */
  public enum Features {
    /** Every number of every channel, flattened. */
    MAPS,
    /** Where in each channel the activity is: x and y, by {@link SpatialSoftmax}. */
    POINTS;

    Block block() {
      return this == MAPS ? Blocks.batchFlattenBlock() : new SpatialSoftmax();
    }
  }

  /** What follows each hidden layer. */
  public enum Nonlinearity {
    TANH,
    RELU;

    Block block() {
      return this == TANH ? Activation.tanhBlock() : Activation.reluBlock();
    }
  }

  /**
   * The paper's small network: 16 filters 8×8 stride 4, 32 filters 4×4 stride 2, 256 units, each
   * with a ReLU, then a linear layer. Mnih et al. (2016), section 5.1; after Mnih et al. (2013).
   *
   * @param outputs numbers the last layer gives
   */
  public static Block smallConv(int outputs) {
    return linear(smallConvFeatures(Features.MAPS), outputs);
  }

  /**
   * {@link #smallConv} without its last layer.
   *
   * @param seen what the 256 units see of the last convolution
   */
  public static SequentialBlock smallConvFeatures(Features seen) {
    return new SequentialBlock()
        .add(conv(16, 8, 4))
        .add(Activation.reluBlock())
        .add(conv(32, 4, 2))
        .add(Activation.reluBlock())
        .add(seen.block())
        .add(dense(SMALL_UNITS))
        .add(Activation.reluBlock());
  }

  /**
   * Three convolutions: 32 filters 8×8 stride 4, 64 filters 4×4 stride 2, 64 filters 3×3 stride 1,
   * then a dense layer, each with a ReLU. Mnih et al. (2015), methods.
   *
   * @param units of the dense layer, 512 in the paper
   */
  public static SequentialBlock largeConvFeatures(Features seen, int units) {
    return new SequentialBlock()
        .add(conv(32, 8, 4))
        .add(Activation.reluBlock())
        .add(conv(64, 4, 2))
        .add(Activation.reluBlock())
        .add(conv(64, 3, 1))
        .add(Activation.reluBlock())
        .add(seen.block())
        .add(dense(units))
        .add(Activation.reluBlock());
  }

  /**
   * Two convolutions without nonlinearity or pooling, for continuous control from pixels. Mnih et
   * al. (2016), supplement 9; it gives no filters, these are those of {@link #smallConv}.
   */
  public static SequentialBlock linearConvFeatures(Features seen) {
    return new SequentialBlock().add(conv(16, 8, 4)).add(conv(32, 4, 2)).add(seen.block());
  }

  /**
   * One convolution and a dense layer for pictures of some ten cells a side: 16 filters 3×3 stride
   * 1, then 128 units, each with a ReLU. Young and Tian (2019), arXiv:1903.03176, section 4, have
   * it for MinAtar.
   */
  public static SequentialBlock gridConvFeatures() {
    return new SequentialBlock()
        .add(conv(16, 3, 1))
        .add(Activation.reluBlock())
        .add(Blocks.batchFlattenBlock())
        .add(dense(GRID_UNITS))
        .add(Activation.reluBlock());
  }

  /**
   * Convolutions, then two streams with a hidden layer each: one for V, one for the advantages of
   * the actions, side by side in this order. Wang et al. (2016), arXiv:1511.06581, section 3.
   *
   * @param features convolutions that end with one dense layer and its nonlinearity, which stand in
   *     both streams instead; changed by this
   * @param units of that layer
   * @param actions outputs of the second stream
   */
  public static SequentialBlock dueling(SequentialBlock features, int units, int actions) {
    features.removeLastBlock();
    features.removeLastBlock();
    Block value = linear(stream(units), 1);
    Block advantages = linear(stream(units), actions);
    return features.add(
        new ParallelBlock(
            streams -> new NDList(streams.get(0).head(), streams.get(1).head()),
            List.of(value, advantages)));
  }

  private static SequentialBlock stream(int units) {
    return new SequentialBlock().add(dense(units)).add(Activation.reluBlock());
  }

  /**
   * Layers for pictures of shape (channels, height, width), behind one that puts the channels first
   * where the observations have them last, as most of Gymnasium's do.
   *
   * @param observations of three dimensions; the last is taken for the channels if it is smaller
   *     than both others
   */
  public static SequentialBlock channelsFirst(Space.Box observations, SequentialBlock layers) {
    return channelsLast(observations.shape())
        ? new SequentialBlock()
            .add(LambdaBlock.singleton(x -> x.transpose(0, 3, 1, 2), "ChannelsFirst"))
            .add(layers)
        : layers;
  }

  /** The smaller of a picture's height and width; 0 if the observations are no pictures. */
  public static int smallestSide(Space.Box observations) {
    int[] shape = observations.shape();
    if (shape.length != 3) {
      return 0;
    }
    return channelsLast(shape) ? Math.min(shape[0], shape[1]) : Math.min(shape[1], shape[2]);
  }

  /** Whether a picture's shape is (height, width, channels). */
  static boolean channelsLast(int[] shape) {
    return shape.length == 3 && shape[2] < Math.min(shape[0], shape[1]);
  }

  /** Adds a linear layer with that many outputs. */
  public static Block linear(SequentialBlock body, int outputs) {
    return body.add(dense(outputs));
  }

  /**
   * Dense layers, the last of them linear; observations of more dimensions are flattened.
   *
   * @param observations what the network will see
   * @param outputs numbers the last layer gives
   * @param nonlinearity what follows each hidden layer
   * @param hidden units of each hidden layer
   */
  public static Block mlp(
      Space.Box observations, int outputs, Nonlinearity nonlinearity, int... hidden) {
    return hiddenLayers(observations, nonlinearity, hidden).add(dense(outputs));
  }

  /**
   * Two networks that share nothing, for a policy and its value, side by side. Mnih et al. (2016),
   * supplement 9.
   *
   * @param policyOutputs numbers the policy's network gives; the value's gives one
   */
  public static Block separateMlps(
      Space.Box observations, int policyOutputs, Nonlinearity nonlinearity, int... hidden) {
    return separate(
        mlp(observations, policyOutputs, nonlinearity, hidden),
        mlp(observations, 1, nonlinearity, hidden));
  }

  /**
   * Two networks that see the same observations and share nothing, for a policy and its value.
   *
   * @param policy gives the policy's outputs
   * @param value gives one output; recurrent if the other is
   * @throws IllegalArgumentException if one of them alone is {@link Recurrent}
   */
  public static Block separate(Block policy, Block value) {
    if (policy instanceof Recurrent != value instanceof Recurrent) {
      throw new IllegalArgumentException(
          "expected two recurrent networks or two without memory, but one of them is recurrent;"
              + " give both LSTM cells, or neither");
    }
    return policy instanceof Recurrent
        ? new RecurrentParallel(List.of(policy, value))
        : new ParallelBlock(
            heads -> new NDList(heads.get(0).head(), heads.get(1).head()), List.of(policy, value));
  }

  /**
   * LSTM cells between other layers, with the parameters of {@code torch.nn.LSTMCell}: a {@link
   * Recurrent} block. Mnih et al. (2016), section 5.1, put 256 cells after the last hidden layer.
   *
   * @param body from observations to one array of shape (batch, features)
   * @param cells numbers in h, and in c
   * @param head from h to the outputs
   */
  public static Block recurrent(Block body, int cells, Block head) {
    return new RecurrentSequential(body, cells, head);
  }

  /** Layers, then LSTM cells, then a linear layer with that many outputs. */
  public static Block lstm(Block body, int cells, int outputs) {
    return recurrent(body, cells, dense(outputs));
  }

  /** {@link #smallConv} with LSTM cells after its last hidden layer. */
  public static Block smallConvLstm(int outputs, int cells) {
    return lstm(smallConvFeatures(Features.MAPS), cells, outputs);
  }

  /** {@link #mlp} with LSTM cells after its last hidden layer. */
  public static Block mlpLstm(
      Space.Box observations, int outputs, int cells, Nonlinearity nonlinearity, int... hidden) {
    return lstm(hiddenLayers(observations, nonlinearity, hidden), cells, outputs);
  }

  /** {@link #separateMlps} with LSTM cells after the last hidden layer of each. */
  public static Block separateMlpLstms(
      Space.Box observations,
      int policyOutputs,
      int cells,
      Nonlinearity nonlinearity,
      int... hidden) {
    return separate(
        mlpLstm(observations, policyOutputs, cells, nonlinearity, hidden),
        mlpLstm(observations, 1, cells, nonlinearity, hidden));
  }

  /**
   * A linear function of tile-coded observations, without a bias, that starts as 0.
   *
   * @param coding of as many dimensions as an observation has numbers
   */
  public static Block tiles(TileCoding coding, int outputs) {
    return new TileCoded(coding, outputs);
  }

  /**
   * Q(s, a) of dense layers: the first sees s alone, a enters at the second. Lillicrap et al.
   * (2016), arXiv:1509.02971, section 7.
   *
   * @param actions numbers of an action
   * @param hidden units of each hidden layer; of one alone, which sees both s and a
   */
  public static Block critic(
      Space.Box observations, int actions, Nonlinearity nonlinearity, int... hidden) {
    if (hidden.length == 1) {
      return mlp(Space.Box.floats(observations.size() + actions), 1, nonlinearity, hidden);
    }
    return critic(
        Space.Box.floats(observations.size()),
        actions,
        hiddenLayers(Space.Box.floats(observations.size()), nonlinearity, hidden[0]),
        nonlinearity,
        Arrays.copyOfRange(hidden, 1, hidden.length));
  }

  /**
   * Q(s, a) with layers of one's own, such as convolutions, that see s alone.
   *
   * @param state gives one array of shape (batch, features)
   * @param hidden units of each hidden layer that sees a and the features
   */
  public static Block critic(
      Space.Box observations, int actions, Block state, Nonlinearity nonlinearity, int... hidden) {
    return new StateAction(
        observations.shape(),
        actions,
        state,
        linear(hiddenLayers(Space.Box.floats(1), nonlinearity, hidden), 1));
  }

  private static SequentialBlock hiddenLayers(
      Space.Box observations, Nonlinearity nonlinearity, int... hidden) {
    SequentialBlock block = new SequentialBlock();
    if (observations.shape().length != 1) {
      block.add(Blocks.batchFlattenBlock());
    }
    for (int units : hidden) {
      block.add(dense(units)).add(nonlinearity.block());
    }
    return block;
  }

  private static Block conv(int filters, int kernel, int stride) {
    return Conv2d.builder()
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .setFilters(filters)
        .build();
  }

  private static Block dense(int units) {
    return Linear.builder().setUnits(units).build();
  }
}
