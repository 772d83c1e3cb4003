package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void offers_the_names_with_the_fewest_changes_first() {
    assertThat(Nearest.to("Brekout", List.of("Pong", "Breakout", "CartPole", "Boxing")))
        .isEqualTo("\"Breakout\", \"Boxing\" or \"CartPole\"");
  }

  @Test
  void counts_insertions_deletions_and_replacements_and_ignores_case() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("a3c", "A3C")).isZero();
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
  }
}
