package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With a file system in memory of 64 kB, into which no screen of an Atari game fits. */
@EnabledOnOs(OS.LINUX)
class SharedMemoryTest {
  private static final String GAME = "ALE/Pong-v5";

  private final Path folder;
  private final Path full;
  private final Worker worker = Workers.worker(new AtomicInteger());

  SharedMemoryTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.full = Files.createDirectory(folder.resolve("full"));
  }

  @BeforeEach
  void mount() throws Exception {
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "none", full.toString())
            .redirectErrorStream(true)
            .start();
    assumeThat(mount.waitFor()).as("mounting a file system is allowed here").isZero();
  }

  @AfterEach
  void unmount() throws Exception {
    worker.close();
    System.clearProperty(SharedMemory.DIRECTORIES);
    new ProcessBuilder("umount", "--lazy", full.toString()).start().waitFor();
  }

  @Test
  void a_full_directory_is_an_error_in_words_and_the_worker_goes_on() throws Exception {
    System.setProperty(SharedMemory.DIRECTORIES, full.toString());

    assertThatThrownBy(() -> Workers.environment(worker, GAME))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("cannot reserve 201,664 bytes to share with the JVM")
        .hasMessageContaining("full: No space left on device")
        .hasMessageContaining("-Dstampede.shared.memory=DIRECTORY");
    assertThat(full).isEmptyDirectory();

    GymEnvironment small = Workers.environment(worker, "CartPole-v1");
    small.reset(1);
    assertThat(small.step(Action.of(0)).reward()).isEqualTo(1);
  }

  @Test
  void the_next_directory_is_taken_where_one_is_full() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    System.setProperty(SharedMemory.DIRECTORIES, full + File.pathSeparator + other);

    GymEnvironment game = Workers.environment(worker, GAME);
    game.reset(1);

    assertThat(game.step(Action.of(0)).observation().bytes()).isEqualTo(210 * 160 * 3);
    assertThat(full).isEmptyDirectory();
    assertThat(other).isEmptyDirectory(); // Its file has no name any more.
  }

  @Test
  void by_default_a_full_directory_does_not_matter() throws Exception {
    GymEnvironment game = Workers.environment(worker, GAME);
    game.reset(1);
    long pid = worker.process().pid();

    try (Stream<String> maps = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
      assertThat(maps).anyMatch(map -> map.contains("/memfd:stampede"));
    }
    game.close();
    Workers.await(
        "the memory is given back",
        Duration.ofSeconds(5),
        () -> {
          try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.noneMatch(SharedMemoryTest::isMemory);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static boolean isMemory(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("memfd:stampede");
    } catch (IOException e) {
      return false;
    }
  }
}
