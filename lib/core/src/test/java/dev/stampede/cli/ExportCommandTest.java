package dev.stampede.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.experiment.Experiment;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @Test
  void a_run_is_written_as_a_page_a_card_and_for_tensorboard(@TempDir Path folder)
      throws IOException {
    Path run = folder.resolve("run");
    Experiment.of().threads(1).steps(500).out(run).build().run();

    int exit =
        Main.execute(
            "export",
            run.toString(),
            "--html",
            folder.resolve("run.html").toString(),
            "--card",
            folder.resolve("card.md").toString(),
            "--tensorboard",
            folder.resolve("board").toString());

    assertThat(exit).isZero();
    assertThat(folder.resolve("run.html")).content().contains("A3C on CartPole", "<polyline");
    assertThat(folder.resolve("card.md")).content().startsWith("# A3C on CartPole");
    assertThat(folder.resolve("board")).isDirectoryContaining("glob:**.tfevents.*");
  }

  @Test
  void nothing_to_write_or_no_run_is_a_wrong_argument(@TempDir Path folder) {
    assertThat(Main.execute("export", folder.toString())).isEqualTo(2);
    assertThat(Main.execute("export", folder.toString(), "--card", "card.md")).isEqualTo(2);
  }
}
