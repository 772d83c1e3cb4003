package dev.stampede.record;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.SpaceValues;
import dev.stampede.env.SplitMix;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Records what is played in an environment into one file: a video with the score (.mp4, .gif) or a
 * trajectory that replays exactly (.jsonl, .jsonl.gz).
 *
 * <p>For one thread. Whoever made it plays in {@link #environment} and calls {@link #finish}.
 */
public final class Recorder implements AutoCloseable {
  private final Path file;
  private final String name;
  private final Environment environment;
  private final Supplier<List<Double>> scores;
  private final LongSupplier steps;
  private final Runnable finish;
  private final Runnable discard;

  private Recorder(Path file, String name, RecordVideo environment, Video video) {
    this.file = file;
    this.name = name;
    this.environment = environment;
    this.scores = environment::scores;
    this.steps = environment::steps;
    this.finish = video::close;
    this.discard = video::close;
  }

  private Recorder(Path file, String name, RecordTrajectory environment) {
    this.file = file;
    this.name = name;
    this.environment = environment;
    this.scores = environment::scores;
    this.steps = environment::steps;
    this.finish = environment::complete;
    this.discard = environment::discard;
  }

  /**
   * Begins a file.
   *
   * @param environment to play in; it stays open
   * @param name of the environment
   * @param protocol see {@link EnvironmentFactory#protocol}
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if the file's name ends otherwise, it cannot be written, or a
   *     video is wanted of what cannot be rendered
   * @throws RecordingException if there is no ffmpeg for an MP4 and none can be had
   */
  public static Recorder to(
      Path file,
      Environment environment,
      String name,
      Map<String, String> protocol,
      Consumer<String> messages) {
    checkName(file);
    if (isTrajectory(file)) {
      return new Recorder(file, name, RecordTrajectory.to(file, environment, name, protocol));
    }
    int framesPerSecond = RecordVideo.renderable(environment).framesPerSecond();
    Video video = Video.to(file, framesPerSecond, messages);
    return new Recorder(file, name, new RecordVideo(environment, video), video);
  }

  /**
   * Checks how a file's name ends, before anything is started.
   *
   * @throws IllegalArgumentException if no recording ends so
   */
  public static void checkName(Path file) {
    String lower = file.toString().toLowerCase(Locale.ROOT);
    if (!lower.endsWith(".mp4") && !lower.endsWith(".gif") && !isTrajectory(file)) {
      throw new IllegalArgumentException(
          "expected a file that ends in .mp4 or .gif for a video, or in .jsonl or .jsonl.gz for a"
              + " trajectory, but got "
              + file);
    }
  }

  private static boolean isTrajectory(Path file) {
    return file.toString().endsWith(".jsonl") || file.toString().endsWith(".jsonl.gz");
  }

  /** What to play in: the environment, watched. */
  public Environment environment() {
    return environment;
  }

  /** Steps of all episodes so far. */
  public long steps() {
    return steps.getAsLong();
  }

  /** Completes the file. */
  public Recording finish() {
    finish.run();
    return new Recording(file, name, scores.get(), steps.getAsLong());
  }

  /**
   * Ends it. A video that was not finished keeps what was filmed so far; a trajectory is removed.
   */
  @Override
  public void close() {
    discard.run();
  }

  /**
   * Plays random actions, as {@link SpaceValues#sample} draws them.
   *
   * @param env an environment by name
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if there is no such environment, or as {@link #to} says
   */
  public static Recording random(String env, Take take, Path file, Consumer<String> messages) {
    Environments.check(env);
    checkName(file);
    try (EnvironmentFactory factory = Environments.open(env, 1, messages);
        Environment made = factory.create(EnvironmentFactory.Purpose.RECORDING);
        Recorder recorder = to(file, made, env, factory.protocol(), messages)) {
      SplitMix seeds = new SplitMix(take.seed());
      SplitMix random = new SplitMix(seeds.nextLong());
      Environment played = recorder.environment();
      played.reset(take.seed());
      boolean goesOn = true;
      while (goesOn && recorder.steps() < take.steps()) {
        if (played.step(SpaceValues.sampleAction(made.actionSpace(), random)).last()) {
          goesOn = recorder.scores.get().size() < take.episodes();
          if (goesOn) {
            played.reset();
          }
        }
      }
      return recorder.finish();
    }
  }
}
