package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks at everything that environments in Python need, and says how to mend what is wrong. */
public final class PythonDoctor {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String ASK =
      """
      from importlib.metadata import distributions
      for d in distributions(): print(d.metadata['Name'] + '==' + d.version)
      """;
  private static final String COUNT_ROMS =
      "from ale_py import roms; print(len(roms.get_all_rom_ids()))";

  private final PythonFinder finder;
  private final PythonEnvironments environments;

  /**
   * One thing looked at.
   *
   * @param name what it is
   * @param ok whether environments in Python work as far as this goes; also true for what installs
   *     itself on first use
   * @param detail what was found
   * @param mend the command or action that mends it, empty if nothing is to be done
   */
  public record Finding(String name, boolean ok, String detail, String mend) {}

  PythonDoctor(PythonFinder finder, PythonEnvironments environments) {
    this.finder = finder;
    this.environments = environments;
  }

  /** Looks at this user's Python. */
  public PythonDoctor() {
    this(new PythonFinder(System.getenv()), PythonEnvironments.ofUser());
  }

  /** Everything that matters, in the order in which it is needed. Installs nothing. */
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(python());
    findings.add(uv());
    findings.add(packages("Gymnasium and Atari", Requirements.BASE, "CartPole-v1 or Breakout"));
    try {
      environments.existing(Requirements.BASE).map(this::roms).ifPresent(findings::add);
    } catch (EnvironmentException e) {
      // Python itself is wrong; that stands above.
    }
    findings.add(packages("MuJoCo", Requirements.WITH_MUJOCO, "Hopper-v5"));
    findings.add(packages("Box2D", Requirements.WITH_BOX2D, "LunarLander-v3"));
    return findings;
  }

  private Finding python() {
    try {
      Python python = finder.find();
      return new Finding("Python", true, python.version() + " at " + python.executable(), "");
    } catch (EnvironmentException none) {
      boolean uv = finder.uv().isPresent();
      return uv
          ? new Finding("Python", true, "none here; uv brings one on first use", "")
          : new Finding(
              "Python", false, String.valueOf(none.getMessage()), Platform.howToInstallPython());
    }
  }

  private Finding uv() {
    return new Finding(
        "uv",
        true,
        finder.uv().map(Path::toString).orElse("not installed; venv and pip do as well"),
        "");
  }

  private Finding packages(String name, Requirements requirements, String example) {
    Optional<Path> python;
    try {
      python = environments.existing(requirements);
    } catch (EnvironmentException e) { // Python itself is wrong; that stands above.
      python = Optional.empty();
    }
    if (python.isEmpty()) {
      return new Finding(
          name, true, "not installed; installs itself on first use of " + example, "");
    }
    Path environment = Platform.directoryOf(python.get());
    String mend = "rm -r " + environment + "  # it is made again on next use";
    try {
      Map<String, String> found = installed(python.get());
      List<String> wrong =
          requirements.versions().entrySet().stream()
              .filter(wanted -> !wanted.getValue().equals(found.get(wanted.getKey())))
              .map(wanted -> wanted.getKey() + " " + wanted.getValue())
              .toList();
      return wrong.isEmpty()
          ? new Finding(name, true, list(requirements.versions()) + " in " + environment, "")
          : new Finding(name, false, "missing " + String.join(", ", wrong), mend);
    } catch (IOException e) {
      return new Finding(name, false, String.valueOf(e.getMessage()), mend);
    }
  }

  private Finding roms(Path python) {
    try {
      String count = ask(python, COUNT_ROMS).get(0);
      return new Finding("Atari ROMs", true, count + " in ale-py", "");
    } catch (IOException e) {
      return new Finding(
          "Atari ROMs",
          false,
          String.valueOf(e.getMessage()),
          "rm -r " + Platform.directoryOf(python));
    }
  }

  private Map<String, String> installed(Path python) throws IOException {
    Map<String, String> versions = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : ask(python, ASK)) {
      String[] parts = line.split("==", 2);
      versions.put(parts[0], parts[1]);
    }
    return versions;
  }

  private List<String> ask(Path python, String question) throws IOException {
    try {
      Command.Result result =
          new Command(python, "-W", "ignore", "-c", question).run(finder.environment(), LIMIT);
      if (result.exitCode() != 0) {
        throw new IOException(python + " failed: " + String.join("\n", result.lastLines()));
      }
      return result.lastLines();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String list(Map<String, String> versions) {
    return versions.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
