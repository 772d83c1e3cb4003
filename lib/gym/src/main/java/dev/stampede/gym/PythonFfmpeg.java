package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import dev.stampede.record.FfmpegProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The ffmpeg that the Python package imageio-ffmpeg brings, in a virtual environment of its own.
 *
 * <p>Version 0.7.0 has one for each platform, in half the bytes of the next. Safe for use by many
 * threads.
 */
public final class PythonFfmpeg implements FfmpegProvider {
  static final Requirements REQUIREMENTS = new Requirements(Requirements.read("ffmpeg.txt"), 100);
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String ASK = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())";

  private final PythonEnvironments environments;
  private final PythonFinder finder;

  PythonFfmpeg(PythonEnvironments environments, PythonFinder finder) {
    this.environments = environments;
    this.finder = finder;
  }

  /** In this user's cache. */
  public PythonFfmpeg() {
    this(PythonEnvironments.ofUser(), new PythonFinder(System.getenv()));
  }

  /**
   * {@inheritDoc}
   *
   * @throws EnvironmentException if it cannot be set up
   */
  @Override
  public Path ffmpeg(Consumer<String> messages) {
    if (environments.existing(REQUIREMENTS).isEmpty()) {
      messages.accept(
          "There is no ffmpeg with libx264 on the PATH, so one is downloaded once: imageio-ffmpeg"
              + " 0.7.0 (BSD-2-Clause) with ffmpeg 7 (GPL-3.0-or-later), 21 to 31 MB");
    }
    Path python = environments.python(REQUIREMENTS, messages);
    try {
      Command.Result said = new Command(python, "-c", ASK).run(finder.environment(), LIMIT);
      List<String> path = said.lastLines(1);
      if (said.exitCode() != 0 || path.isEmpty() || !Files.isExecutable(Path.of(path.get(0)))) {
        throw new EnvironmentException(
            "imageio-ffmpeg has no ffmpeg for this machine: "
                + String.join("\n", said.lastLines()));
      }
      return Path.of(path.get(0));
    } catch (IOException e) {
      throw new EnvironmentException("imageio-ffmpeg cannot be asked for its ffmpeg: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("interrupted while looking for ffmpeg", e);
    }
  }
}
