package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** The learner has little to do: its actors are too slow for the pace. */
final class LearnerStarved implements Rule {
  private static final double MOST_OF_THE_TIME = 0.5;

  @Override
  public String name() {
    return "learner-starved";
  }

  @Override
  public Opinion look(Chart chart) {
    MemoryLook memory = MemoryLook.of(chart);
    Optional<String> unknown = memory.unknown();
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    return memory.number("learnerWaited") > MOST_OF_THE_TIME
        ? found(chart, memory)
        : Opinion.fine();
  }

  private Finding found(Chart chart, MemoryLook memory) {
    double waited = memory.number("learnerWaited");
    return new Finding(
        name(),
        Severity.HINT,
        Text.format(
            "The learner is starved: it waited for its %d actors for %s of the time. They added"
                + " %s transitions a second, and each was drawn %s times in the mean.",
            chart.threads(),
            Text.percent(waited),
            Text.brief(memory.number("transitionsPerSecond")),
            Text.brief(memory.drawsPerTransition())),
        Map.of(
            "waited", waited,
            "drawsPerTransition", memory.drawsPerTransition(),
            "transitionsPerSecond", memory.number("transitionsPerSecond")),
        "Draw more from each transition"
            + chart.now("draws-per-transition")
            + ", or take more actors if there are cores for them.");
  }
}
