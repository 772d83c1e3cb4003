package dev.stampede.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.algorithm.Algorithm;
import dev.stampede.diagnosis.Play;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.Space;
import dev.stampede.nn.Network;
import dev.stampede.nn.ParametersFile;
import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The parameters of an earlier run, read from disk, ready to be measured. */
public final class TrainedPolicy {
  private final Path parameters;
  private final Preset preset;
  private final String env;

  private TrainedPolicy(Path parameters, Preset preset, String env) {
    this.parameters = parameters;
    this.preset = preset;
    this.env = env;
  }

  /**
   * Reads what a run left behind.
   *
   * @param path the run's folder, or its {@code parameters.safetensors}; {@code run.json} beside it
   *     says what network it is
   * @throws IllegalArgumentException if there is no such run
   */
  public static TrainedPolicy of(Path path) {
    boolean folder = Files.isDirectory(path);
    Path directory = folder ? path : path.toAbsolutePath().getParent();
    Path file = folder ? path.resolve("parameters.safetensors") : path;
    if (directory == null || !Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "expected the folder of a run or its parameters.safetensors but there is no "
              + file.toAbsolutePath());
    }
    JsonNode run = RunDirectory.read(directory);
    JsonNode algorithm = run.path("algorithm");
    if (algorithm.path("networkOfOnesOwn").asBoolean()) {
      throw new IllegalArgumentException(
          directory
              + " was trained with a network of the user's own, which files cannot hold; measure it"
              + " where that block is defined, with evaluateEvery");
    }
    if (algorithm.path("algorithmOfOnesOwn").asBoolean()) {
      throw new IllegalArgumentException(
          directory
              + " was trained by an algorithm of the user's own, which files cannot hold; measure"
              + " it where it is defined, with evaluateEvery");
    }
    Preset preset = Algorithms.named(algorithm.path("algorithm").asText());
    for (Map.Entry<String, JsonNode> head : algorithm.path("heads").properties()) {
      preset = preset.head(head.getKey(), head.getValue().asInt());
    }
    Iterator<Map.Entry<String, JsonNode>> knobs = algorithm.path("knobs").fields();
    while (knobs.hasNext()) {
      Map.Entry<String, JsonNode> knob = knobs.next();
      preset = preset.set(knob.getKey(), knob.getValue().path("value").asText());
    }
    return new TrainedPolicy(file, preset, run.path("experiment").path("env").asText());
  }

  /** The environment it was trained in. */
  public String env() {
    return env;
  }

  /**
   * The true returns of whole episodes.
   *
   * @param id the environment; empty for the one it was trained in
   * @param greedy takes the most probable action instead of drawing one
   * @param messages takes a line for the user where something lasts
   */
  public List<Double> evaluate(
      Optional<String> id, int episodes, long seed, boolean greedy, Consumer<String> messages) {
    try (EnvironmentFactory factory = Environments.open(id.orElse(env), 1, messages)) {
      Environment environment = factory.create(EnvironmentFactory.Purpose.EVALUATION);
      try {
        return player(environment, factory).play(environment, episodes, seed, greedy, () -> true);
      } finally {
        environment.close();
      }
    }
  }

  /**
   * Plays whole episodes into a file: a video (.mp4, .gif) or a trajectory (.jsonl, .jsonl.gz).
   *
   * @param id the environment; empty for the one it was trained in
   * @param greedy takes the most probable action instead of drawing one
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if the file's name ends otherwise, it cannot be written, or a
   *     video is wanted of what cannot be rendered
   */
  public Recording record(
      Optional<String> id, Take take, boolean greedy, Path file, Consumer<String> messages) {
    Recorder.checkName(file);
    String name = id.orElse(env);
    try (EnvironmentFactory factory = Environments.open(name, 1, messages);
        Environment environment = factory.create(EnvironmentFactory.Purpose.RECORDING)) {
      return player(environment, factory)
          .record(environment, name, factory.protocol(), take, greedy, file, messages);
    }
  }

  /** What it does in the environment it was trained in, made as for training. */
  Play checkup(Consumer<String> messages) {
    try (EnvironmentFactory factory = Environments.open(env, 1, messages)) {
      Environment training = factory.create(EnvironmentFactory.Purpose.TRAINING);
      return Checkup.play(player(training, factory), training);
    }
  }

  private PolicyPlayer player(Environment environment, EnvironmentFactory factory) {
    if (!(environment.observationSpace() instanceof Space.Box observations)) {
      throw new IllegalArgumentException(
          preset.algorithm() + " takes Box observations, not " + environment.observationSpace());
    }
    Algorithm algorithm = preset.make(factory.framesPerStep());
    int outputs = algorithm.outputs(environment.actionSpace());
    Network network =
        new Network(
            preset.makeNetwork(observations, outputs), observations, preset.yes(Knob.FUSED));
    try {
      return new PolicyPlayer(
          algorithm,
          network,
          ParametersFile.read(parameters, network),
          preset.yes(Knob.NORMALIZE_OBSERVATIONS)
              ? Optional.of(ParametersFile.readMoments(parameters, network))
              : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(parameters + " could not be read", e);
    }
  }
}
