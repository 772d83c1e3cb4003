package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonDoctorTest {

  @Test
  void everything_is_well_where_the_tests_run() {
    Workers.python();

    var findings = new PythonDoctor().examine();

    assertThat(findings).allMatch(PythonDoctor.Finding::ok);
    assertThat(findings)
        .anySatisfy(finding -> assertThat(finding.detail()).contains("gymnasium 1.4.0"))
        .anySatisfy(finding -> assertThat(finding.detail()).isEqualTo("108 in ale-py"));
  }

  @Test
  void without_python_it_says_how_to_get_it(@TempDir Path empty) {
    var finder = new PythonFinder(Map.of("PATH", empty.toString()));

    var findings = new PythonDoctor(finder, new PythonEnvironments(empty, finder)).examine();

    assertThat(findings.get(0).ok()).isFalse();
    assertThat(findings.get(0).mend()).contains("install");
    assertThat(findings)
        .anySatisfy(finding -> assertThat(finding.detail()).contains("first use of Hopper-v5"));
  }
}
