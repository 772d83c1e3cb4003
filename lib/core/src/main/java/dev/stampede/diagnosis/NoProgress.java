package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** The return is where it was at the start. */
final class NoProgress implements Rule {
  /** In these, the algorithms have begun to learn any of the embedded tasks that they learn. */
  private static final int FEWEST_UPDATES = 2_000;

  @Override
  public String name() {
    return "no-progress";
  }

  @Override
  public Opinion look(Chart chart) {
    boolean few = chart.updates() < FEWEST_UPDATES;
    Optional<String> unknown =
        few
            ? Optional.of(
                Text.format(
                    "%,d updates, and it takes %,d to tell", chart.updates(), FEWEST_UPDATES))
            : chart.tooFewEpisodes();
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    return chart.returnRose() ? Opinion.fine() : found(chart);
  }

  private Finding found(Chart chart) {
    Returns first = chart.returns(0, 0.1);
    Returns last = chart.returns(0.9, 1);
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "The return has not risen in %,d updates: %s in the first tenth of the episodes, %s in"
                + " the last.",
            chart.updates(), Text.brief(first.mean()), Text.brief(last.mean())),
        Map.of("first", first.mean(), "last", last.mean(), "updates", (double) chart.updates()),
        "Look at the other findings first. If there are none, vary the learning rate"
            + chart.now("learning-rate")
            + " by tens, or give it more steps.");
  }
}
