package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the Python code to its own tools: formatter, linter, tests. */
class WorkerCodeTest {
  private static final Requirements TOOLS = new Requirements(Requirements.read("tools.txt"), 60);

  @ParameterizedTest
  @ValueSource(strings = {"ruff format --check --quiet", "ruff check --quiet"})
  void ruff_has_nothing_to_say(String command) throws Exception {
    var words = new ArrayList<Object>(List.of(tools(), "-m"));
    words.addAll(List.of(command.split(" ")));
    words.addAll(
        List.of("--no-cache", "--config", "ruff.toml", "src", "../../notebooks/my_env.py"));

    var result = new Command(words.toArray()).run(System.getenv(), Duration.ofMinutes(1));

    assertThat(result.lastLines()).isEmpty();
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void its_own_tests_pass() throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    environment.put(
        "PYTHONPATH",
        String.join(
            File.pathSeparator,
            Path.of("src/main/python").toAbsolutePath().toString(),
            packagesOf(tools()).toString()));

    var result =
        new Command(
                Workers.python(), "-m", "pytest", "-q", "-p", "no:cacheprovider", "src/test/python")
            .run(environment, Duration.ofMinutes(2));

    assertThat(result.exitCode()).as(String.join("\n", result.lastLines())).isZero();
  }

  @Test
  void every_module_is_unpacked() throws IOException {
    Path unpacked = WorkerCode.unpack(Workers.CACHE).resolve(WorkerCode.PACKAGE);

    try (Stream<Path> sources = Files.list(Path.of("src/main/python", WorkerCode.PACKAGE))) {
      assertThat(sources.filter(file -> file.toString().endsWith(".py")))
          .allSatisfy(
              source ->
                  assertThat(unpacked.resolve(source.getFileName()))
                      .hasSameBinaryContentAs(source));
    }
  }

  private static Path tools() {
    return PythonEnvironments.ofUser().python(TOOLS, System.out::println);
  }

  private static Path packagesOf(Path python) throws Exception {
    String ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
    return Path.of(Workers.output(python, "-c", ask).get(0));
  }
}
