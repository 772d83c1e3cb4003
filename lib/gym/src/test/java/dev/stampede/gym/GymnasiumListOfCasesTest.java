package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The list in lib/docs/gymnasium-cases.md says what is so. */
class GymnasiumListOfCasesTest {
  private static final Path LIST = Path.of("../docs/gymnasium-cases.md");
  private static final Pattern ROW = Pattern.compile("\\| (tests/\\S* :: .+?) \\| (.+) \\|");
  private static final Pattern OURS = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Pattern COUNTS =
      Pattern.compile("(\\d+) lines, (\\d+) expressed, (\\d+) not\\s+expressible");

  private final String text = Files.readString(LIST);
  private final List<MatchResult> rows = ROW.matcher(text).results().toList();

  GymnasiumListOfCasesTest() throws IOException {}

  @Test
  void each_test_that_it_names_is_there() throws Exception {
    for (MatchResult ours : OURS.matcher(text).results().toList()) {
      assertThat(tests(Class.forName("dev.stampede.gym." + ours.group(1)))).contains(ours.group(2));
    }
  }

  @Test
  void each_test_of_a_case_is_in_it() {
    Set<String> listed =
        OURS.matcher(text).results().map(ours -> ours.group(2)).collect(Collectors.toSet());

    assertThat(
            Stream.of(GymnasiumCasesTest.class, GymnasiumVectorCasesTest.class)
                .flatMap(type -> tests(type).stream()))
        .isSubsetOf(listed);
  }

  @Test
  void each_case_has_a_test_or_a_reason_and_is_counted() {
    long expressed = rows.stream().filter(row -> OURS.matcher(row.group(2)).find()).count();
    long not = rows.stream().filter(row -> row.group(2).startsWith("not expressible: ")).count();
    MatchResult counts = COUNTS.matcher(text).results().findFirst().orElseThrow();

    assertThat(rows).extracting(row -> row.group(1)).doesNotHaveDuplicates();
    assertThat(expressed + not).isEqualTo(rows.size());
    assertThat(text.lines().filter(line -> line.startsWith("| tests/"))).hasSameSizeAs(rows);
    assertThat(counts.group()).startsWith(rows.size() + " lines, " + expressed + " expressed");
    assertThat(counts.group(3)).isEqualTo(String.valueOf(not));
  }

  private static List<String> tests(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(
            method ->
                method.isAnnotationPresent(Test.class)
                    || method.isAnnotationPresent(ParameterizedTest.class))
        .map(Method::getName)
        .toList();
  }
}
