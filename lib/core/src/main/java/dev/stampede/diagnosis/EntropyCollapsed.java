package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policy stopped trying things before anything was learned. */
final class EntropyCollapsed implements Rule {
  /** Of ln n: the most probable of two actions has 99.4 %. */
  private static final double COLLAPSED = 0.05;

  /** Where it must stay from then on, in the mean, to count. */
  private static final double STAYS = 0.1;

  /** The part of the run in which it counts as early. */
  private static final double EARLY = 0.5;

  private static final int FEWEST_UPDATES = 500;

  @Override
  public String name() {
    return "entropy-collapsed";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> unknown = unknown(chart, FEWEST_UPDATES);
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    double most = Math.log(chart.choices());
    List<LearningRecord> records = chart.learning();
    for (LearningRecord each : records) {
      if (each.step() > EARLY * chart.steps()) {
        break;
      }
      if (each.entropy() < COLLAPSED * most) {
        return look(chart, each, most);
      }
    }
    return Opinion.fine();
  }

  private Opinion look(Chart chart, LearningRecord collapse, double most) {
    double since =
        new Updates(chart.learning().stream().filter(r -> r.step() >= collapse.step()).toList())
            .mean(LearningRecord::entropy);
    Returns first = chart.firstReturns();
    Returns after = chart.returnsOfSteps(collapse.step(), Double.POSITIVE_INFINITY);
    if (since > STAYS * most || after.clearlyAbove(first) || chart.learned()) {
      return Opinion.fine();
    }
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format(
            "The policy stopped trying things at step %,d of %,d, before it had learned anything:"
                + " its entropy fell to %s of at most %s nats, and the return since then is %s,"
                + " where the first episodes had %s.",
            collapse.step(),
            chart.steps(),
            Text.brief(collapse.entropy()),
            Text.brief(most),
            Text.brief(after.mean()),
            Text.brief(first.mean())),
        Map.of(
            "step", (double) collapse.step(),
            "entropy", collapse.entropy(),
            "largestEntropy", most,
            "returnSince", after.mean(),
            "returnOfFirstEpisodes", first.mean()),
        "Lower the learning rate"
            + chart.now("learning-rate")
            + ", or give the entropy more weight"
            + chart.now("entropy")
            + ".");
  }

  /** Why nothing can be said of a policy's entropy, if so. */
  static Optional<String> unknown(Chart chart, long updates) {
    Optional<String> few = chart.tooFewUpdates(updates).or(chart::tooFewEpisodes);
    if (few.isPresent()) {
      return few;
    }
    if (Double.isNaN(chart.updates(0, 1).mean(LearningRecord::entropy))) {
      return Optional.of("the algorithm has no policy");
    }
    return chart.choices() < 2
        ? Optional.of("only of a choice of actions is it known how large the entropy can be")
        : Optional.empty();
  }
}
