package dev.stampede.experiment;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.env.Environment;
import dev.stampede.nn.Moments;
import dev.stampede.nn.Network;
import dev.stampede.nn.Parameters;
import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import dev.stampede.record.Watched;
import dev.stampede.runtime.Evaluation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Plays by fixed parameters.
 *
 * @param theta copied when it plays
 * @param observations by what observations were normalised; empty if they were not
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record PolicyPlayer(
    Algorithm algorithm, Network network, float[] theta, Optional<Moments> observations) {

  /** The true returns of whole episodes; closes the environment. */
  List<Double> play(
      Environment environment, int episodes, long seed, boolean greedy, BooleanSupplier goOn) {
    Parameters parameters = new Parameters(network.size());
    parameters.set(theta);
    try (Evaluation evaluation = new Evaluation(algorithm, network, environment, seed)) {
      return evaluation.play(parameters, observations, episodes, greedy, goOn);
    }
  }

  /**
   * Films with what the network says of each state; closes the environment.
   *
   * @param name of the environment
   * @param step agent steps of the run when θ was as it is
   */
  Watched watch(
      Environment environment,
      String name,
      long step,
      LearnedReward rewards,
      Take take,
      boolean greedy,
      boolean saliency,
      Path file,
      Consumer<String> messages) {
    Parameters parameters = new Parameters(network.size());
    parameters.set(theta);
    try (Watching watching =
            new Watching(this, environment, rewards, greedy, saliency, file, messages);
        Evaluation evaluation = new Evaluation(algorithm, network, environment, take.seed())) {
      evaluation.play(
          parameters,
          observations,
          take.episodes(),
          greedy,
          () -> watching.steps() < take.steps(),
          watching);
      return watching.finish(name, step);
    }
  }

  /**
   * Plays into a file; closes the environment.
   *
   * @param name of the environment
   */
  Recording record(
      Environment environment,
      String name,
      Map<String, String> protocol,
      Take take,
      boolean greedy,
      Path file,
      Consumer<String> messages) {
    try (Recorder recorder = Recorder.to(file, environment, name, protocol, messages)) {
      play(
          recorder.environment(),
          take.episodes(),
          take.seed(),
          greedy,
          () -> recorder.steps() < take.steps());
      return recorder.finish();
    }
  }
}
