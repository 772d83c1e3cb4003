package dev.stampede.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.core.Linear;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
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
  HE(Math.sqrt(6), false);

  private final double gain;
  private final boolean biases;

  Initialization(double gain, boolean biases) {
    this.gain = gain;
    this.biases = biases;
  }

  /** New values for all parameters of a network. */
  public float[] values(Network network, RandomGenerator random) {
    Map<Parameter, Double> bounds = new IdentityHashMap<>();
    collectBounds(network.block(), bounds);
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
