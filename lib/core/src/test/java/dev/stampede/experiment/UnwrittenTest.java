package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UnwrittenTest {
  private final List<String> messages = new CopyOnWriteArrayList<>();

  @Test
  void a_folder_that_cannot_be_made_is_told_of_and_the_run_goes_on(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    Run run = run(small().outIfPossible(file.resolve("run")));

    assertThat(run.record()).containsEntry("state", "finished");
    assertThat(run.unwritten())
        .get()
        .asString()
        .contains("Not all results are in files", "cannot be written");
    assertThat(messages).contains(run.unwritten().orElseThrow());
    assertThat(run.episodes()).isNotEmpty();
    assertThatThrownBy(() -> small().out(file.resolve("run")).build().start())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_full_disk_ends_only_a_run_whose_files_were_asked_for(@TempDir Path folder)
      throws IOException {
    Path full = Files.createSymbolicLink(folder.resolve("episodes.csv"), Path.of("/dev/full"));

    Run run = run(small().outIfPossible(folder));

    assertThat(run.record()).containsEntry("state", "finished");
    assertThat(run.unwritten()).get().asString().contains("No space left on device");
    assertThatThrownBy(() -> run(small().out(folder)))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("No space left on device");
    Files.delete(full);
  }

  @Test
  void one_file_that_cannot_be_written_keeps_none_of_the_others_away(@TempDir Path folder)
      throws IOException {
    Files.createDirectory(folder.resolve("run.json.part")); // Where run.json is written first.

    Run run = run(small().outIfPossible(folder));

    assertThat(run.record()).containsEntry("state", "finished");
    assertThat(run.unwritten()).isPresent();
    assertThat(RunDirectory.readEpisodes(folder)).hasSameSizeAs(run.episodes());
  }

  @Test
  void a_run_that_cannot_say_that_it_began_ends_before_its_first_step(@TempDir Path folder)
      throws IOException {
    Files.createDirectory(folder.resolve("run.json.part"));

    assertThatThrownBy(() -> run(small().out(folder)))
        .isInstanceOfSatisfying(RunFailedException.class, e -> assertThat(e.run().steps()).isZero())
        .hasMessageContaining("run.json");
  }

  @Test
  void two_runs_do_not_write_into_one_folder(@TempDir Path folder) {
    Experiment.Builder builder = Experiment.of().steps(Long.MAX_VALUE).out(folder);
    Run run = builder.build().start();

    assertThatThrownBy(() -> builder.build().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out: a run is under way in " + folder.toAbsolutePath());
    while (run.steps() < 100) {
      Thread.onSpinWait();
    }
    run.stop();
    run.await();

    Run rest = Experiment.resume(folder).build().start();
    assertThatThrownBy(() -> Experiment.resume(folder).build().start())
        .hasMessageContaining("choose another folder");
    rest.stop();
    assertThat(rest.await().failure()).isEmpty();
  }

  @Test
  void a_folder_that_was_moved_away_is_free_after_the_run(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("run");
    Experiment.Builder builder = Experiment.of().steps(Long.MAX_VALUE).out(out);
    Run run = builder.build().start();
    while (run.steps() < 100) {
      Thread.onSpinWait();
    }
    Files.move(out, folder.resolve("moved"));
    run.stop();
    assertThat(run.await(30_000)).isTrue();

    assertThat(Experiment.of().steps(100).out(out).build().run().failure()).isEmpty();
  }

  @Test
  void a_run_of_another_process_keeps_its_folder(@TempDir Path folder) throws Exception {
    Process other =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("under way");
      Experiment.Builder builder = Experiment.of().steps(1_000).out(folder);
      assertThatThrownBy(() -> builder.build().start())
          .hasMessageContaining("out: a run is under way in");
      other.destroyForcibly().waitFor();

      assertThat(builder.build().run().failure()).isEmpty();
    } finally {
      other.destroyForcibly();
    }
  }

  /** What another process runs. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) {
      Run run = Experiment.of().steps(Long.MAX_VALUE).out(Path.of(arguments[0])).build().start();
      while (run.steps() == 0 && run.isRunning()) {
        Thread.onSpinWait();
      }
      System.out.println("under way");
      run.await();
    }
  }

  @Test
  void a_line_that_is_being_written_is_left_out(@TempDir Path folder) throws IOException {
    int episodes =
        Experiment.of().threads(1).steps(2_000).out(folder).build().run().episodes().size();
    Path file = folder.resolve("episodes.csv");
    String whole = Files.readString(file);
    Files.writeString(file, whole + "2001,20");
    assertThat(RunDirectory.readEpisodes(folder)).hasSize(episodes);

    Files.writeString(file, whole + "2001,20\n2002,2002,1.5,0,9.0,9\n");
    assertThatThrownBy(() -> RunDirectory.readEpisodes(folder))
        .hasMessageContaining("line " + (episodes + 2))
        .hasMessageContaining("expected 6 cells");
  }

  @Test
  void files_that_can_be_written_are_not_talked_about(@TempDir Path folder) {
    Run run = run(small().outIfPossible(folder));

    assertThat(run.unwritten()).isEmpty();
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("finished");
  }

  private static Experiment.Builder small() {
    return Experiment.of().threads(1).steps(3_000);
  }

  private Run run(Experiment.Builder experiment) {
    return experiment.build().start(messages::add).await();
  }
}
