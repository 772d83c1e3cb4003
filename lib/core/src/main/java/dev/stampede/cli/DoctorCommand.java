package dev.stampede.cli;

import dev.stampede.env.Check;
import dev.stampede.env.Check.Status;
import dev.stampede.env.Environments;
import dev.stampede.nn.Engine;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Looks at everything a run may need and says how to mend what is missing. */
@Command(
    name = "doctor",
    description =
        "Tells what is here and what is missing, each problem with the command that mends it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:nothing needed is missing", "1:something needed is missing"})
final class DoctorCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    List<Check> checks = new ArrayList<>();
    checks.add(java());
    checks.add(engine());
    checks.addAll(Environments.checks());
    checks.add(kernel());
    boolean problem = false;
    for (Check check : checks) {
      String mark =
          switch (check.status()) {
            case OK -> "ok      ";
            case ABSENT -> "absent  ";
            case PROBLEM -> "PROBLEM ";
          };
      System.out.println(mark + check.name() + ": " + check.detail());
      if (!check.mend().isEmpty()) {
        System.out.println("          → " + check.mend());
      }
      problem |= check.status() == Status.PROBLEM;
    }
    System.out.println(problem ? "Something needed is missing." : "Nothing needed is missing.");
    return problem ? 1 : 0;
  }

  private static Check java() {
    return Check.ok(
        "Java",
        System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores");
  }

  private static Check engine() {
    try {
      return Check.ok("DJL engine", Engine.version());
    } catch (Throwable e) { // A missing native library is an Error.
      return new Check(
          "DJL engine",
          Status.PROBLEM,
          String.valueOf(e.getMessage()),
          "mvn -DskipTests package   (on linux-x86_64, linux-aarch64, macOS arm64 or Windows"
              + " x86_64)");
    }
  }

  /** The kernel that {@code start.py} sets up beside the notebooks. */
  private static Check kernel() {
    String mend = "python3 notebooks/start.py --run quickstart";
    try {
      Path here =
          Path.of(DoctorCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path folder = here; folder != null; folder = folder.getParent()) {
        Path notebooks = folder.resolve("notebooks");
        if (Files.isRegularFile(notebooks.resolve("start.py"))) {
          Path spec = notebooks.resolve(".venv/share/jupyter/kernels/kotlin/kernel.json");
          return Files.isRegularFile(spec)
              ? Check.ok("Kotlin kernel", spec.toString())
              : new Check("Kotlin kernel", Status.ABSENT, "needed for notebooks only", mend);
        }
      }
    } catch (URISyntaxException e) {
      return new Check("Kotlin kernel", Status.ABSENT, "not found: " + e.getMessage(), mend);
    }
    return new Check("Kotlin kernel", Status.ABSENT, "needed for notebooks only", mend);
  }
}
