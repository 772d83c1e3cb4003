package dev.stampede.diagnosis;

import java.util.Map;

/** The run ended while the return was still rising. */
final class StillRising implements Rule {
  /** Of all that was gained since the first episodes. */
  private static final double GAIN = 0.1;

  private static final int FEWEST_EPISODES = 10;

  @Override
  public String name() {
    return "still-rising";
  }

  @Override
  public Opinion look(Chart chart) {
    if (!chart.state().equals("finished") || chart.solved()) {
      return chart.solved()
          ? Opinion.fine()
          : Opinion.unjudged("the run did not use its budget up");
    }
    double end = chart.steps();
    Returns before = chart.returnsOfSteps(0.6 * end, 0.8 * end);
    Returns last = chart.returnsOfSteps(0.8 * end, end);
    if (Math.min(before.count(), last.count()) < FEWEST_EPISODES) {
      return Opinion.unjudged("too few episodes ended in the last fifth of the steps");
    }
    Returns first = chart.firstReturns();
    boolean much = last.mean() - before.mean() > GAIN * (last.mean() - first.mean());
    return much && last.clearlyAbove(before) ? found(chart, before, last) : Opinion.fine();
  }

  private Finding found(Chart chart, Returns before, Returns last) {
    return new Finding(
        name(),
        Severity.HINT,
        Text.format(
            "The return was still rising when the run ended: %s in the last fifth of the steps,"
                + " %s in the fifth before.",
            Text.brief(last.mean()), Text.brief(before.mean())),
        Map.of("last", last.mean(), "before", before.mean(), "steps", (double) chart.steps()),
        Text.format("Go on with it: resume it with more than %,d steps.", chart.budget()));
  }
}
