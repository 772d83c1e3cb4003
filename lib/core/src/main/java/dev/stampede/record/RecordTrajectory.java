package dev.stampede.record;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes down all that is played in an environment, so that {@link Trajectory} can play it again:
 * seeds, actions, rewards, endings and what was observed, as SHA-256. For one thread.
 */
public final class RecordTrajectory extends Wrapper {
  private final TrajectoryWriter writer;
  private final Fingerprint fingerprint = new Fingerprint();
  private final Tally tally = new Tally();

  private RecordTrajectory(Environment inner, TrajectoryWriter writer) {
    super(inner);
    this.writer = writer;
  }

  /**
   * @param file to write; compressed if it ends in .gz. It is there once {@link #complete} was
   *     called
   * @param name by which the environment can be had again
   * @param protocol what else must be known for that; see {@link
   *     dev.stampede.env.EnvironmentFactory#protocol}
   * @throws IllegalArgumentException if the file cannot be written
   */
  public static RecordTrajectory to(
      Path file, Environment inner, String name, Map<String, String> protocol) {
    TrajectoryWriter writer = new TrajectoryWriter(file);
    writer.header(name, inner, protocol);
    return new RecordTrajectory(inner, writer);
  }

  @Override
  public Observation reset(long seed) {
    return begun(OptionalLong.of(seed), super.reset(seed));
  }

  @Override
  public Observation reset() {
    return begun(OptionalLong.empty(), super.reset());
  }

  private Observation begun(OptionalLong seed, Observation first) {
    tally.reset();
    writer.reset(seed, fingerprint.of(first));
    return first;
  }

  /**
   * {@inheritDoc}
   *
   * @throws RecordingException if the step was lost with the environment's process: what follows
   *     cannot be replayed
   */
  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    if (step.ending() == Step.Ending.LOST) {
      throw new RecordingException(
          "the environment's process died at step "
              + (tally.step() + 1)
              + ", and what follows cannot be replayed from the seed; record again");
    }
    tally.add(step);
    writer.step(action, step, fingerprint.of(step.observation()));
    return step;
  }

  /** Completes the file. */
  public void complete() {
    writer.complete(tally.scores().size(), tally.steps());
  }

  /** Removes the file unless it was completed; to be called where something may fail before. */
  public void discard() {
    writer.close();
  }

  /** Steps of all episodes so far. */
  public long steps() {
    return tally.steps();
  }

  /** The score of each episode that ended. */
  public List<Double> scores() {
    return List.copyOf(tally.scores());
  }
}
