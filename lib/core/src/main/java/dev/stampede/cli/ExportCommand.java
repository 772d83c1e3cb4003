package dev.stampede.cli;

import dev.stampede.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a run for others to read. */
@Command(
    name = "export",
    description = "Writes what a run recorded as a page, a card, or a file for TensorBoard.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "Folder of a run.")
  private Path directory = Path.of("");

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "One page that opens anywhere: curve, measures, evaluations, settings.")
  private @Nullable Path html;

  @Option(
      names = "--card",
      paramLabel = "FILE",
      description = "Settings, departures from the paper, machine and results, as Markdown.")
  private @Nullable Path card;

  @Option(
      names = "--tensorboard",
      paramLabel = "FOLDER",
      description = "Scalars for tensorboard --logdir, one run in each folder.")
  private @Nullable Path tensorBoard;

  @Override
  public Integer call() throws IOException {
    if (html == null && card == null && tensorBoard == null) {
      throw new IllegalArgumentException(
          "expected --html FILE, --card FILE or --tensorboard FOLDER, or several of them");
    }
    Report report = Report.read(directory);
    if (html != null) {
      tell(report.html(html));
    }
    if (card != null) {
      Path folder = card.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      tell(Files.writeString(card, report.card().markdown()));
    }
    if (tensorBoard != null) {
      tell(report.tensorBoard(tensorBoard));
    }
    return 0;
  }

  private static void tell(Path written) {
    System.out.println("written to " + written);
  }
}
