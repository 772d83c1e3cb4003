package dev.stampede.cli;

import dev.stampede.diagnosis.Diagnosis;
import dev.stampede.experiment.Experiment;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says in words what a recorded run shows. */
@Command(
    name = "diagnose",
    description =
        "Says what a run's record shows: what is wrong, the numbers, what to try, and what could"
            + " not be judged. Plays some steps by its parameters.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing was found", "3:something was found"})
final class DiagnoseCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Folder of a run.")
  private Path directory = Path.of("");

  @Override
  public Integer call() {
    Diagnosis diagnosis = Experiment.diagnose(directory, System.err::println);
    System.out.println(diagnosis);
    return diagnosis.isHealthy() ? 0 : 3;
  }
}
