package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentNameTest {
  @Test
  void a_text_is_taken_apart() {
    EnvironmentName name =
        EnvironmentName.parse(
            " a.b:Id-v0( x=-5.0,y = true, s=\"(a, \\\"b\\\" | c)\", l=[1, {\"k\": null}] )"
                + " | TimeLimit(max_episode_steps=7) | my:Wrapper");

    assertThat(name.id()).isEqualTo("a.b:Id-v0");
    assertThat(name.options()).containsOnlyKeys("x", "y", "s", "l");
    assertThat(name.options()).containsEntry("x", -5.0).containsEntry("y", true);
    assertThat(name.options()).containsEntry("s", "(a, \"b\" | c)");
    assertThat(name.options().get("l")).asString().isEqualTo("[1, {k=null}]");
    assertThat(name.wrappers())
        .containsExactly(
            new EnvironmentName.Wrapping("TimeLimit", Map.of("max_episode_steps", 7)),
            new EnvironmentName.Wrapping("my:Wrapper", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CartPole",
        "ALE/Pong-v5",
        "dir with space/my_env.py:MyEnv",
        "Downloads (1)/my env.py:MyEnv(size=3) | B",
        "A-v0(x=Infinity, y=-Infinity)",
        "A-v0(x=1, y=\"z\", list=[1,2.5,null], inner={\"a\":{\"b\":false}})",
        "A-v0 | B | C(k=-1.0E-9)",
        "A-v0(x=1) | B(y=[]) | C"
      })
  void a_text_that_is_written_so_comes_back_as_it_was(String text) {
    assertThat(EnvironmentName.parse(text)).hasToString(text);
  }

  @Test
  void empty_brackets_are_none() {
    assertThat(EnvironmentName.parse("A-v0( ) | B()")).hasToString("A-v0 | B");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``; the name of an environment; 1",
        "A(; option=value; 3",
        "A(x; option=value; 3",
        "A(x=); a value as in JSON (a text in double quotes); 5",
        "A(x=word); a value as in JSON (a text in double quotes); 5",
        "A(x=1 y=2); a value as in JSON (a text in double quotes); 5",
        "A(x=[1); a value as in JSON (a text in double quotes); 5",
        "A(x=1; \",\" or \")\"; 6",
        "A(x=1, ); option=value; 8",
        "A |; the name of a wrapper; 4",
        "A | | B; the name of a wrapper; 5",
        "A(x=1) B; the end, \"(\" or \"|\"; 8"
      })
  void what_is_written_otherwise_is_refused_with_the_place(String text, String what, int at) {
    assertThatThrownBy(() -> EnvironmentName.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "environment \"%s\": expected %s at character %d, \"%s\"; for example:"
                    .formatted(text, what, at, text.substring(at - 1))
                + " LunarLander-v3(gravity=-5.0) | TimeAwareObservation");
  }

  @Test
  void a_name_changes_by_making_another() {
    EnvironmentName name = EnvironmentName.parse("A(x=1, y=2) | B");

    assertThat(name.with("x", 3).with("z", List.of("t"))).hasToString("A(x=3, y=2, z=[\"t\"]) | B");
    assertThat(name.without("x").without("nothing")).hasToString("A(y=2) | B");
    assertThat(name.wrapped("C", Map.of("k", true))).hasToString("A(x=1, y=2) | B | C(k=true)");
    assertThat(name).hasToString("A(x=1, y=2) | B");
  }

  @Test
  void a_typed_value_is_json_or_else_a_text() {
    List<Object> values =
        Arrays.asList(
            EnvironmentName.value("1"),
            EnvironmentName.value("-2.5"),
            EnvironmentName.value("true"),
            EnvironmentName.value("False"),
            EnvironmentName.value("[1]"),
            EnvironmentName.value("NaN"),
            EnvironmentName.value("rgb_array"));

    assertThat(values).containsExactly(1, -2.5, true, false, List.of(1), Double.NaN, "rgb_array");
  }

  @Test
  void an_environment_without_options_says_so() {
    EnvironmentName.parse("CartPole").requirePlain();

    assertThatThrownBy(() -> EnvironmentName.parse("CartPole(x=1)").requirePlain())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("CartPole takes neither options nor wrappers, but \"CartPole(x=1)\" has some");
  }
}
