package dev.stampede.cli;

import dev.stampede.paper.PaperExperiment;
import dev.stampede.paper.PaperReport;
import dev.stampede.paper.PaperRun;
import dev.stampede.paper.Scale;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does an experiment of the paper, and goes on with one that was interrupted. */
@Command(
    name = "experiment",
    description =
        "Does an experiment of Mnih et al. (2016) end to end: its runs, its table and its figure."
            + " The same command goes on where an earlier one was stopped or killed.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all runs are complete",
      "1:a run failed; those before it are kept",
      "2:wrong arguments",
      "130:stopped by Ctrl-C; the same command goes on"
    })
final class ExperimentCommand implements Callable<Integer> {
  private static final int STOPPED = 130;

  @Parameters(
      paramLabel = "NAME",
      description = "Which: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Names.class)
  private String name = "";

  @Option(
      names = "--scale",
      defaultValue = "small",
      paramLabel = "small|paper",
      description =
          "Native tasks in minutes on two cores, or the paper's games and budgets, which take weeks"
              + " (default: ${DEFAULT-VALUE}).")
  private String scale = "small";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder for NAME.md, NAME.csv, NAME-evaluations.csv, NAME.svg, NAME.png and the folder of"
              + " each run; made if need be.")
  private Path out = Path.of("");

  @Option(
      names = "--shorten",
      defaultValue = "1",
      paramLabel = "N",
      description = "Divides the budgets of all runs, to see whether it works: 100 for a minute.")
  private int shorten = 1;

  /** For the help text. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(PaperExperiment.values()).map(PaperExperiment::toString).iterator();
    }
  }

  @Override
  public Integer call() {
    ProgressLine line = new ProgressLine(System.err);
    PaperRun run =
        PaperExperiment.named(name).start(Scale.named(scale), shorten, out, line::message);
    Thread onInterrupt = new Thread(() -> stopAndTell(run), "stop-experiment");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    watch(run, line);
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      return STOPPED; // The process is going down already, by Ctrl-C for instance.
    }
    run.report().ifPresent(ExperimentCommand::print);
    Throwable failure = run.failure().orElse(null);
    if (failure != null) {
      System.err.println("stampede: a run failed: " + failure.getMessage());
      System.err.println(howToGoOn());
      return 1;
    }
    return run.isComplete() ? 0 : STOPPED;
  }

  private static void watch(PaperRun run, ProgressLine line) {
    try {
      while (!run.await(1_000)) {
        line.show(run.progress().toString());
      }
    } catch (InterruptedException e) {
      run.stop();
    }
    line.end();
  }

  private void stopAndTell(PaperRun run) {
    run.stop();
    try {
      run.await(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println();
    System.err.println(howToGoOn());
  }

  private String howToGoOn() {
    return "complete runs are kept; to go on: stampede experiment "
        + name
        + " --scale "
        + scale
        + (shorten == 1 ? "" : " --shorten " + shorten)
        + " --out "
        + out;
  }

  private static void print(PaperReport report) {
    System.out.println(report.text());
    report.files().forEach(file -> System.out.println("written: " + file));
  }
}
