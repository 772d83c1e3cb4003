package dev.stampede.experiment;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.RawEnvironment;
import java.util.List;
import java.util.Map;
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
    return factory.map(own -> builder.env(new LeftOpen(own))).orElseGet(() -> builder.env(name));
  }

  /** A factory that serves many runs: the end of one must not close it under the others. */
  private record LeftOpen(EnvironmentFactory own) implements EnvironmentFactory {
    @Override
    public Environment create(Purpose purpose) {
      return own.create(purpose);
    }

    @Override
    public RawEnvironment raw(boolean render) {
      return own.raw(render);
    }

    @Override
    public int framesPerStep() {
      return own.framesPerStep();
    }

    @Override
    public boolean clipsRewards() {
      return own.clipsRewards();
    }

    @Override
    public boolean stepsElsewhere() {
      return own.stepsElsewhere();
    }

    @Override
    public Optional<EnvironmentBatch> batch(List<Environment> environments) {
      return own.batch(environments);
    }

    @Override
    public Map<String, String> protocol() {
      return own.protocol();
    }

    @Override
    public int workerRestarts() {
      return own.workerRestarts();
    }

    @Override
    public List<String> workerRestartCauses() {
      return own.workerRestartCauses();
    }

    @Override
    public void close() {}
  }
}
