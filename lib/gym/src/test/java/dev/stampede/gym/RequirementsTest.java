package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementsTest {
  private static final Requirements OURS =
      new Requirements(List.of("numpy==2.4.6  # BSD-3-Clause, 57.3 MB", "py4j==0.10.9.9"), 58);

  @Test
  void another_set_has_another_hash() {
    Requirements more = OURS.with(List.of("highway-env==1.10.1"));

    assertThat(more.hash()).isNotEqualTo(OURS.hash());
    assertThat(more.hash()).isNotEqualTo(OURS.with(List.of("highway-env==1.10.0")).hash());
    assertThat(more.hash()).isEqualTo(OURS.with(List.of("highway-env==1.10.1")).hash());
    assertThat(OURS.with(List.of())).isEqualTo(OURS);
  }

  @Test
  void licences_and_sizes_do_not_count() {
    assertThat(new Requirements(List.of("numpy==2.4.6", "py4j==0.10.9.9"), 0).hash())
        .isEqualTo(OURS.hash());
  }

  @Test
  void the_order_of_packages_does_not_count() {
    assertThat(Requirements.of("X-v0", List.of("b", "a==1 ", "b")))
        .isEqualTo(Requirements.of("X-v0", List.of("a==1", "b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"numpy==2.3.5", "NumPy>=2,<2.4", "numpy @ https://example.org/n.whl"})
  void a_version_of_the_user_replaces_ours(String line) {
    assertThat(OURS.with(List.of(line)).lines()).containsExactly("py4j==0.10.9.9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"numpy", "numpy[extra]", "numpy-groupies==1"})
  void without_one_ours_holds(String line) {
    assertThat(OURS.with(List.of(line)).lines()).isEqualTo(OURS.lines());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-r file", "--index-url=x", "a==1 --pre", "a b", "a\n-r b", "../a"})
  void what_is_no_package_is_refused(String line) {
    assertThatThrownBy(() -> Requirements.of("X-v0", List.of(line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a Python package, with or without its version")
        .hasMessageContaining("but got \"" + line.strip() + "\"");
  }
}
