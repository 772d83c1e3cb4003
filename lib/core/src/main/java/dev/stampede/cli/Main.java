package dev.stampede.cli;

import dev.stampede.experiment.RunFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line: {@code java -jar lib/notebook/target/stampede.jar …}. */
@Command(
    name = "stampede",
    description = "Asynchronous deep reinforcement learning on the JVM.",
    version = "stampede 0.1.0",
    mixinStandardHelpOptions = true,
    subcommands = {
      RunCommand.class,
      EvaluateCommand.class,
      RecordCommand.class,
      ReplayCommand.class,
      ExportCommand.class,
      CompareCommand.class,
      DiagnoseCommand.class,
      ExperimentCommand.class,
      RolloutCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (Launcher.applies(arguments)) {
      System.exit(Launcher.launch(arguments));
    }
    Launcher.watchLauncher();
    System.exit(execute(arguments));
  }

  /**
   * Runs one command.
   *
   * @return its exit code: 0 as asked, 1 failed, 2 wrong arguments, others as the command says
   */
  static int execute(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(Main::report);
    line.setUsageHelpAutoWidth(true);
    if (arguments.length == 0) {
      line.usage(System.out);
      return 2;
    }
    return line.execute(arguments);
  }

  // What the user did wrong is told in a sentence; a stack trace is for what we did wrong.
  private static int report(Exception thrown, CommandLine line, CommandLine.ParseResult parsed) {
    Throwable e =
        thrown instanceof RunFailedException failed && failed.getCause() != null
            ? failed.getCause()
            : thrown;
    PrintWriter err = line.getErr();
    if (e instanceof IllegalArgumentException) {
      err.println("stampede: " + e.getMessage());
      return 2;
    }
    if (e instanceof dev.stampede.env.EnvironmentException
        || e instanceof dev.stampede.record.RecordingException) {
      err.println("stampede: " + e.getMessage());
      return 1;
    }
    if (e instanceof FileSystemException file) {
      err.println("stampede: cannot open " + file.getFile() + ": " + why(file));
      return 2;
    }
    e.printStackTrace(err);
    return 1;
  }

  private static String why(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
  }
}
