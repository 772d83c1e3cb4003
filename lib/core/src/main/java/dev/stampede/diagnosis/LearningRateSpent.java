package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.Map;

/** The learning rate has fallen to nothing long before the end. */
final class LearningRateSpent implements Rule {
  /** Of the largest learning rate. */
  private static final double NOTHING = 0.01;

  /** Of the budget: what is left after that is computed for nothing. */
  private static final double LONG_BEFORE = 0.9;

  @Override
  public String name() {
    return "learning-rate-spent";
  }

  @Override
  public Opinion look(Chart chart) {
    if (chart.learning().isEmpty()) {
      return Opinion.unjudged("there is no record of the updates");
    }
    double largest =
        chart.learning().stream().mapToDouble(LearningRecord::learningRate).max().orElseThrow();
    int spent =
        chart.learning().size(); // A run with a larger budget, or its user, raises it again.
    while (spent > 0 && chart.learning().get(spent - 1).learningRate() <= NOTHING * largest) {
      spent--;
    }
    return spent < chart.learning().size()
            && chart.learning().get(spent).step() < LONG_BEFORE * chart.budget()
        ? found(chart, chart.learning().get(spent), largest)
        : Opinion.fine();
  }

  private Finding found(Chart chart, LearningRecord spent, double largest) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "The learning rate was spent at step %,d of %,d: it fell from %s to %s, and hardly"
                + " anything is learned after that.",
            spent.step(), chart.budget(), Text.brief(largest), Text.brief(spent.learningRate())),
        Map.of("step", (double) spent.step(), "learningRate", spent.learningRate()),
        "Let it fall over the whole run (anneal-steps=budget, now "
            + chart.knob("anneal-steps")
            + "), or end the run there.");
  }
}
