package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.Map;
import java.util.Optional;

/** There is as good as no gradient left, and the return has not risen. */
final class VanishingGradients implements Rule {
  /** Of the first tenth's norm. */
  private static final double SHARE = 1e-3;

  /** A norm that moves nothing, whatever it was before. */
  private static final double NOTHING = 1e-5;

  private static final int FEWEST_UPDATES = 200;

  @Override
  public String name() {
    return "gradients-vanish";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> few = chart.tooFewUpdates(FEWEST_UPDATES).or(chart::tooFewEpisodes);
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    double first = chart.updates(0, 0.1).median(LearningRecord::gradientNorm);
    double last = chart.updates(0.75, 1).median(LearningRecord::gradientNorm);
    boolean gone = last < SHARE * first || last < NOTHING;
    return gone && !chart.learned() ? found(first, last) : Opinion.fine();
  }

  private Finding found(double first, double last) {
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format(
            "There is no gradient left: its norm was %s in the first tenth of the steps and is %s"
                + " in the last quarter, and the return has not risen.",
            Text.brief(first), Text.brief(last)),
        Map.of("first", first, "last", last),
        "Look for the cause in the other findings: no reward, a policy that has collapsed, units"
            + " that are dead or saturated. Rewards that are too small are scaled by reward-scale"
            + " or normalize-rewards=yes.");
  }
}
