package dev.stampede.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.core.Linear;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * Start values for a network's parameters: uniform, within bounds that follow from a layer's
 * fan-in. Of other blocks than linear and convolutional layers, parameters that start constant keep
 * their value (the ones and zeros of a normalisation) and the rest follow the rule for weights.
 * Weights and biases of LSTM cells start from U(−1/√cells, 1/√cells) by either rule, as in Torch.
 */
public enum Initialization {
  /**
   * Weights and biases from U(−1/√fan_in, 1/√fan_in): the default of Torch, which the authors of
   * the asynchronous methods used (their e-mail in the wiki of muupan/async-rl).
   */
  TORCH(1, true),

  /**
   * Weights from U(−√(6/fan_in), √(6/fan_in)), biases 0, so that a signal keeps its size through
   * layers with ReLUs: He et al. (2015), arXiv:1502.01852, section 2.2. The rule of Torch shrinks
   * it by √6 a layer.
   */
  HE(Math.sqrt(6), false),

  /**
   * As {@link #TORCH}, but the last layer's weights and biases from U(−0.003, 0.003), so that first
   * actions and values are near 0: Lillicrap et al. (2016), arXiv:1509.02971, section 7.
   */
  DDPG(1, true, 3e-3);

  private final double gain;
  private final boolean biases;
  private final OptionalDouble last;

  Initialization(double gain, boolean biases) {
    this(gain, biases, OptionalDouble.empty());
  }

  Initialization(double gain, boolean biases, double last) {
    this(gain, biases, OptionalDouble.of(last));
  }

  Initialization(double gain, boolean biases, OptionalDouble last) {
    this.gain = gain;
    this.biases = biases;
    this.last = last;
  }

  /** New values for all parameters of a network. */
  public float[] values(Network network, RandomGenerator random) {
    Map<Parameter, Double> bounds = new IdentityHashMap<>();
    collectBounds(network.block(), bounds);
    last.ifPresent(bound -> boundLast(network.block(), bound, bounds));
    float[] theta = new float[network.size()];
    for (Network.Place place : network.places()) {
      Double bound = bounds.get(place.parameter());
      if (bound == null && place.constant().isPresent()) {
        float constant = (float) place.constant().getAsDouble();
        Arrays.fill(theta, place.from(), place.from() + place.count(), constant);
        continue;
      }
      double within = bound == null ? bound(place.shape()) : bound;
      for (int i = 0; i < place.count(); i++) {
        theta[place.from() + i] = (float) ((2 * random.nextDouble() - 1) * within);
      }
    }
    return theta;
  }

  /** Of the layers that give the network's outputs. */
  private static void boundLast(Block block, double bound, Map<Parameter, Double> bounds) {
    if (block instanceof Linear) {
      block.getDirectParameters().values().forEach(parameter -> bounds.put(parameter, bound));
    }
    List<Block> children = block.getChildren().values();
    boolean beside = block instanceof ParallelBlock;
    for (Block child :
        beside
            ? children
            : children.subList(children.isEmpty() ? 0 : children.size() - 1, children.size())) {
      boundLast(child, bound, bounds);
    }
  }

  private double bound(Shape weight) {
    return gain / Math.sqrt((double) weight.size() / weight.get(0));
  }

  private void collectBounds(Block block, Map<Parameter, Double> bounds) {
    if (block instanceof Linear || block instanceof Convolution) {
      double bound = bound(block.getDirectParameters().get("weight").getShape());
      for (Pair<String, Parameter> parameter : block.getDirectParameters()) {
        boolean weight = parameter.getKey().equals("weight");
        bounds.put(parameter.getValue(), weight || biases ? bound : 0);
      }
    }
    if (block instanceof Lstm lstm) {
      for (Parameter parameter : block.getDirectParameters().values()) {
        bounds.put(parameter, 1 / Math.sqrt(lstm.cells()));
      }
    }
    for (Pair<String, Block> child : block.getChildren()) {
      collectBounds(child.getValue(), bounds);
    }
  }
}
