package dev.stampede.paper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PaperRunTest {
  private static final PaperExperiment EXPERIMENT = PaperExperiment.TABLE1;
  private static final int SHORTEN = 10;

  @Test
  @Timeout(120)
  void stopped_again_and_again_it_goes_on_within_a_run_and_repeats_none(@TempDir Path out)
      throws Exception {
    SplittableRandom random = new SplittableRandom(0);
    Map<String, Long> resumed = new HashMap<>();
    for (int stops = 0; resumed.isEmpty() && stops < 20; stops++) {
      PaperRun run = EXPERIMENT.start(Scale.SMALL, SHORTEN, out, line -> {});
      int before = run.progress().done();
      while (run.progress().done() <= before || run.progress().now().isEmpty()) {
        assertThat(run.await(1)).isFalse();
      }
      Thread.sleep(random.nextInt(60)); // Into the middle of a run, sooner or later.
      run.stop();
      run.await();
      assertThat(run.isComplete()).isFalse();
      resumed.putAll(stoppedRuns(out));
    }
    assertThat(resumed).isNotEmpty();
    Map<Path, byte[]> finished = finishedRuns(out);
    assertThat(finished).isNotEmpty();

    PaperRun last = EXPERIMENT.start(Scale.SMALL, SHORTEN, out, line -> {});
    PaperReport report = last.await();

    assertThat(last.isComplete()).isTrue();
    assertThat(report.complete()).isEqualTo(report.runs());
    for (Map.Entry<Path, byte[]> each : finished.entrySet()) {
      assertThat(Files.readAllBytes(each.getKey())).isEqualTo(each.getValue());
    }
    for (Map.Entry<String, Long> each : resumed.entrySet()) {
      JsonNode json = RunDirectory.read(out.resolve("runs").resolve(each.getKey()));
      assertThat(json.at("/resumedFrom/0/step").asLong()).isEqualTo(each.getValue());
      // Not "greater": it may have been stopped between its last step and its last evaluation.
      assertThat(json.path("steps").asLong()).isGreaterThanOrEqualTo(each.getValue());
    }
  }

  /** What a process does that is to be killed. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) throws InterruptedException {
      EXPERIMENT.start(Scale.SMALL, SHORTEN, Path.of(arguments[0]), line -> {}).await();
    }
  }

  @Test
  @Timeout(120)
  void killed_it_goes_on_and_repeats_no_complete_run(@TempDir Path out) throws Exception {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.resolve("output.txt").toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (finishedRuns(out).size() < 5) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      assertThat(victim.isAlive()).as(Files.readString(out.resolve("output.txt"))).isTrue();
      Thread.sleep(5);
    }
    victim.destroyForcibly().waitFor();
    Map<Path, byte[]> finished = finishedRuns(out);
    assertThat(finished).hasSizeLessThan(EXPERIMENT.plan(Scale.SMALL, SHORTEN).size());

    PaperRun run = EXPERIMENT.start(Scale.SMALL, SHORTEN, out, line -> {});
    run.await();

    assertThat(run.isComplete()).isTrue();
    for (Map.Entry<Path, byte[]> each : finished.entrySet()) {
      assertThat(Files.readAllBytes(each.getKey())).isEqualTo(each.getValue());
    }
  }

  @Test
  void without_lib_notebook_the_report_says_that_the_figure_is_left_out(@TempDir Path out)
      throws Exception {
    List<String> messages = new CopyOnWriteArrayList<>();

    PaperReport report = EXPERIMENT.start(Scale.SMALL, 1_000, out, messages::add).await();

    assertThat(messages).anyMatch(line -> line.startsWith("the figure is left out: lib/notebook"));
    assertThat(report.files().stream().map(file -> file.getFileName().toString()))
        .containsExactly("table1.csv", "table1-evaluations.csv", "table1.md");
    assertThat(report.text())
        .contains("50 of 50 runs are complete")
        .contains("divided by 1000 (--shorten)")
        .contains("all runs of A3C: ")
        .doesNotContain("](table1.svg)");
    assertThat(Files.readAllLines(out.resolve("table1.csv")))
        .filteredOn(line -> line.startsWith(",\"A3C, here\","))
        .hasSize(5);
  }

  private static Map<String, Long> stoppedRuns(Path out) throws IOException {
    Map<String, Long> stopped = new HashMap<>();
    for (Path json : runs(out)) {
      JsonNode run = RunDirectory.read(json.resolveSibling(""));
      if (run.path("state").asText().equals("stopped") && run.path("steps").asLong() > 0) {
        stopped.put(
            json.resolveSibling("").getFileName().toString(),
            run.at("/checkpoints/lastStep").asLong());
      }
    }
    return stopped;
  }

  private static Map<Path, byte[]> finishedRuns(Path out) throws IOException {
    Map<Path, byte[]> finished = new HashMap<>();
    for (Path json : runs(out)) {
      byte[] text = Files.readAllBytes(json);
      if (new String(text, StandardCharsets.UTF_8).contains("\"finished\"")) {
        finished.put(json, text);
      }
    }
    return finished;
  }

  private static List<Path> runs(Path out) throws IOException {
    if (!Files.isDirectory(out.resolve("runs"))) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> folders = Files.list(out.resolve("runs"))) {
      folders.map(f -> f.resolve("run.json")).filter(Files::exists).forEach(found::add);
    }
    return found;
  }
}
