package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.Map;
import java.util.Optional;

/** The policy still prefers nothing when learning should have begun. */
final class StaysUniform implements Rule {
  /** Of ln n: the more probable of two actions has 68 %. */
  private static final double UNIFORM = 0.9;

  /** Of what it was in the first tenth: less is a beginning. */
  private static final double UNCHANGED = 0.97;

  /** With as many, learning has begun on the embedded tasks. */
  private static final int FEWEST_UPDATES = 2_000;

  @Override
  public String name() {
    return "entropy-never-fell";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> unknown = EntropyCollapsed.unknown(chart, FEWEST_UPDATES);
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    double most = Math.log(chart.choices());
    double late = chart.updates(0.75, 1).mean(LearningRecord::entropy);
    double first = chart.updates(0, 0.1).mean(LearningRecord::entropy);
    boolean fell = late < UNIFORM * most || late < UNCHANGED * first;
    return fell || chart.learned() ? Opinion.fine() : found(chart, late, most);
  }

  private Finding found(Chart chart, double late, double most) {
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format(
            "After %,d updates the policy still prefers no action: its entropy is %s of at most %s"
                + " nats, and the return does not rise.",
            chart.updates(), Text.brief(late), Text.brief(most)),
        Map.of("entropy", late, "largestEntropy", most, "updates", (double) chart.updates()),
        "Give the entropy less weight"
            + chart.now("entropy")
            + ", or raise the learning rate"
            + chart.now("learning-rate")
            + ".");
  }
}
