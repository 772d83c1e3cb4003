package dev.stampede.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Most of what had been learned was lost again. */
final class FellBack implements Rule {
  private static final int WINDOWS = 20;

  /** Of what had been gained. */
  private static final double LOST = 0.5;

  /** In standard errors; the best of many windows is a lucky one. */
  private static final double CLEAR = 5;

  @Override
  public String name() {
    return "fell-back";
  }

  @Override
  public Opinion look(Chart chart) {
    if (chart.solved()) {
      return Opinion.fine();
    }
    Optional<String> few = chart.tooFewEpisodes();
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    List<Returns> windows = windows(chart);
    Returns first = chart.firstReturns();
    Returns last = windows.get(windows.size() - 1);
    Returns best = windows.stream().max(Comparator.comparingDouble(Returns::mean)).orElseThrow();
    boolean gained = best.clearlyAbove(first, CLEAR);
    boolean lost = best.mean() - last.mean() > LOST * (best.mean() - first.mean());
    return gained && lost && best.clearlyAbove(last, CLEAR)
        ? found(chart, windows.indexOf(best), best, last)
        : Opinion.fine();
  }

  private static List<Returns> windows(Chart chart) {
    List<Returns> windows = new ArrayList<>();
    int n = Math.min(WINDOWS, chart.episodes().size() / 10);
    for (int i = 0; i < n; i++) {
      windows.add(chart.returns((double) i / n, (i + 1.0) / n));
    }
    return windows;
  }

  private Finding found(Chart chart, int at, Returns best, Returns last) {
    int windows = windows(chart).size();
    int end = Math.min(chart.episodes().size() - 1, chart.episodes().size() * (at + 1) / windows);
    long step = chart.episodes().get(end).step();
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format(
            "The return fell back: %s in the mean of %,d episodes up to step %,d, %s in the last"
                + " %,d.",
            Text.brief(best.mean()), best.count(), step, Text.brief(last.mean()), last.count()),
        Map.of("best", best.mean(), "step", (double) step, "last", last.mean()),
        "Lower the learning rate"
            + chart.now("learning-rate")
            + " or let it fall over the run (anneal-steps=budget), and clip gradients at a smaller"
            + " norm"
            + chart.now("clip-norm")
            + "; until(…) ends a run at its best.");
  }
}
