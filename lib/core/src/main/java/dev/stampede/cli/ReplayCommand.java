package dev.stampede.cli;

import dev.stampede.record.Recorder;
import dev.stampede.record.Trajectory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replays a trajectory. */
@Command(
    name = "replay",
    description =
        "Plays a recorded trajectory again and holds rewards, endings and observations against it,"
            + " bit for bit. Exit code 3 if one differs.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
  private static final int DIFFERS = 3;

  @Parameters(index = "0", paramLabel = "FILE", description = "What record --out FILE.jsonl wrote.")
  private Path file = Path.of("");

  @Option(names = "--out", paramLabel = "FILE", description = "Films it as well: .mp4 or .gif.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    Headless.on();
    Path video = out;
    if (video != null) {
      Recorder.checkName(video);
    }
    Trajectory trajectory = Trajectory.read(file);
    Optional<Trajectory.Difference> difference =
        video == null
            ? trajectory.replay(System.err::println)
            : trajectory.replay(video, System.err::println);
    if (difference.isPresent()) {
      System.out.println(trajectory.environment() + ": " + difference.get());
      return DIFFERS;
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %,d steps, %d whole episodes, the same bit for bit%n",
        trajectory.environment(),
        trajectory.steps(),
        trajectory.episodes());
    if (video != null) {
      System.out.println("written to " + video);
    }
    return 0;
  }
}
