package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** The return is where it was at the start. */
final class NoProgress implements Rule {
  /** With as many, learning has begun on the embedded tasks. */
  private static final int FEWEST_UPDATES = 2_000;

  @Override
  public String name() {
    return "no-progress";
  }

  @Override
  public Opinion look(Chart chart) {
    if (chart.updates() < FEWEST_UPDATES) {
      return Opinion.unjudged(Text.tooFew(chart.updates(), "updates", FEWEST_UPDATES));
    }
    Optional<String> few = chart.tooFewEpisodes();
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    return chart.solved() || chart.learned() ? Opinion.fine() : found(chart);
  }

  private Finding found(Chart chart) {
    Returns first = chart.firstReturns();
    Returns last = chart.returns(0.9, 1);
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "The return has not risen in %,d updates: %s in the first episodes, %s in"
                + " the last tenth.",
            chart.updates(), Text.brief(first.mean()), Text.brief(last.mean())),
        Map.of("first", first.mean(), "last", last.mean(), "updates", (double) chart.updates()),
        "Look at the other findings first. If there are none, vary the learning rate"
            + chart.now("learning-rate")
            + " by tens, or give it more steps.");
  }
}
