package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS) // The pretended interpreters are shell scripts.
class PythonFinderTest {
  private final Path bin;

  PythonFinderTest(@TempDir Path bin) {
    this.bin = bin;
  }

  @Test
  void without_any_python_it_says_so_and_what_to_do() {
    assertThatThrownBy(() -> finder(Map.of("PATH", bin.toString())).find())
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("needs Python 3.11 to 3.14")
        .hasMessageContaining("but found no Python on the PATH")
        .hasMessageContaining("STAMPEDE_PYTHON")
        .hasMessageContaining("uv");
  }

  @Test
  void a_python_that_is_too_old_is_named_with_its_version() throws IOException {
    pretend("python3", "3.8.10");

    assertThatThrownBy(() -> finder(path()).find())
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("needs Python 3.11 to 3.14")
        .hasMessageContaining("but found Python 3.8.10 (" + bin);
  }

  @Test
  void the_first_that_is_new_enough_is_taken() throws IOException {
    pretend("python3", "3.8.10");
    pretend("python3.12", "3.12.1");
    pretend("python3.11", "3.11.2");

    assertThat(finder(path()).find()).isEqualTo(new Python(bin.resolve("python3.12"), "3.12.1"));
  }

  @Test
  void a_python_that_is_too_new_is_passed_over_or_named() throws IOException {
    pretend("python3", "3.15.0");
    pretend("python", "3.14.2");

    assertThat(finder(path()).find().version()).isEqualTo("3.14.2");
    assertThatThrownBy(() -> finder(path()).find(13))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("needs Python 3.11 to 3.13 (for newer ones its packages are not")
        .hasMessageContaining("found Python 3.15.0 (" + bin)
        .hasMessageContaining("3.14.2 (" + bin)
        .hasMessageContaining("STAMPEDE_PYTHON");
  }

  @Test
  void variables_that_show_python_other_packages_are_left_out() {
    var finder = finder(Map.of("PATH", "here", "PYTHONPATH", "there", "PYTHONHOME", "there"));

    assertThat(finder.environment()).isEqualTo(Map.of("PATH", "here"));
  }

  @Test
  void a_launcher_without_a_python_behind_it_is_passed_over() throws IOException {
    script("python3.12", "echo command not found; exit 127");
    pretend("python3", "3.11.2");

    assertThat(finder(path()).find().version()).isEqualTo("3.11.2");
  }

  @Test
  void a_choice_is_the_only_candidate() throws IOException {
    pretend("python3", "3.12.1");
    Path chosen = pretend("old", "3.9.1");

    assertThatThrownBy(
            () ->
                finder(Map.of("PATH", bin.toString(), "STAMPEDE_PYTHON", chosen.toString())).find())
        .hasMessageContaining("found Python 3.9.1");
    assertThatThrownBy(() -> finder(Map.of("STAMPEDE_PYTHON", "/no/such/python")).find())
        .hasMessageContaining("STAMPEDE_PYTHON=/no/such/python does not run");
  }

  private Map<String, String> path() {
    return Map.of("PATH", bin.toString());
  }

  private static PythonFinder finder(Map<String, String> environment) {
    return new PythonFinder(environment);
  }

  private Path pretend(String name, String version) throws IOException {
    return script(name, "echo " + version);
  }

  private Path script(String name, String line) throws IOException {
    Path script = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + line + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }
}
