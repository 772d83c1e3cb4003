package dev.stampede.diagnosis;

import dev.stampede.nn.HiddenLayer;
import java.util.Optional;

/** Most of a layer's tanh units are at −1 or 1 in every state visited: hardly a gradient passes. */
final class SaturatedUnits implements Rule {
  @Override
  public String name() {
    return "saturated-units";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> unknown = Layers.unknown(chart, HiddenLayer.Kind.TANH);
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    HiddenLayer worst =
        Layers.of(chart, HiddenLayer.Kind.TANH, HiddenLayer::saturated).orElseThrow();
    return worst.saturated() > Layers.MOST * worst.units() ? found(chart, worst) : Opinion.fine();
  }

  private Finding found(Chart chart, HiddenLayer layer) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "%d of %d tanh units of hidden layer %d are at −1 or 1 in nearly all of %d states that"
                + " the policy visited: hardly any gradient passes them.",
            layer.saturated(), layer.units(), layer.number(), layer.states()),
        Layers.numbers(layer, layer.saturated()),
        "Start again with a lower learning rate"
            + chart.now("learning-rate")
            + ", bring observations to a scale of about 1 (normalize-observations=yes), or take"
            + " nonlinearity=relu.");
  }
}
