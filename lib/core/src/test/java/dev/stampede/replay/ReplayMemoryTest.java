package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.stampede.env.Space;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  @Test
  void an_atari_transition_takes_at_most_7300_bytes_with_everything() {
    int capacity = 10_000;
    ReplaySize size = new ReplaySize(capacity, Hashed.STACK, Hashed.ACTIONS);
    try (Replay replay = Replay.prioritized(size, 0.6)) {
      Hashed[] actors = {new Hashed(0), new Hashed(1)};
      for (int i = 0; i * 50 < capacity; i++) {
        replay.add(actors[i % 2].block(50));
      }
      double full = (double) replay.bytes() / replay.size();
      for (int i = 0; i * 50 < capacity; i++) { // every slot once more
        replay.add(actors[i % 2].block(50));
        replay.removeToFit();
      }

      assertThat(full).isBetween(7056.0, 7300.0);
      assertThat((double) replay.bytes() / replay.size()).isBetween(7056.0, 7300.0);
      assertThat(size.bytesNeeded())
          .isBetween((long) (replay.bytes() * 0.97), replay.bytes() * 11 / 10);
    }
  }

  /** Rows of it would be frames, and each a thing of its own. */
  @Test
  void a_picture_with_colours_last_is_one_frame() {
    Space.Box colours = Space.Box.bytes(96, 96, 3);
    ReplaySize size = new ReplaySize(1_000, colours, Hashed.ACTIONS);
    long pictures = 1_000L * 96 * 96 * 3;

    assertThat(size.bytesNeeded()).isBetween(pictures, pictures * 12 / 10);
    assertThat(Planes.of(colours)).isEqualTo(new Planes(1, 96 * 96 * 3));
    assertThat(Planes.of(Space.Box.bytes(4, 84, 84))).isEqualTo(new Planes(4, 84 * 84));
  }

  @Test
  void closing_gives_the_memory_back_at_once() throws IOException {
    assumeThat(STATUS).exists();
    ReplaySize size = new ReplaySize(20_000, Hashed.STACK, Hashed.ACTIONS);
    Hashed actor = new Hashed(0);
    Replay replay = Replay.uniform(size);
    for (int i = 0; i < 400; i++) {
      replay.add(actor.block(50));
    }
    long taken = replay.bytes();
    long before = anonymousBytes();
    replay.close();

    assertThat(taken).isGreaterThan(140_000_000);
    assertThat(before - anonymousBytes()).isGreaterThan(taken * 8 / 10);
  }

  private static long anonymousBytes() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }

  @Test
  void one_larger_than_the_memory_is_refused_with_the_numbers() {
    ReplaySize size = new ReplaySize(100_000_000, Hashed.STACK, Hashed.ACTIONS);
    Space actions = new Space.Discrete(18);
    ReplaySize small = new ReplaySize(1_000_000, Hashed.STACK, actions);

    assertThatThrownBy(() -> Replay.prioritized(size, 0.6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "a replay of 100,000,000 transitions takes 7\\d\\d\\.\\d GB, but only [\\d,.]+ (GB|kB)"
                + " are free of memory; set a smaller replay-capacity: at most some [\\d,]+ fit");
    assertThatThrownBy(() -> new FreeSpace(3_630_000_000L, "of memory").require(small))
        .hasMessageContaining("takes 7.3 GB, but only 3.6 GB are free")
        .hasMessageContaining("at most some 4");
  }

  @Test
  void what_a_very_large_one_needs_does_not_overflow() {
    long small = Small.size(1_000_000).bytesNeeded();

    assertThat(Small.size(100_000_000).bytesNeeded())
        .isBetween(small * 99, small * 101)
        .isGreaterThan(Integer.MAX_VALUE);
  }

  @Test
  void one_larger_than_the_disk_is_refused_with_the_numbers(@TempDir Path folder) {
    Path file = folder.resolve("replay");
    ReplaySize size =
        new ReplaySize(
            100_000_000, Space.Box.bytes(4, 1000, 1000), Hashed.ACTIONS, Optional.of(file));

    assertThatThrownBy(() -> Replay.uniform(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("on the disk of " + folder);
    assertThat(file).doesNotExist();
  }

  @Test
  void a_file_leaves_nothing_behind_and_never_overwrites(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("replay");
    ReplaySize size = new ReplaySize(500, Small.NUMBER, Small.ACTIONS, Optional.of(file));
    try (Replay replay = Replay.uniform(size)) {
      replay.add(Small.block(3, 1));
      Batch batch = Small.batch(1);
      replay.draw(1, 0, new SplittableRandom(1), batch);
      assertThat(batch.reward(0)).isEqualTo(3);
    }
    assertThat(folder).isEmptyDirectory();
    Files.writeString(file, "thesis");

    assertThatThrownBy(() -> Replay.uniform(size))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("name a new file");
    assertThat(file).hasContent("thesis");
  }

  @Test
  void a_folder_that_is_not_there_is_named(@TempDir Path folder) {
    Path file = folder.resolve("no").resolve("replay");
    ReplaySize size = new ReplaySize(500, Small.NUMBER, Small.ACTIONS, Optional.of(file));

    assertThatThrownBy(() -> Replay.uniform(size)).hasMessageContaining(folder + "/no");
  }

  @Test
  void a_file_that_was_not_made_for_it_stays(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("another"), "thesis");
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);

    new FileBlocks(file, channel, -1, false).close();

    assertThat(file).hasContent("thesis");
  }

  /** A limit on the size of files stands for the disk; the process must survive its signal, too. */
  @Test
  void what_was_added_before_the_disk_was_full_is_still_there(@TempDir Path folder)
      throws Exception {
    assumeThat(Path.of("/bin/sh")).exists();
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 32768; exec \"$@\"", // 16 MB, or 32 where the unit is 1 kB
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx200m",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName(),
                folder.resolve("replay").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("cannot grow from").contains("all there");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_full_disk_is_an_error_of_add_and_not_the_end_of_the_process(@TempDir Path folder)
      throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    FileChannel channel = FileChannel.open(full, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var blocks = new FileBlocks(folder.resolve("replay"), channel, -1, false);
    try (Replay replay = new RingReplay(Small.size(100), 1, true, () -> blocks)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> replay.add(Small.block(0, 5)))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining(folder + "/replay cannot grow")
            .hasMessageContaining("No space left on device");
      }
      assertThat(replay.size()).isZero();
      assertThat(replay.added()).isZero();
    }
  }
}
