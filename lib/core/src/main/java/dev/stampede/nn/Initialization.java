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

/** Start values for a network's parameters. */
final class Initialization {
  private Initialization() {}

  /**
   * U(−1/√fan_in, 1/√fan_in) for weights and biases of linear and convolutional layers; the
   * authors' answer by e-mail in the wiki of muupan/async-rl names this Torch default.
   */
  static float[] torch(Network network, RandomGenerator random) {
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
      double within = bound == null ? oneOverRootOfFanIn(place.shape()) : bound;
      for (int i = 0; i < place.count(); i++) {
        theta[place.from() + i] = (float) ((2 * random.nextDouble() - 1) * within);
      }
    }
    return theta;
  }

  private static double oneOverRootOfFanIn(Shape weight) {
    return 1 / Math.sqrt((double) weight.size() / weight.get(0));
  }

  private static void collectBounds(Block block, Map<Parameter, Double> bounds) {
    if (block instanceof Linear || block instanceof Convolution) {
      Shape weight = block.getDirectParameters().get("weight").getShape();
      double bound = oneOverRootOfFanIn(weight);
      for (Pair<String, Parameter> parameter : block.getDirectParameters()) {
        bounds.put(parameter.getValue(), bound);
      }
    }
    for (Pair<String, Block> child : block.getChildren()) {
      collectBounds(child.getValue(), bounds);
    }
  }
}
