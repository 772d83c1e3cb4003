package dev.stampede.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What the record says of the memory between actors and a learner. */
record MemoryLook(JsonNode memory) {
  /** In less, a busy machine may not have let each thread have its turn. */
  private static final double SHORTEST_SECONDS = 0.5;

  static MemoryLook of(Chart chart) {
    return new MemoryLook(chart.run().path("memory"));
  }

  /** Why rules about the two can say nothing, if they cannot. */
  Optional<String> unknown() {
    if (!memory.isObject()) {
      return Optional.of("it learns from no memory, or has none yet");
    }
    if (!memory.path("learningSeconds").isNumber()) {
      return Optional.of("no learner apart from its actors has begun to draw from the memory");
    }
    double seconds = number("learningSeconds");
    return seconds < SHORTEST_SECONDS
        ? Optional.of(
            Text.format(
                "its learner was at work for %.1f s, and it takes %.1f to tell",
                seconds, SHORTEST_SECONDS))
        : Optional.empty();
  }

  double number(String name) {
    return memory.path(name).asDouble();
  }

  /** How often each transition was drawn, in the mean. */
  double drawsPerTransition() {
    return number("drawsPerTransition");
  }
}
