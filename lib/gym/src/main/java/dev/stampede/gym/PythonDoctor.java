package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import dev.stampede.gym.Requirements.Pin;
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
    for (EnvironmentGroup group : EnvironmentGroup.values()) {
      findings.add(packages(group));
    }
    try {
      environments
          .existing(EnvironmentGroup.ATARI.requirements())
          .map(this::roms)
          .ifPresent(findings::add);
    } catch (EnvironmentException e) {
      // Python itself is wrong; that stands above.
    }
    findings.add(openGl());
    findings.add(ffmpeg());
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

  private Finding packages(EnvironmentGroup group) {
    Requirements requirements = group.requirements();
    Optional<Path> python;
    try {
      python = environments.existing(requirements);
    } catch (EnvironmentException e) { // Python itself is wrong; that stands above.
      python = Optional.empty();
    }
    String name = group.title();
    if (python.isEmpty()) {
      return new Finding(
          name,
          true,
          "not installed; installs itself on first use of %s (about %d MB; %s)"
              .formatted(group.example(), requirements.megabytes(), requirements.licences()),
          "");
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
          ? new Finding(name, true, installed(requirements, environment), "")
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

  private static String installed(Requirements requirements, Path environment) {
    return "%s; about %d MB in %s"
        .formatted(
            requirements.pins().stream().map(Pin::toString).collect(Collectors.joining(", ")),
            requirements.megabytes(),
            environment);
  }

  /** What MuJoCo would draw with. */
  private Finding openGl() {
    String name = "OpenGL for pictures of MuJoCo and MiniWorld";
    try {
      String question =
          WorkerCode.source("rendering") + "\nprint(mujoco_gl(os.environ) or advice())";
      String answer = ask(finder.find().executable(), question).get(0);
      return List.of("egl", "osmesa", "glfw").contains(answer)
          ? new Finding(name, true, "MUJOCO_GL=" + answer, "")
          : new Finding(name, true, "none; states and rewards need none", answer);
    } catch (EnvironmentException | IOException e) {
      return new Finding(name, true, "not known without Python", "");
    }
  }

  private Finding ffmpeg() {
    return new Finding(
        "ffmpeg",
        true,
        finder.ffmpeg().map(Path::toString).orElse("not installed; needed only to write MP4"),
        "");
  }
}
