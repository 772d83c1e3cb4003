package dev.stampede.experiment;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import dev.stampede.record.Watched;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The policy of a run at one moment: to be watched, filmed and measured.
 *
 * <p>Each call plays in an environment of its own and waits until it has ended. Immutable; safe for
 * any number of threads.
 */
public final class PolicySnapshot {
  private final Experiment experiment;
  private final Preset preset;
  private final PolicyPlayer player;
  private final long step;
  private final Consumer<String> messages;

  PolicySnapshot(
      Experiment experiment,
      Preset preset,
      PolicyPlayer player,
      long step,
      Consumer<String> messages) {
    this.experiment = experiment;
    this.preset = preset;
    this.player = player;
    this.step = step;
    this.messages = messages;
  }

  /** Algorithm, environment and step, in a line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s on %s, policy of step %,d", preset.name(), experiment.env(), step);
  }

  /** Agent steps of all threads when θ was as it is here. */
  public long step() {
    return step;
  }

  /** Whether the most probable or most valuable action is taken, where nobody says otherwise. */
  public boolean greedy() {
    return greedily(experiment.greedyEvaluation().orElse(false));
  }

  private boolean greedily(boolean wanted) {
    return wanted || !player.algorithm().stochastic();
  }

  /**
   * Plays whole episodes into a file: a video with the score (.mp4, .gif) or a trajectory (.jsonl,
   * .jsonl.gz).
   *
   * @param greedy takes the most probable action instead of drawing one
   * @throws IllegalArgumentException if the file's name ends otherwise, it cannot be written, or a
   *     video is wanted of what cannot be rendered
   */
  public Recording video(Path file, Take take, boolean greedy) {
    Recorder.checkName(file);
    return in(
        Purpose.RECORDING,
        (environments, environment) ->
            player.record(
                environment,
                experiment.env(),
                environments.protocol(),
                take,
                greedily(greedy),
                file,
                messages));
  }

  /**
   * Films whole episodes with what the network says of each state below the picture: its value, the
   * policy or Q, and the TD residual of the step that led there.
   *
   * @param file its name ends in .mp4 or .gif
   * @param greedy takes the most probable action instead of drawing one
   * @param saliency marks in the picture what the value follows from: |∂V/∂pixel|
   * @throws IllegalArgumentException if the file's name ends otherwise, it cannot be written, the
   *     environment cannot be rendered, or saliency is wanted of what sees no pictures
   */
  public Watched watch(Path file, Take take, boolean greedy, boolean saliency) {
    return in(
        Purpose.RECORDING,
        (environments, environment) ->
            player.watch(
                environment,
                experiment.env(),
                step,
                LearnedReward.of(preset, environments),
                take,
                greedily(greedy),
                saliency,
                file,
                messages));
  }

  /** The true returns of whole episodes. */
  public List<Double> evaluate(int episodes, long seed, boolean greedy) {
    return in(
        Purpose.EVALUATION,
        (environments, environment) ->
            player.play(environment, episodes, seed, greedily(greedy), () -> true));
  }

  private interface Play<T> {
    T in(EnvironmentFactory environments, Environment environment);
  }

  private <T> T in(Purpose purpose, Play<T> play) {
    boolean own = experiment.env().equals(Experiment.OWN_ENVIRONMENT);
    EnvironmentFactory environments =
        own
            ? experiment.openEnvironments(messages)
            : Environments.open(experiment.env(), 1, messages);
    try (Environment environment = environments.create(purpose)) {
      return play.in(environments, environment);
    } finally {
      if (!own) { // Its own, the run may use yet.
        environments.close();
      }
    }
  }
}
