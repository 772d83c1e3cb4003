package dev.stampede.paper;

import dev.stampede.experiment.Certainty;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Knob;
import dev.stampede.experiment.Preset;
import dev.stampede.experiment.RunPool;
import java.nio.file.Path;
import java.util.Map;

/**
 * A run that an experiment needs.
 *
 * @param env the environment's name
 * @param steps agent steps of all threads
 * @param evaluateEvery agent steps between evaluations
 * @param timed whether its time is measured, so that nothing may run beside it
 * @param repeatable whether it gives the same bits each time; its learner then waits for each
 *     evaluation
 */
record PlannedRun(
    Preset algorithm,
    String env,
    int threads,
    long steps,
    long seed,
    long evaluateEvery,
    boolean timed,
    boolean repeatable)
    implements RunPool.Job {
  static final int EVALUATION_EPISODES = 10;

  /** With a budget, and a distance of evaluations, of one nth. */
  PlannedRun shortened(int n) {
    return new PlannedRun(
        algorithm,
        env,
        threads,
        Math.max(1, steps / n),
        seed,
        Math.max(1, evaluateEvery / n),
        timed,
        repeatable);
  }

  /**
   * The name of its folder, with all that tells it from other runs: experiments that need the same
   * run share it.
   */
  @Override
  public String label() {
    StringBuilder label = new StringBuilder();
    label.append(env).append('-').append(algorithm.name().replace(' ', '-'));
    for (Map.Entry<Knob, Preset.Setting> each : algorithm.settings().entrySet()) {
      if (each.getValue().certainty() == Certainty.CHOSEN
          && each.getValue().source().equals("set by the user")) {
        label.append('-').append(each.getKey().label()).append('=').append(each.getValue().value());
      }
    }
    label.append("-threads=").append(threads).append(timed ? "-timed" : "");
    label.append("-steps=").append(steps).append("-seed=").append(seed);
    return label.toString().replace(' ', '_');
  }

  double learningRate() {
    return algorithm.number(Knob.LEARNING_RATE);
  }

  @Override
  public String inWords() {
    return algorithm.name()
        + " "
        + env
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads")
        + ", seed "
        + seed;
  }

  @Override
  public boolean alone() {
    return timed;
  }

  @Override
  public boolean isComplete(Path folder) {
    return Outcome.read(this, folder).isPresent();
  }

  @Override
  public Experiment begin(Path out) {
    return Experiment.of()
        .algorithm(algorithm)
        .env(env)
        .threads(threads)
        .steps(steps)
        .seed(seed)
        .evaluateEvery(evaluateEvery)
        .evaluationEpisodes(EVALUATION_EPISODES)
        .deterministic(repeatable)
        .out(out)
        .build();
  }
}
