package dev.stampede.diagnosis;

import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.LearningRecord;
import java.util.Map;
import java.util.Optional;

/** The values are wrong by more than any episode ever brought, and get worse. */
final class ValuesDiverge implements Rule {
  /** The values' error, for the largest return: no state is worth more than that. */
  private static final double ABOVE_RETURNS = 3;

  /** The value's loss at the end, for one at the start. */
  private static final double GROWTH = 10;

  private static final int FEWEST_UPDATES = 200;

  @Override
  public String name() {
    return "values-diverge";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> unknown =
        chart.tooFewUpdates(FEWEST_UPDATES).or(chart::tooFewEpisodes).or(() -> noScale(chart));
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    double first = chart.updates(0, 0.1).median(LearningRecord::valueLoss);
    double last = chart.updates(0.9, 1).median(LearningRecord::valueLoss);
    double error = Math.sqrt(2 * last / chart.number("value-weight").orElseThrow());
    double largest = chart.number("reward-scale").orElse(1) * largestReturn(chart);
    return error > ABOVE_RETURNS * largest && last > GROWTH * first
        ? found(chart, error, largest, last / first)
        : Opinion.fine();
  }

  /** Why the loss does not tell an error in the unit of returns, if it does not. */
  private static Optional<String> noScale(Chart chart) {
    if (chart.knob("normalize-rewards").equals("yes")) {
      return Optional.of("rewards are normalised, so that values and returns have other units");
    }
    if (chart.number("value-weight").isEmpty()) {
      return Optional.of(
          "the method has no value-weight, or the loss is of the user's own: nothing tells its"
              + " scale");
    }
    return chart.number("value-weight").orElseThrow() > 0
        ? Optional.empty()
        : Optional.of("the value has no weight in the loss");
  }

  private static double largestReturn(Chart chart) {
    return chart.episodes().stream()
        .mapToDouble(EpisodeRecord::score)
        .map(Math::abs)
        .max()
        .orElseThrow();
  }

  private Finding found(Chart chart, double error, double largest, double growth) {
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format(
            "The values diverge: they are wrong by %s, where no episode brought more than %s, and"
                + " their loss has grown %s-fold.",
            Text.brief(error), Text.brief(largest), Text.brief(growth)),
        Map.of("error", error, "largestReturn", largest, "growth", growth),
        "Lower the learning rate"
            + chart.now("learning-rate")
            + ", clip gradients at a smaller norm"
            + chart.now("clip-norm")
            + ", and of methods with a target network renew it less often (target-interval).");
  }
}
