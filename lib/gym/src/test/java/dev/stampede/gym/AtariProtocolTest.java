package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.EnvironmentName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AtariProtocolTest {

  @Test
  void the_papers_needs_no_options_and_another_only_its_differences() {
    assertThat(AtariProtocol.mnih2016().options()).isEmpty();
    assertThat(AtariProtocol.machado2018().options()).containsOnlyKeys("protocol");
    assertThat(AtariProtocol.machado2018().sticky(0.1).noops(30).options())
        .containsEntry("protocol", "machado2018")
        .containsEntry("sticky", 0.1)
        .containsEntry("noops", 30)
        .hasSize(3);
  }

  @Test
  void what_a_name_says_is_the_protocol_that_it_was_made_from() {
    AtariProtocol changed =
        AtariProtocol.machado2018()
            .frameSkip(3)
            .sticky(0.5)
            .fullActions(false)
            .noops(7)
            .maxFrames(999)
            .lifeLoss(true)
            .clipRewards(false);
    EnvironmentName name = EnvironmentName.parse("Pong");
    for (var option : changed.options().entrySet()) {
      name = name.with(option.getKey(), option.getValue());
    }

    assertThat(AtariProtocol.of(EnvironmentName.parse(name.toString()))).isEqualTo(changed);
    assertThat(changed)
        .isEqualTo(new AtariProtocol("machado2018", 3, 0.5, false, 7, 999, true, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Pong(stickey=0.1)        | an Atari game has no option "stickey"; it has protocol, frame_skip, sticky,
          Pong(sticky="often")     | sticky: expected a number but got often
          Pong(sticky=1)           | sticky: expected a probability of at least 0 and less than 1 but got 1.0
          Pong(noops=1.5)          | noops: expected a whole number but got 1.5
          Pong(life_loss=1)        | life_loss: expected true or false but got 1
          Pong(frame_skip=0)       | frame_skip: expected at least 1 but got 0
          Pong(protocol="mine")    | protocol: expected "mnih2016" or "machado2018" but got "mine"
          """)
  void what_there_is_not_is_refused(String name, String words) {
    assertThatThrownBy(() -> AtariProtocol.of(EnvironmentName.parse(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  @Test
  void wrappers_belong_around_gymnasiums_environments() {
    EnvironmentName name = EnvironmentName.parse("Pong | TimeLimit(max_episode_steps=9)");

    assertThatThrownBy(() -> AtariProtocol.of(name)).hasMessageContaining("take ALE/Pong-v5");
  }
}
