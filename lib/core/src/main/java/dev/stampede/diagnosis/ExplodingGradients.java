package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.Map;
import java.util.Optional;

/** Gradients are far larger than what is let through, or grow without end. */
final class ExplodingGradients implements Rule {
  /** The norm, for one at which it is clipped: a tenth of each gradient is left. */
  private static final double ABOVE_CLIP = 10;

  /** The norm at the end, for one at the start. */
  private static final double GROWTH = 100;

  private static final int FEWEST_UPDATES = 200;

  @Override
  public String name() {
    return "gradients-explode";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> few = chart.tooFewUpdates(FEWEST_UPDATES);
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    double clip = chart.number("clip-norm").orElse(Double.POSITIVE_INFINITY);
    double first = chart.updates(0, 0.1).median(LearningRecord::gradientNorm);
    double last = chart.updates(0.75, 1).median(LearningRecord::gradientNorm);
    boolean large = last > ABOVE_CLIP * clip;
    return large || last > GROWTH * Math.max(first, 1)
        ? found(chart, clip, first, last)
        : Opinion.fine();
  }

  private Finding found(Chart chart, double clip, double first, double last) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "Gradients are very large: their norm was %s in the first tenth of the steps, is %s in"
                + " the last quarter, and is clipped at %s.",
            Text.brief(first), Text.brief(last), clip),
        Map.of("first", first, "last", last, "clipNorm", clip),
        "Scale the rewards down"
            + chart.now("reward-scale")
            + " so that returns are around 1 to 100, or normalise them (normalize-rewards=yes);"
            + " average gradients instead of summing them"
            + chart.now("reduction")
            + ", or give the value less weight"
            + chart.now("value-weight")
            + ".");
  }
}
