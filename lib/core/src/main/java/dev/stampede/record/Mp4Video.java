package dev.stampede.record;

import dev.stampede.env.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * H.264 in an MP4 file, written by ffmpeg as the frames come.
 *
 * <p>Colours at half resolution (yuv420p) and the index in front, so that every browser plays it
 * and begins before it has all.
 */
final class Mp4Video implements Video {
  private static final int LINES_SHOWN = 8;
  private static final long LIMIT_SECONDS = 120; // For what ffmpeg still has to write at the end.

  private final Path ffmpeg;
  private final PartialFile file;
  private final int framesPerSecond;
  private int width;
  private int height;
  private @Nullable Process process;
  private @Nullable Path log;

  Mp4Video(Path ffmpeg, Path file, int framesPerSecond) {
    this.ffmpeg = ffmpeg;
    this.file = new PartialFile(file);
    this.framesPerSecond = framesPerSecond;
  }

  @Override
  public void add(Frame frame) {
    try {
      Process running = process;
      if (running == null) {
        running = start(frame);
        process = running;
      }
      Sizes.check(width, height, frame);
      running.getOutputStream().write(frame.rgb());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Process start(Frame first) throws IOException {
    width = first.width();
    height = first.height();
    if (width % 2 != 0 || height % 2 != 0) {
      throw new IllegalArgumentException(
          "an MP4 takes frames of even width and height but got %d × %d".formatted(width, height));
    }
    Path said = Files.createTempFile("stampede-ffmpeg", ".log"); // A pipe would have to be read.
    log = said;
    return new ProcessBuilder(
            ffmpeg.toString(),
            "-hide_banner",
            "-nostats",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "rawvideo",
            "-pixel_format",
            "rgb24",
            "-video_size",
            width + "x" + height,
            "-framerate",
            Integer.toString(framesPerSecond),
            "-i",
            "pipe:0",
            "-vf",
            "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "20",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
            file.part().toString())
        .redirectErrorStream(true)
        .redirectOutput(said.toFile())
        .start();
  }

  @Override
  public void close() {
    Process running = process;
    process = null;
    try {
      if (running == null) {
        file.discard();
        return;
      }
      try (OutputStream end = running.getOutputStream()) {
        end.flush();
      }
      if (!running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("ffmpeg did not end within " + LIMIT_SECONDS + " s");
      }
      if (running.exitValue() != 0) {
        throw new IOException("ffmpeg ended with exit code " + running.exitValue());
      }
      file.complete();
      deleteLog();
    } catch (IOException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RecordingException("interrupted while ffmpeg completed " + file, e);
    } finally {
      if (running != null) {
        running.destroyForcibly();
      }
    }
  }

  /** Says what ffmpeg said. */
  private RecordingException failed(IOException e) {
    Process running = process;
    List<String> said = List.of();
    try {
      if (running != null) {
        running.waitFor(1, TimeUnit.SECONDS); // It was about to say why.
      }
      Path lines = log;
      said = lines == null ? said : Files.readAllLines(lines, StandardCharsets.ISO_8859_1);
      deleteLog();
      file.discard();
    } catch (IOException | InterruptedException more) {
      e.addSuppressed(more);
    }
    List<String> last = said.subList(Math.max(0, said.size() - LINES_SHOWN), said.size());
    return new RecordingException(
        file
            + " could not be written by "
            + ffmpeg
            + " ("
            + e.getMessage()
            + ")"
            + (last.isEmpty() ? "" : ":\n    " + String.join("\n    ", last))
            + "\nA .gif needs no ffmpeg",
        e);
  }

  private void deleteLog() throws IOException {
    Path said = log;
    if (said != null) {
      Files.deleteIfExists(said);
      log = null;
    }
  }
}
