package dev.stampede.cli;

import dev.stampede.env.Environments;
import dev.stampede.experiment.TrainedPolicy;
import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Records episodes. */
@Command(
    name = "record",
    description =
        "Plays episodes, by random actions or by what a run learned, into a video with the score or"
            + " a trajectory that replays exactly.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RecordCommand implements Callable<Integer> {
  @Option(
      names = "--env",
      description = "Default: the environment that --parameters were trained in.")
  private @Nullable String env;

  @Option(
      names = "--parameters",
      paramLabel = "FILE|DIR",
      description =
          "Folder of a run, or its parameters.safetensors with run.json beside it. Without it,"
              + " actions are random.")
  private @Nullable Path parameters;

  @Option(names = "--episodes", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int episodes = 1;

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "Of the environment and of drawn actions (default: ${DEFAULT-VALUE}).")
  private long seed = 7;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "" + Take.DEFAULT_STEPS,
      description = "Ends after so many steps of all episodes (default: ${DEFAULT-VALUE}).")
  private long steps = Take.DEFAULT_STEPS;

  @Option(
      names = "--sampled",
      description = "Draws actions from the policy instead of taking the most probable one.")
  private boolean sampled;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description =
          "A video (.mp4, .gif) or a trajectory (.jsonl, .jsonl.gz). An MP4 takes ffmpeg: the one"
              + " on the PATH, otherwise one that is downloaded once.")
  private Path out = Path.of("");

  @Override
  public Integer call() {
    Headless.on();
    Recorder.checkName(out);
    Recording recording = recorded(new Take(episodes, seed, steps));
    System.out.printf(
        Locale.ROOT,
        "%s, %s, seed %d: %,d steps, %d whole episodes, returns: %s%nwritten to %s%n",
        recording.environment(),
        parameters == null
            ? "random actions"
            : sampled ? "actions drawn from the policy" : "most probable action",
        seed,
        recording.steps(),
        recording.scores().size(),
        recording.scores().stream().map(String::valueOf).collect(Collectors.joining(" ")),
        out);
    return 0;
  }

  private Recording recorded(Take take) {
    if (env != null) {
      Environments.check(env);
    }
    if (parameters != null) {
      return TrainedPolicy.of(parameters)
          .record(Optional.ofNullable(env), take, !sampled, out, System.err::println);
    }
    if (env == null) {
      throw new IllegalArgumentException(
          "expected --env NAME for random actions, or --parameters DIR for what a run learned");
    }
    return Recorder.random(env, take, out, System.err::println);
  }
}
