package dev.stampede.record;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Has an {@code ffmpeg} with libx264 where there is none on the {@code PATH}. Found by {@link
 * java.util.ServiceLoader}.
 */
public interface FfmpegProvider {

  /**
   * The executable; may download it.
   *
   * @param messages takes a line for the user before something that lasts
   * @throws RuntimeException if it cannot be had, with the reason in words
   */
  Path ffmpeg(Consumer<String> messages);
}
