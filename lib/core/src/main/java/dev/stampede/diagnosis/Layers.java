package dev.stampede.diagnosis;

import dev.stampede.nn.HiddenLayer;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** What rules about the units of hidden layers have in common. */
final class Layers {
  /**
   * A layer with more units than this share of no use is a finding. Where states look alike, as
   * pictures do, half of the ReLU units of a new network are 0 in all of them.
   */
  static final double MOST = 0.75;

  private Layers() {}

  /** Why nothing can be said of such units, if so. */
  static Optional<String> unknown(Chart chart, HiddenLayer.Kind kind) {
    if (chart.play().isEmpty()) {
      return Optional.of(chart.notPlayed());
    }
    return of(chart, kind, HiddenLayer::units).isEmpty()
        ? Optional.of("the network has no " + kind.label() + " layers that can be looked into")
        : Optional.empty();
  }

  /** The layer of that kind with the largest share of units of no use. */
  static Optional<HiddenLayer> of(
      Chart chart, HiddenLayer.Kind kind, ToIntFunction<HiddenLayer> useless) {
    return chart.play().stream()
        .flatMap(play -> play.layers().stream())
        .filter(layer -> layer.kind() == kind)
        .max(Comparator.comparingDouble(l -> (double) useless.applyAsInt(l) / l.units()));
  }

  static Map<String, Double> numbers(HiddenLayer layer, int useless) {
    return Map.of(
        "layer", (double) layer.number(),
        "units", (double) layer.units(),
        "useless", (double) useless,
        "states", (double) layer.states());
  }
}
