package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Frame;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GifVideoTest {
  private final Path folder;

  GifVideoTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void the_frames_come_back_pixel_for_pixel_and_play_again_and_again() throws IOException {
    Path file = folder.resolve("new/folder/a.gif");
    try (Video video = Video.to(file, 10, line -> {})) {
      for (int i = 0; i < 12; i++) {
        video.add(moving(i));
        assertThat(file).as("not there before it is complete").doesNotExist();
      }
    }

    Gif gif = Gif.read(file);
    assertThat(gif.loops()).isTrue();
    assertThat(gif.delays()).hasSize(12).containsOnly(10);
    for (int i = 0; i < 12; i++) {
      BufferedImage picture = gif.pictures().get(i);
      Frame shown = Frames.of(40, 30, (x, y) -> Frames.color(picture, x, y));
      assertThat(shown.rgb()).isEqualTo(moving(i).rgb());
    }
  }

  private static Frame moving(int i) {
    return Frames.of(40, 30, (x, y) -> x / 4 == i % 10 && y > i ? 0xC02030 + i : 0xF0F0F0);
  }

  @ParameterizedTest
  @CsvSource({"4,40", "15,40", "30,90", "50,100", "60,120", "125,250", "1000,3000"})
  void its_speed_is_true_at_any_number_of_frames_a_second(int framesPerSecond, int frames)
      throws IOException {
    Path file = folder.resolve("a.gif");
    try (Video video = Video.to(file, framesPerSecond, line -> {})) {
      for (int i = 0; i < frames; i++) {
        video.add(Frames.plain(8, 8, i));
      }
    }

    Gif gif = Gif.read(file);
    assertThat(gif.delays()).allMatch(delay -> delay >= 2);
    assertThat(gif.hundredths()).isCloseTo(100 * frames / framesPerSecond, within(2));
    assertThat(gif.delays()).hasSizeBetween(Math.min(frames, gif.hundredths() / 4), frames);
    if (framesPerSecond <= 50) {
      assertThat(gif.delays()).hasSize(frames);
    }
  }

  @Test
  void frames_that_look_alike_prolong_the_first_of_them() throws IOException {
    Path file = folder.resolve("a.gif");
    try (Video video = Video.to(file, 20, line -> {})) {
      for (int color : new int[] {1, 2, 2, 2, 3}) {
        video.add(Frames.plain(8, 8, color));
      }
    }

    assertThat(Gif.read(file).delays()).containsExactly(5, 15, 5);
  }

  @Test
  void a_picture_with_more_colours_than_a_gif_has_comes_back_nearly_the_same() throws IOException {
    Frame photo =
        Frames.of(128, 128, (x, y) -> 2 * x << 16 | 2 * y << 8 | Math.min(255, (x ^ y) * 2));
    SplittableRandom random = new SplittableRandom(1);
    Frame noise = Frames.of(128, 128, (x, y) -> random.nextInt(1 << 24));
    assertThat(Frames.colors(photo)).isGreaterThan(10_000);

    assertThat(meanError(photo)).isLessThan(10);
    assertThat(meanError(noise)).as("the worst case").isLessThan(25);
  }

  /** Of a channel, of 255. */
  private double meanError(Frame frame) throws IOException {
    Path file = folder.resolve("photo.gif");
    try (Video video = Video.to(file, 10, line -> {})) {
      video.add(frame);
    }
    Gif gif = Gif.read(file);
    long error = 0;
    for (int y = 0; y < frame.height(); y++) {
      for (int x = 0; x < frame.width(); x++) {
        int a = Frames.color(frame, x, y);
        int b = Frames.color(gif.pictures().get(0), x, y);
        for (int shift = 0; shift <= 16; shift += 8) {
          error += Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF));
        }
      }
    }
    return error / (3.0 * frame.width() * frame.height());
  }

  @Test
  void without_a_frame_there_is_no_file() throws IOException {
    Video.to(folder.resolve("a.gif"), 10, line -> {}).close();

    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void what_cannot_be_written_is_refused_with_the_reason() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "").resolve("a.gif");
    assertThatThrownBy(() -> Video.to(blocked, 10, line -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> Video.to(folder.resolve("a.avi"), 10, line -> {}))
        .hasMessageContaining("expected a video file that ends in .mp4 or .gif but got");
    assertThatThrownBy(() -> Video.to(folder.resolve("a.gif"), 0, line -> {}))
        .hasMessageContaining("expected 1…1000 but got 0");
    try (Video video = Video.to(folder.resolve("b.gif"), 10, line -> {})) {
      video.add(Frames.plain(8, 8, 0));
      assertThatThrownBy(() -> video.add(Frames.plain(9, 8, 0)))
          .hasMessageContaining("8 × 8")
          .hasMessageContaining("9 × 8");
    }
  }
}
