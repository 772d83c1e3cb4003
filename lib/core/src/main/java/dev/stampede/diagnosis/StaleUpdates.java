package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.Map;
import java.util.Optional;

/** Gradients are computed at parameters that have long changed. */
final class StaleUpdates implements Rule {
  /** Updates by others; the paper shows that 16 threads do no harm, and nothing beyond. */
  private static final double MANY = 16;

  private static final int FEWEST_UPDATES = 200;

  @Override
  public String name() {
    return "stale-updates";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> few = chart.tooFewUpdates(FEWEST_UPDATES);
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    double staleness = chart.updates(0.1, 1).mean(LearningRecord::staleness);
    return staleness > MANY ? found(chart, staleness) : Opinion.fine();
  }

  private Finding found(Chart chart, double staleness) {
    return new Finding(
        name(),
        Severity.HINT,
        Text.format(
            "Updates are stale: %s others come between copying θ and updating it, from %d threads"
                + " (%.1f for each other thread). It is known that 16 threads do no harm.",
            Text.brief(staleness), chart.threads(), staleness / Math.max(1, chart.threads() - 1)),
        Map.of("staleness", staleness, "threads", (double) chart.threads()),
        "Take fewer threads, longer rollouts"
            + chart.now("t-max")
            + " or a lower learning rate; A2C and PAAC have as many environments and no stale"
            + " update.");
  }
}
