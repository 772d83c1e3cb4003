package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks for a Python interpreter and for uv as a shell would, with one addition: {@code
 * STAMPEDE_PYTHON} names the interpreter to take.
 *
 * @param environment the environment variables to look with, and to install with; without those
 *     that would show Python the packages of another one
 */
record PythonFinder(Map<String, String> environment) {
  static final String CHOICE = "STAMPEDE_PYTHON";
  private static final List<String> NAMES =
      List.of("python3.13", "python3.12", "python3.11", "python3", "python", "python3.14");

  /** Variables that put other packages before those of a virtual environment. */
  static final Set<String> FOREIGN = Set.of("PYTHONPATH", "PYTHONHOME");

  private static final String ASK =
      "import sys; print('.'.join(map(str, sys.version_info[:3]))); print(sys.executable)";

  PythonFinder {
    environment =
        environment.entrySet().stream()
            .filter(variable -> !FOREIGN.contains(variable.getKey()))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The first Python that suits most packages; see {@link #find(int)}. */
  Python find() {
    return find(Python.NEWEST_MINOR);
  }

  /**
   * The first Python that is neither too old nor too new.
   *
   * @param newest the y of the newest Python 3.y that will do
   * @throws EnvironmentException if there is none; the message says which were found
   */
  Python find(int newest) {
    List<Python> others = new ArrayList<>();
    for (Path candidate : candidates()) {
      Optional<Python> python = ask(candidate);
      if (python.isPresent() && python.get().suits(newest)) {
        return python.get();
      }
      python.ifPresent(others::add);
    }
    throw new EnvironmentException(explain(others, newest));
  }

  Optional<Path> uv() {
    return onPath("uv");
  }

  Optional<Path> ffmpeg() {
    return onPath("ffmpeg");
  }

  boolean choiceIsMade() {
    return environment.containsKey(CHOICE);
  }

  private List<Path> candidates() {
    if (choiceIsMade()) {
      return List.of(Path.of(environment.getOrDefault(CHOICE, "")));
    }
    return NAMES.stream().flatMap(name -> onPath(name).stream()).toList();
  }

  private Optional<Path> onPath(String name) {
    String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, Platform.executable(name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private Optional<Python> ask(Path candidate) {
    try {
      List<String> answer =
          new Command(candidate, "-c", ASK).run(environment, Duration.ofSeconds(20)).lastLines();
      if (answer.isEmpty() || !answer.get(0).matches("\\d+\\.\\d+(\\.\\d+)?")) {
        return Optional.empty(); // A launcher without a Python behind it.
      }
      Path executable = answer.size() > 1 ? Path.of(answer.get(1)) : candidate;
      return Optional.of(new Python(executable, answer.get(0)));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("interrupted while looking for Python", e);
    }
  }

  private String explain(List<Python> others, int newest) {
    String found =
        others.stream()
            .map(python -> python.version() + " (" + python.executable() + ")")
            .distinct()
            .reduce((a, b) -> a + ", " + b)
            .map(versions -> "found Python " + versions)
            .orElse(
                choiceIsMade()
                    ? CHOICE + "=" + environment.get(CHOICE) + " does not run"
                    : "found no Python on the PATH");
    return "this environment needs Python "
        + Python.NEEDED
        + " to 3."
        + newest
        + " (for newer ones its packages are not built), but "
        + found
        + ". Install one ("
        + Platform.howToInstallPython()
        + "), or set "
        + CHOICE
        + " to its path, or install uv (https://docs.astral.sh/uv), which brings its own.";
  }
}
