package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With programs in the place of ffmpeg; a real one writes in lib/gym. */
@DisabledOnOs(OS.WINDOWS) // The programs are shell scripts.
class FfmpegTest {
  private final Path folder;

  FfmpegTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void the_one_on_the_path_is_taken_if_it_writes_h264() throws IOException {
    Path able = program("able", "echo ' V....D libx264              H.264'");
    Path unable = program("unable", "echo ' V....D mpeg4                MPEG-4'");
    Path provided = folder.resolve("provided");

    assertThat(find(able.resolveSibling(""), line -> provided)).isEqualTo(able);
    assertThat(find(unable.resolveSibling(""), line -> provided)).isEqualTo(provided);
    assertThat(find(folder, line -> provided)).isEqualTo(provided);
  }

  @Test
  void where_none_can_be_had_it_says_what_to_do() throws IOException {
    Path unable = program("unable", "true");

    assertThatThrownBy(() -> Ffmpeg.find(Map.of("PATH", ""), List.of(), line -> {}))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("there is no ffmpeg on the PATH")
        .hasMessageContaining("apt install ffmpeg")
        .hasMessageContaining("write a .gif, which needs nothing");
    assertThatThrownBy(
            () ->
                find(
                    unable.resolveSibling(""),
                    line -> {
                      throw new IllegalStateException("no network");
                    }))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining(unable + " has no libx264")
        .hasMessageContaining("cannot be had: no network")
        .hasMessageContaining(".gif");
  }

  @Test
  void what_ffmpeg_says_when_it_fails_is_told_and_nothing_is_left() throws IOException {
    Path failing = program("failing", "head -c 100 > /dev/null; echo 'disk is full' >&2; exit 7");
    Path file = folder.resolve("a.mp4");

    assertThatThrownBy(
            () -> {
              try (Mp4Video video = new Mp4Video(failing, file, 30)) {
                for (int i = 0; i < 50; i++) {
                  video.add(Frames.plain(320, 320, i));
                }
              }
            })
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("a.mp4 could not be written by " + failing)
        .hasMessageContaining("disk is full");
    assertThat(file).doesNotExist();
    assertThat(folder.resolve("a.mp4.part")).doesNotExist();
  }

  @Test
  void odd_sizes_are_refused() {
    try (Mp4Video video = new Mp4Video(folder.resolve("none"), folder.resolve("a.mp4"), 30)) {
      assertThatThrownBy(() -> video.add(Frames.plain(321, 320, 0)))
          .hasMessageContaining("even width and height but got 321 × 320");
    }
  }

  private static Path find(Path path, FfmpegProvider provider) {
    return Ffmpeg.find(Map.of("PATH", path.toString()), List.of(provider), line -> {});
  }

  private Path program(String name, String script) throws IOException {
    Path directory = Files.createDirectories(folder.resolve(name));
    Path program = Files.writeString(directory.resolve("ffmpeg"), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
