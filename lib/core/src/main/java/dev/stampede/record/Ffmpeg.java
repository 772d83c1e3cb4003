package dev.stampede.record;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds an ffmpeg that can write H.264. */
final class Ffmpeg {
  private static final String OTHERWISE =
      "; install ffmpeg with libx264 so that it is on the PATH (Debian: apt install ffmpeg, macOS:"
          + " brew install ffmpeg), or write a .gif, which needs nothing";

  private static volatile @Nullable Path found;

  private Ffmpeg() {}

  /**
   * The one on the {@code PATH}, otherwise that of a {@link FfmpegProvider}. Safe for many threads.
   *
   * @throws RecordingException if there is none
   */
  static Path find(Consumer<String> messages) {
    Path known = found;
    if (known == null) {
      List<FfmpegProvider> providers =
          ServiceLoader.load(FfmpegProvider.class, FfmpegProvider.class.getClassLoader()).stream()
              .map(ServiceLoader.Provider::get)
              .toList();
      known = find(System.getenv(), providers, messages);
      found = known;
    }
    return known;
  }

  static Path find(
      Map<String, String> environment, List<FfmpegProvider> providers, Consumer<String> messages) {
    Optional<Path> own = onPath(environment);
    if (own.isPresent() && hasH264(own.get())) {
      return own.get();
    }
    String none =
        own.map(path -> path + " has no libx264").orElse("there is no ffmpeg on the PATH");
    for (FfmpegProvider provider : providers) {
      try {
        return provider.ffmpeg(messages);
      } catch (RuntimeException e) {
        throw new RecordingException(
            "an MP4 takes ffmpeg, but "
                + none
                + ", and one of our own cannot be had: "
                + e.getMessage()
                + "\nWhen the cause is gone, try again"
                + OTHERWISE,
            e);
      }
    }
    throw new RecordingException("an MP4 takes ffmpeg, but " + none + OTHERWISE);
  }

  private static Optional<Path> onPath(Map<String, String> environment) {
    boolean windows = System.getProperty("os.name", "").startsWith("Windows");
    String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, windows ? "ffmpeg.exe" : "ffmpeg"))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static boolean hasH264(Path ffmpeg) {
    try {
      Process process =
          new ProcessBuilder(ffmpeg.toString(), "-hide_banner", "-encoders")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String encoders = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return encoders.contains(" libx264 ");
    } catch (IOException e) {
      return false;
    }
  }
}
