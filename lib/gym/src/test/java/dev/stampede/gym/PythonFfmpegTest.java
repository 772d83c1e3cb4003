package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Videos by the real ffmpeg, which is set up if need be, and asked what is in them. */
class PythonFfmpegTest {
  private static final Consumer<String> PRINT = System.out::println;

  private final Path folder;

  PythonFfmpegTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void an_mp4_has_each_frame_at_the_right_speed_in_a_form_that_browsers_play() throws Exception {
    Path file = folder.resolve("a.mp4");
    Recording recording = Recorder.random("CartPole", new Take(2, 7), file, PRINT);
    Path ffmpeg = new PythonFfmpeg().ffmpeg(PRINT);

    String said = ask(ffmpeg, "-i", file, "-f", "null", "-");
    long frames = recording.steps() + 2 + 2 * (50 - 1); // The starts; last ones stay for a second.
    assertThat(said)
        .contains("Video: h264")
        .contains("yuv420p(tv, bt709")
        .contains(" 480x346")
        .contains(" 50 fps")
        .containsPattern("frame= *" + frames + " ");
    assertThat(recording.steps()).isGreaterThan(20);
    assertThat(indexComesFirst(file)).as("so that it begins before all of it is there").isTrue();
  }

  @Test
  void the_pictures_in_it_are_not_blank_and_change() throws Exception {
    Path file = folder.resolve("a.mp4");
    Recorder.random("MountainCar", new Take(1, 7, 40), file, PRINT);
    Path ffmpeg = new PythonFfmpeg().ffmpeg(PRINT);
    Path raw = folder.resolve("raw");
    ask(ffmpeg, "-i", file, "-f", "rawvideo", "-pix_fmt", "gray", raw);

    byte[] pixels = Files.readAllBytes(raw);
    int size = 480 * 346;
    assertThat(pixels).hasSize(41 * size);
    int bright = 0;
    int changed = 0;
    for (int i = 0; i < size; i++) {
      bright += (pixels[i] & 0xFF) > 200 ? 1 : 0;
      changed += Math.abs((pixels[i] & 0xFF) - (pixels[40 * size + i] & 0xFF)) > 60 ? 1 : 0;
    }
    assertThat(bright).isBetween(size / 4, size * 3 / 4);
    assertThat(changed).isBetween(200, size / 10);
  }

  /** What ffmpeg prints. */
  private static String ask(Path ffmpeg, Object... arguments)
      throws IOException, InterruptedException {
    List<Object> words = new ArrayList<>(List.of(ffmpeg, "-hide_banner", "-y"));
    words.addAll(List.of(arguments));
    Command.Result result =
        new Command(words.toArray()).run(System.getenv(), Duration.ofMinutes(1));
    String said = String.join("\n", result.lastLines()).replace('\r', '\n');
    assertThat(result.exitCode()).as(said).isZero();
    return said;
  }

  /** Whether the box {@code moov} comes before {@code mdat}. */
  private static boolean indexComesFirst(Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      byte[] name = new byte[4];
      for (long at = 0; at < in.length(); ) {
        in.seek(at);
        long length = Integer.toUnsignedLong(in.readInt());
        in.readFully(name);
        String box = new String(name, StandardCharsets.US_ASCII);
        if (box.equals("moov") || box.equals("mdat")) {
          return box.equals("moov");
        }
        at += length;
      }
    }
    return false;
  }
}
