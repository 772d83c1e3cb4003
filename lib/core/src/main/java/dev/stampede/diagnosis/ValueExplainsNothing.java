package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The values told nothing of their targets in any part of the run. */
final class ValueExplainsNothing implements Rule {
  /** Explained variance; what a constant value has is 0. */
  private static final double NOTHING = 0.05;

  /** The run without its first part, in which no value knows anything yet. */
  private static final List<Double> QUARTERS = List.of(0.25, 0.5, 0.75);

  private static final int FEWEST_UPDATES = 2_000;

  @Override
  public String name() {
    return "value-explains-nothing";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> few = chart.tooFewUpdates(FEWEST_UPDATES);
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    OptionalDouble best =
        QUARTERS.stream()
            .mapToDouble(
                from -> chart.updates(from, from + 0.25).mean(LearningRecord::explainedVariance))
            .filter(explained -> !Double.isNaN(explained))
            .max();
    if (best.isEmpty()) {
      return Opinion.unjudged("the values' targets did not differ");
    }
    return best.getAsDouble() < NOTHING ? found(chart, best.getAsDouble()) : Opinion.fine();
  }

  private Finding found(Chart chart, double explained) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "The values explain nothing: in the best quarter of the steps they told %s of the"
                + " variance of their targets, where 1 is all and 0 is what a constant tells.",
            Text.brief(explained)),
        Map.of("explainedVariance", explained),
        "Give the value more weight"
            + chart.now("value-weight")
            + ", change the learning rate"
            + chart.now("learning-rate")
            + ", or scale the rewards so that returns are around 1 to 100 (reward-scale).");
  }
}
