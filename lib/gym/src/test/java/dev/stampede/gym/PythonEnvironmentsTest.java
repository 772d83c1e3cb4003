package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.EnvironmentException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PythonEnvironmentsTest {
  private static final Requirements SMALL = new Requirements(List.of("py4j==0.10.9.9"), 1);

  private final Path cache;
  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  PythonEnvironmentsTest() throws IOException {
    cache = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "cache");
  }

  @AfterEach
  void delete() throws IOException {
    PythonEnvironments.deleteAll(cache);
  }

  @Test
  void an_environment_is_made_once_for_two_threads_and_another_process() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                cache.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var first = CompletableFuture.supplyAsync(() -> environments().python(SMALL, progress::add));
    var second = CompletableFuture.supplyAsync(() -> environments().python(SMALL, progress::add));

    List<String> said;
    try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
      said = output.lines().toList();
    }
    Path python = first.join();
    assertThat(second.join()).isEqualTo(python);
    assertThat(said.get(said.size() - 1)).isEqualTo(python.toString());
    assertThat(Stream.concat(said.stream(), progress.stream()))
        .filteredOn(line -> line.startsWith("Setting up"))
        .as("made by one of them")
        .hasSize(1);
    assertThat(Workers.output(python, "-c", "import py4j; print(py4j.__version__)"))
        .containsExactly("0.10.9.9");
    assertThat(environments().existing(SMALL)).contains(python);
  }

  /** Asks for the same environment. */
  static final class OtherProcess {
    private OtherProcess() {}

    public static void main(String[] arguments) {
      var environments =
          new PythonEnvironments(Path.of(arguments[0]), new PythonFinder(System.getenv()));
      System.out.println(environments.python(SMALL, System.out::println));
    }
  }

  @Test
  void one_left_incomplete_is_made_again_from_nothing() throws Exception {
    Requirements none = new Requirements(List.of(), 3);
    Path python = environments().python(none, progress::add);
    assertThat(progress).singleElement().asString().contains("(once, about 3 MB) in " + cache);
    Path directory = Platform.directoryOf(python);
    Path rest = Files.writeString(directory.resolve("rest"), "of an interrupted attempt");
    assertThat(environments().python(none, progress::add)).isEqualTo(python);
    assertThat(rest).as("a complete one is not touched").exists();

    Files.delete(directory.resolve(PythonEnvironments.MARKER));
    assertThat(environments().python(none, progress::add)).isEqualTo(python);

    assertThat(rest).doesNotExist();
    assertThat(directory.resolve(PythonEnvironments.MARKER)).exists();
  }

  @Test
  void without_a_network_it_gives_the_words_of_pip_and_the_commands() {
    Map<String, String> offline = new HashMap<>(System.getenv());
    offline.keySet().removeIf(name -> name.startsWith("PIP_") || name.startsWith("UV_"));
    offline.put("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    offline.put("PIP_RETRIES", "0");
    offline.put("PIP_NO_CACHE_DIR", "1");
    offline.put("PATH", withoutUv(offline.getOrDefault("PATH", "")));

    assertThatThrownBy(
            () ->
                new PythonEnvironments(cache, new PythonFinder(offline))
                    .python(SMALL, progress::add))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("No matching distribution found for py4j==0.10.9.9")
        .hasMessageContaining("or do it by hand:")
        .hasMessageContaining("-m venv " + cache.resolve("python"))
        .hasMessageContaining("-m pip install")
        .hasMessageContaining(PythonEnvironments.MARKER);
    assertThat(environments().existing(SMALL)).isEmpty();
  }

  @Test
  void packages_of_the_user_make_another_environment_and_leave_the_first() throws Exception {
    Path first = environments().python(SMALL, progress::add);
    List<String> before = files(first);
    Requirements more = SMALL.with(List.of("tqdm", "cloudpickle==3.1.2"));
    Path second = environments().python(more, progress::add);

    assertThat(second).isNotEqualTo(first);
    assertThat(PythonEnvironments.versions(first)).isEqualTo(Map.of("py4j", "0.10.9.9"));
    assertThat(PythonEnvironments.versions(second))
        .containsOnlyKeys("cloudpickle", "py4j", "tqdm")
        .containsEntry("cloudpickle", "3.1.2")
        .as("what pip chose")
        .hasEntrySatisfying("tqdm", version -> assertThat(version).matches("\\d+\\..*"));
    assertThat(files(first)).isEqualTo(before);
    assertThat(environments().python(more, progress::add)).isEqualTo(second);
    assertThat(progress)
        .filteredOn(line -> line.startsWith("Setting up"))
        .hasSize(2)
        .last()
        .asString()
        .contains("py4j 0.10.9.9; then tqdm, cloudpickle==3.1.2 with what they need");
  }

  @Test
  void a_package_that_does_not_exist_is_reported_with_the_words_of_pip_and_advice() {
    Requirements missing = SMALL.with(List.of("stampede-no-such-package"));

    assertThatThrownBy(() -> environments().python(missing, progress::add))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("stampede-no-such-package")
        .hasMessageContaining("failed with exit code")
        .hasMessageContaining("Look whether the names and versions given as packages are right")
        .hasMessageContaining("or do it by hand:");
  }

  @Test
  void licence_and_size_are_said_before_and_progress_after() throws Exception {
    var requirements =
        new Requirements(List.of("py4j==0.10.9.9  # BSD-3-Clause, 0.5 MB"), List.of());
    environments().python(requirements, progress::add);

    assertThat(progress.get(0))
        .startsWith("Setting up Python 3.")
        .contains("(once, about 1 MB) in " + cache)
        .endsWith(": py4j 0.10.9.9 (BSD-3-Clause)");
    assertThat(progress).hasSizeGreaterThan(1).noneMatch(line -> line.contains("http"));
  }

  private static List<String> files(Path python) throws IOException {
    try (Stream<Path> files = Files.walk(Platform.directoryOf(python))) {
      List<String> seen = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        seen.add(file + " " + Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS));
      }
      return seen;
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // The commands are for a shell.
  void the_commands_by_hand_do_it() throws Exception {
    Requirements missing = new Requirements(List.of("stampede-no-such-package==1"), 0);
    String message = "";
    try {
      environments().python(missing, progress::add);
    } catch (EnvironmentException e) {
      message = String.valueOf(e.getMessage());
    }
    String script =
        message
            .lines()
            .dropWhile(line -> !line.endsWith("by hand:"))
            .skip(1)
            .reduce("", (a, b) -> a + b.strip() + "\n");
    Path list;
    try (Stream<Path> files = Files.list(cache.resolve("python"))) {
      list = files.filter(file -> file.toString().endsWith(".txt")).findFirst().orElseThrow();
    }
    Files.writeString(list, ""); // The user found out which line was wrong.

    var result = new Command("sh", "-ec", script).run(System.getenv(), Duration.ofMinutes(1));

    assertThat(result.exitCode()).as(script + result.lastLines()).isZero();
    assertThat(environments().existing(missing)).isPresent();
  }

  @Test
  void uv_does_it_where_it_is_installed() throws Exception {
    Requirements onlyUv = new Requirements(List.of("uv==0.13.8"), 40);
    Path withUv = PythonEnvironments.ofUser().python(onlyUv, System.out::println);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.merge(
        "PATH", withUv.resolveSibling("").toString(), (path, uv) -> uv + File.pathSeparator + path);

    Path python =
        new PythonEnvironments(cache, new PythonFinder(environment)).python(SMALL, progress::add);

    assertThat(Files.readString(Platform.directoryOf(python).resolve("pyvenv.cfg")))
        .contains("uv = 0.13.8");
    assertThat(Workers.output(python, "-c", "import py4j; print(py4j.__version__)"))
        .containsExactly("0.10.9.9");
  }

  private PythonEnvironments environments() {
    return new PythonEnvironments(cache, new PythonFinder(System.getenv()));
  }

  private static String withoutUv(String path) {
    return Stream.of(path.split(File.pathSeparator))
        .filter(directory -> !Files.exists(Path.of(directory, "uv")))
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElse("");
  }
}
