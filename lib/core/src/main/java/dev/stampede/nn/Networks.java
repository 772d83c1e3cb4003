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
import java.util.List;

/** The networks of the papers, as ordinary DJL blocks. */
public final class Networks {
  private Networks() {}

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
    return smallConvLayers().add(dense(outputs));
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
    return new ParallelBlock(
        heads -> new NDList(heads.get(0).head(), heads.get(1).head()),
        List.of(
            mlp(observations, policyOutputs, nonlinearity, hidden),
            mlp(observations, 1, nonlinearity, hidden)));
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

  /** {@link #smallConv} with LSTM cells after its last hidden layer. */
  public static Block smallConvLstm(int outputs, int cells) {
    return recurrent(smallConvLayers(), cells, dense(outputs));
  }

  /** {@link #mlp} with LSTM cells after its last hidden layer. */
  public static Block mlpLstm(
      Space.Box observations, int outputs, int cells, Nonlinearity nonlinearity, int... hidden) {
    return mlpWithCells(observations, outputs, cells, nonlinearity, hidden);
  }

  /** {@link #separateMlps} with LSTM cells after the last hidden layer of each. */
  public static Block separateMlpLstms(
      Space.Box observations,
      int policyOutputs,
      int cells,
      Nonlinearity nonlinearity,
      int... hidden) {
    return new RecurrentParallel(
        List.of(
            mlpWithCells(observations, policyOutputs, cells, nonlinearity, hidden),
            mlpWithCells(observations, 1, cells, nonlinearity, hidden)));
  }

  private static RecurrentSequential mlpWithCells(
      Space.Box observations, int outputs, int cells, Nonlinearity nonlinearity, int... hidden) {
    return new RecurrentSequential(
        hiddenLayers(observations, nonlinearity, hidden), cells, dense(outputs));
  }

  private static SequentialBlock smallConvLayers() {
    return new SequentialBlock()
        .add(conv(16, 8, 4))
        .add(Activation.reluBlock())
        .add(conv(32, 4, 2))
        .add(Activation.reluBlock())
        .add(Blocks.batchFlattenBlock())
        .add(dense(256))
        .add(Activation.reluBlock());
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
