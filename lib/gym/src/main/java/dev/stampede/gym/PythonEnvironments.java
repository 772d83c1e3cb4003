package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Virtual environments for Python, one for each set of requirements, made when first asked for.
 *
 * <p>Each is made at its final path, under a lock that holds between threads and between processes,
 * and is marked when complete. A complete one is never changed; one that was left incomplete is
 * made again. Safe for use by many threads.
 */
final class PythonEnvironments {
  static final String MARKER = "stampede-complete";
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(20);
  private static final int LINES_SHOWN = 12;
  private static final Lock IN_THIS_PROCESS = new ReentrantLock();

  private final Path directory;
  private final PythonFinder finder;

  /**
   * @param cache where the environments are kept
   */
  PythonEnvironments(Path cache, PythonFinder finder) {
    this.directory = cache.resolve("python");
    this.finder = finder;
  }

  /** With the user's cache and the environment variables of this process. */
  static PythonEnvironments ofUser() {
    return new PythonEnvironments(
        Platform.cache(System.getenv()), new PythonFinder(System.getenv()));
  }

  /**
   * The interpreter of the environment with these packages; makes it if there is none yet.
   *
   * @param progress takes a line before something that lasts
   * @throws EnvironmentException if it cannot be made; the message has the commands to do it by
   *     hand
   */
  @SuppressWarnings("try") // The lock is held, not used.
  Path python(Requirements requirements, Consumer<String> progress) {
    Optional<Path> existing = existing(requirements);
    if (existing.isPresent()) {
      return existing.get();
    }
    Recipe recipe = recipe(requirements);
    IN_THIS_PROCESS.lock();
    try {
      Files.createDirectories(directory);
      try (FileChannel lockFile =
              FileChannel.open(
                  recipe.beside(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(lockFile, recipe, progress)) {
        if (!complete(recipe.target())) {
          make(recipe, requirements, progress);
        }
      }
      return Platform.pythonOf(recipe.target());
    } catch (IOException e) {
      throw new EnvironmentException(
          "cannot set up Python in " + recipe.target() + ": " + e + recipe.byHand(), e);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  /** The interpreter of the environment with these packages, if it was made before. */
  Optional<Path> existing(Requirements requirements) {
    String ending = "-" + requirements.hash();
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    String version = finder.choiceIsMade() ? finder.find().minorVersion() : "";
    try (Stream<Path> environments = Files.list(directory)) {
      return environments
          .filter(path -> path.getFileName().toString().startsWith(version))
          .filter(path -> path.getFileName().toString().endsWith(ending))
          .filter(PythonEnvironments::complete)
          .max(Comparator.naturalOrder())
          .map(Platform::pythonOf);
    } catch (IOException e) {
      throw new EnvironmentException("cannot read " + directory + ": " + e.getMessage(), e);
    }
  }

  private static FileLock lock(FileChannel file, Recipe recipe, Consumer<String> progress)
      throws IOException {
    FileLock free = file.tryLock();
    if (free != null) {
      return free;
    }
    progress.accept("Waiting for another process that sets up Python in " + recipe.target());
    return file.lock();
  }

  private void make(Recipe recipe, Requirements requirements, Consumer<String> progress)
      throws IOException {
    progress.accept(
        "Setting up %s with %s (once, about %d MB) in %s"
            .formatted(
                recipe.python(),
                requirements.lines().stream()
                    .map(line -> line.replaceAll("[=<>~! ].*", ""))
                    .collect(Collectors.joining(", ")),
                requirements.megabytes(),
                recipe.target()));
    deleteAll(recipe.target());
    Files.write(recipe.beside(".txt"), requirements.lines());
    for (Command command : recipe.commands()) {
      run(command, recipe);
    }
    Files.createFile(recipe.target().resolve(MARKER));
  }

  private void run(Command command, Recipe recipe) throws IOException {
    Command.Result result;
    try {
      result = command.run(finder.environment(), INSTALL_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("interrupted while setting up Python", e);
    }
    if (result.exitCode() != 0) {
      throw new EnvironmentException(
          "cannot set up Python in %s: '%s' failed with exit code %d:%n    %s%s"
              .formatted(
                  recipe.target(),
                  command,
                  result.exitCode(),
                  String.join("\n    ", result.lastLines(LINES_SHOWN)),
                  recipe.byHand()));
    }
  }

  /**
   * How one environment is made.
   *
   * @param python for the user
   */
  private record Recipe(Path target, String python, List<Command> commands) {
    Path beside(String ending) {
      return target.resolveSibling(target.getFileName() + ending);
    }

    String byHand() {
      return Stream.concat(commands.stream(), Stream.of(Platform.touch(target.resolve(MARKER))))
          .map(command -> "\n    " + command)
          .collect(
              Collectors.joining(
                  "", "\nWhen the cause is gone, start again, or do it by hand:", ""));
    }
  }

  private Recipe recipe(Requirements requirements) {
    Optional<Path> uv = finder.uv();
    Optional<Python> python = uv.isPresent() ? findIfAny() : Optional.of(finder.find());
    String version = python.map(Python::minorVersion).orElse("uv");
    Path target = directory.resolve(version + "-" + requirements.hash());
    Path list = directory.resolve(target.getFileName() + ".txt");
    String base =
        python.map(found -> found.executable().toString()).orElse(">=" + Python.NEEDED + ",<3.14");
    List<Command> commands =
        uv.isPresent()
            ? List.of(
                new Command(uv.get(), "venv", "--quiet", "--python", base, target),
                new Command(
                    uv.get(),
                    "pip",
                    "install",
                    "--quiet",
                    "--python",
                    Platform.pythonOf(target),
                    "-r",
                    list))
            : List.of(
                new Command(base, "-m", "venv", target),
                new Command(
                    Platform.pythonOf(target),
                    "-m",
                    "pip",
                    "install",
                    "--no-input",
                    "--disable-pip-version-check",
                    "-r",
                    list));
    return new Recipe(
        target, python.isPresent() ? "Python " + version : "a Python of uv's", commands);
  }

  private Optional<Python> findIfAny() {
    try {
      return Optional.of(finder.find());
    } catch (EnvironmentException none) {
      return Optional.empty(); // uv brings one.
    }
  }

  private static boolean complete(Path environment) {
    return Files.exists(environment.resolve(MARKER))
        && Files.isExecutable(Platform.pythonOf(environment));
  }

  static void deleteAll(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
