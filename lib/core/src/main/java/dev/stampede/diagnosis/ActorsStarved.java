package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** Actors stand still for a learner that draws the same transitions again and again. */
final class ActorsStarved implements Rule {
  private static final double MOST_OF_THE_TIME = 0.75;

  /**
   * DQN draws 32 on small tasks and 8 on Atari: actors of fast tasks then wait, and all is well.
   */
  private static final double MANY_DRAWS = 64;

  @Override
  public String name() {
    return "actors-starved";
  }

  @Override
  public Opinion look(Chart chart) {
    MemoryLook memory = MemoryLook.of(chart);
    Optional<String> unknown = memory.unknown();
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    boolean starved =
        memory.number("actorsWaited") > MOST_OF_THE_TIME
            && memory.drawsPerTransition() > MANY_DRAWS;
    return starved ? found(chart, memory) : Opinion.fine();
  }

  private Finding found(Chart chart, MemoryLook memory) {
    double waited = memory.number("actorsWaited");
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "The actors are starved: all %d waited for the learner for %s of the time, while it"
                + " drew each transition %s times in the mean. %s new ones came in a second.",
            chart.threads(),
            Text.percent(waited),
            Text.brief(memory.drawsPerTransition()),
            Text.brief(memory.number("transitionsPerSecond"))),
        Map.of(
            "waited", waited,
            "drawsPerTransition", memory.drawsPerTransition(),
            "transitionsPerSecond", memory.number("transitionsPerSecond")),
        "Draw less from each transition"
            + chart.now("draws-per-transition")
            + "; fewer actors would gather as much.");
  }
}
