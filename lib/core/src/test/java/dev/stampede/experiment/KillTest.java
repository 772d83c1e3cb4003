package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in processes of their own, which are killed while they write checkpoints all the time. */
class KillTest {
  private static final int KILLS = 51;
  private static final int RUNS = 3; // At once: most of the time goes into starting processes.

  /** What a process does that is to be killed: it begins the run of a folder or goes on with it. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Experiment.Builder builder =
          Files.exists(folder)
              ? Experiment.resume(folder)
              : Experiment.of()
                  .algorithm(Algorithms.A3C.hidden(256, 256))
                  .out(folder)
                  .steps(1_000_000_000)
                  .checkpointEvery(Duration.ofMillis(1));
      builder.build().start(System.out::println).await();
    }
  }

  @Test
  void killed_at_any_moment_the_newest_checkpoint_is_whole_and_the_run_goes_on(@TempDir Path folder)
      throws Exception {
    ExecutorService runs = Executors.newFixedThreadPool(RUNS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < RUNS; i++) {
        int run = i;
        all.add(
            runs.submit(
                () -> {
                  killAgainAndAgain(folder.resolve("run-" + run), new SplittableRandom(run));
                  return true;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      runs.shutdownNow();
    }
  }

  private static void killAgainAndAgain(Path folder, SplittableRandom random) throws Exception {
    long before = 0;
    for (int kill = 0; kill < KILLS / RUNS; kill++) {
      Path output = folder.resolveSibling(folder.getFileName() + "-" + kill + ".txt");
      Process victim = start(folder, output);
      try {
        awaitFirstCheckpoint(folder, before, victim, output);
        Thread.sleep(random.nextInt(400));
        assertThat(victim.isAlive()).as(Files.readString(output)).isTrue();
      } finally {
        victim.destroyForcibly().waitFor();
      }
      List<String> messages = new ArrayList<>();
      long newest = Checkpoint.newest(folder, messages::add).steps();
      assertThat(messages).isEmpty();
      assertThat(newest).isGreaterThan(before);
      before = newest;
    }
    Run run = Experiment.resume(folder).build().start();
    while (run.steps() < before + 2_000) {
      assertThat(run.await(1)).isFalse();
    }
    run.stop();
    run.await();
    List<EpisodeRecord> episodes = RunDirectory.readEpisodes(folder);
    assertThat(episodes).hasSameSizeAs(run.episodes());
    assertThat(episodes.stream().map(EpisodeRecord::step)).doesNotHaveDuplicates();
    assertThat(episodes.stream().mapToLong(EpisodeRecord::length).sum())
        .isBetween(run.steps() - 2 * 500, run.steps()); // No step is missing or there twice.
    assertThat(RunDirectory.read(folder).path("resumedFrom")).hasSize(KILLS / RUNS);
  }

  private static void awaitFirstCheckpoint(Path folder, long before, Process victim, Path output)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (newestStep(folder) <= before) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      assertThat(victim.isAlive()).as(Files.readString(output)).isTrue();
      Thread.sleep(5);
    }
  }

  /** 0 while there is none, or while this looks for it between two renames. */
  private static long newestStep(Path folder) {
    try {
      return Checkpoint.newest(folder, line -> {}).steps();
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  private static Process start(Path folder, Path output) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Victim.class.getName(),
            folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
