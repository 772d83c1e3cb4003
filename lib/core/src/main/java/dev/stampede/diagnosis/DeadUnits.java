package dev.stampede.diagnosis;

import dev.stampede.nn.HiddenLayer;
import java.util.Optional;

/** Most of a layer's ReLU units are 0 in every state visited: no gradient reaches them again. */
final class DeadUnits implements Rule {
  @Override
  public String name() {
    return "dead-units";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> unknown = Layers.unknown(chart, HiddenLayer.Kind.RELU);
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    HiddenLayer worst = Layers.of(chart, HiddenLayer.Kind.RELU, HiddenLayer::dead).orElseThrow();
    return worst.dead() > Layers.MOST * worst.units() ? found(chart, worst) : Opinion.fine();
  }

  private Finding found(Chart chart, HiddenLayer layer) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "%d of %d ReLU units of hidden layer %d are 0 in all of %d states that the policy"
                + " visited: nothing passes them, and no gradient mends them.",
            layer.dead(), layer.units(), layer.number(), layer.states()),
        Layers.numbers(layer, layer.dead()),
        "Start again with a lower learning rate"
            + chart.now("learning-rate")
            + ", clip gradients at a smaller norm"
            + chart.now("clip-norm")
            + ", or take nonlinearity=tanh; they do not come back by themselves.");
  }
}
