package dev.stampede.experiment;

import dev.stampede.env.EnvironmentFactory;
import java.util.Optional;

/**
 * Where the runs of a study act.
 *
 * @param name as {@link Experiment#env} gives it
 * @param factory of an environment of the user's own
 */
record StudyEnvironment(String name, Optional<EnvironmentFactory> factory) {

  /** Puts it into an experiment. */
  Experiment.Builder in(Experiment.Builder builder) {
    return factory.map(builder::envOfMany).orElseGet(() -> builder.env(name));
  }
}
