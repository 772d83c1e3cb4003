package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** Most of what the actors gather is removed before anything is learned from it. */
final class LearnerOutrun implements Rule {
  /** By chance, six of ten are then never drawn; the paper's learner draws about 0.8. */
  private static final double FEW_DRAWS = 0.5;

  /** Times that the memory was filled. */
  private static final double FEWEST_FILLS = 2;

  @Override
  public String name() {
    return "learner-outrun";
  }

  @Override
  public Opinion look(Chart chart) {
    MemoryLook memory = MemoryLook.of(chart);
    Optional<String> unknown = memory.unknown();
    if (unknown.isPresent()) {
      return Opinion.unjudged(unknown.get());
    }
    double fills = memory.number("added") / memory.number("capacity");
    if (fills < FEWEST_FILLS) {
      return Opinion.unjudged(
          Text.format(
              "its memory was filled %s times, and it takes %.0f to tell",
              Text.brief(fills), FEWEST_FILLS));
    }
    return memory.drawsPerTransition() < FEW_DRAWS ? found(chart, memory, fills) : Opinion.fine();
  }

  private Finding found(Chart chart, MemoryLook memory, double fills) {
    return new Finding(
        name(),
        Severity.WARNING,
        Text.format(
            "Actors outrun the learner: each transition was drawn %s times in the mean, and the"
                + " memory of %,.0f was filled %s times over.",
            Text.brief(memory.drawsPerTransition()), memory.number("capacity"), Text.brief(fills)),
        Map.of("drawsPerTransition", memory.drawsPerTransition(), "fills", fills),
        "Let actors wait for the learner by a number of draws"
            + chart.now("draws-per-transition")
            + ", take fewer actors, larger minibatches"
            + chart.now("minibatch")
            + " or a larger memory"
            + chart.now("replay-capacity")
            + ".");
  }
}
