package dev.stampede.record;

import dev.stampede.env.Frame;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A video file that is being written. For one thread.
 *
 * <p>It is there under its name once it is closed; without a frame there is no file.
 */
public sealed interface Video extends AutoCloseable permits GifVideo, Mp4Video {

  /**
   * Begins a video: GIF or MP4, as the file's name ends.
   *
   * <p>An MP4 is H.264, which every browser plays; it takes ffmpeg, see {@link FfmpegProvider}. A
   * GIF needs nothing, is larger, and shows at most 50 frames a second: of more it leaves some out,
   * so that its speed stays true.
   *
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if the name ends otherwise, the file cannot be written, or
   *     {@code framesPerSecond} is not within 1…1000
   * @throws RecordingException if there is no ffmpeg for an MP4 and none can be had
   */
  static Video to(Path file, int framesPerSecond, Consumer<String> messages) {
    if (framesPerSecond < 1 || framesPerSecond > 1000) {
      throw new IllegalArgumentException(
          "framesPerSecond: expected 1…1000 but got " + framesPerSecond);
    }
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gif")) {
      return new GifVideo(file, framesPerSecond);
    }
    if (name.endsWith(".mp4")) {
      return new Mp4Video(Ffmpeg.find(messages), file, framesPerSecond);
    }
    throw new IllegalArgumentException(
        "expected a video file that ends in .mp4 or .gif but got " + file);
  }

  /**
   * Appends a frame; all have one size, with even width and height for an MP4.
   *
   * @throws IllegalArgumentException if the frame has another size than the first
   */
  void add(Frame frame);

  /** Completes the file. */
  @Override
  void close();
}
