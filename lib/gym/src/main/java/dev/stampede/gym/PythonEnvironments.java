package dev.stampede.gym;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stampede.env.EnvironmentException;
import dev.stampede.gym.Requirements.Pin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
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
  private static final String MORE = "-more.txt";
  private static final String ADVICE =
      "Look whether the names and versions given as packages are right. A version of ours that is"
          + " in the way gives way to one that is given there too, as in"
          + " packages(\"numpy==2.3.5\").";
  private static final Pattern WORTH_SHOWING =
      Pattern.compile("(Downloading|Building|Installing collected|Prepared|Installed) ");

  /** What venv itself brings. */
  private static final Set<String> TOOLS = Set.of("pip", "setuptools", "wheel");

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
    String version =
        finder.choiceIsMade() ? finder.find(requirements.newestPython()).minorVersion() : "";
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
        "Setting up %s (once, about %d MB) in %s: %s%s"
            .formatted(
                recipe.python(),
                requirements.megabytes(),
                recipe.target(),
                requirements.pins().stream().map(Pin::toString).collect(Collectors.joining(", ")),
                requirements.packages().isEmpty()
                    ? ""
                    : "; then %s with what they need (size and licence unknown to Stampede)"
                        .formatted(String.join(", ", requirements.packages()))));
    deleteAll(recipe.target());
    Files.write(recipe.beside(".txt"), requirements.lines());
    if (!requirements.packages().isEmpty()) {
      Files.write(recipe.beside(MORE), requirements.packages());
    }
    for (Command command : recipe.commands()) {
      run(command, recipe, progress);
    }
    Files.createFile(recipe.target().resolve(MARKER));
  }

  private void run(Command command, Recipe recipe, Consumer<String> progress) throws IOException {
    Command.Result result;
    try {
      result =
          command.run(
              finder.environment(),
              INSTALL_LIMIT,
              line -> readable(line).ifPresent(progress::accept));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("interrupted while setting up Python", e);
    }
    if (result.exitCode() != 0) {
      boolean usersChoice = command.words().contains(recipe.beside(MORE).toString());
      throw new EnvironmentException(
          "cannot set up Python in %s: '%s' failed with exit code %d:%n    %s%s%s"
              .formatted(
                  recipe.target(),
                  command,
                  result.exitCode(),
                  String.join("\n    ", result.lastLines(LINES_SHOWN)),
                  usersChoice ? "\n" + ADVICE : "",
                  recipe.byHand()));
    }
  }

  /** What of pip's and uv's output is worth showing, without the addresses. */
  private static Optional<String> readable(String line) {
    String stripped = line.strip();
    return WORTH_SHOWING.matcher(stripped).lookingAt()
        ? Optional.of("  " + stripped.replaceAll("https?://\\S*/", ""))
        : Optional.empty();
  }

  /**
   * Every package that is installed, the user's own and what those need included.
   *
   * @param python of an environment made here
   * @return version by package name
   */
  static Map<String, String> versions(Path python) {
    Map<String, String> versions = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    try (DirectoryStream<Path> packages =
        Files.newDirectoryStream(
            Platform.packagesOf(Platform.directoryOf(python)), "*.dist-info")) {
      for (Path of : packages) {
        var metadata = new String(Files.readAllBytes(of.resolve("METADATA")), UTF_8);
        List<String> header = metadata.lines().takeWhile(line -> !line.isEmpty()).toList();
        versions.put(field("Name", header), field("Version", header));
      }
    } catch (IOException e) {
      throw new EnvironmentException("cannot read the packages of " + python + ": " + e, e);
    }
    TOOLS.forEach(versions::remove);
    return versions;
  }

  private static String field(String name, List<String> header) {
    return header.stream()
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2).strip())
        .findFirst()
        .orElse("");
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
    int newest = requirements.newestPython();
    Optional<Python> python = uv.isPresent() ? findIfAny(newest) : Optional.of(finder.find(newest));
    String version = python.map(Python::minorVersion).orElse("uv");
    Path target = directory.resolve(version + "-" + requirements.hash());
    String base =
        python.map(found -> found.executable().toString()).orElse(">=" + Python.NEEDED + ",<3.14");
    Path ours = Platform.pythonOf(target);
    List<Object> install =
        uv.isPresent()
            ? List.of(uv.get(), "pip", "install", "--python", ours)
            : List.of(ours, "-m", "pip", "install", "--no-input", "--disable-pip-version-check");
    Path list = directory.resolve(target.getFileName() + ".txt");
    List<Command> commands = new ArrayList<>();
    commands.add(
        uv.isPresent()
            ? new Command(uv.get(), "venv", "--quiet", "--python", base, target)
            : new Command(base, "-m", "venv", target));
    // The list is complete. Asking for more would bring what only tools of the packages need.
    commands.add(command(install, "--no-deps", "-r", list));
    if (!requirements.packages().isEmpty()) {
      Path more = directory.resolve(target.getFileName() + MORE);
      commands.add(command(install, "-c", list, "-r", more));
    }
    return new Recipe(
        target, python.isPresent() ? "Python " + version : "a Python of uv's", commands);
  }

  private static Command command(List<Object> words, Object... more) {
    return new Command(Stream.concat(words.stream(), Stream.of(more)).toArray());
  }

  private Optional<Python> findIfAny(int newest) {
    try {
      return Optional.of(finder.find(newest));
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
