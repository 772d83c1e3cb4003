package dev.stampede.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.result.PaperScores.Column;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaperScoresTest {
  private final PaperScores paper = PaperScores.read();

  @ParameterizedTest
  @CsvSource({
    "A3C_FF_1_DAY, MNIH_2016_RECONSTRUCTED, 57, 344.1, 68.2",
    "A3C_FF_4_DAYS, MNIH_2016_RECONSTRUCTED, 57, 496.9, 116.7",
    "A3C_LSTM_4_DAYS, MNIH_2016_RECONSTRUCTED, 57, 623.1, 112.6",
    "A3C_FF_1_DAY, PLAIN, 57, 263.0, 60.6",
    "A3C_FF_4_DAYS, PLAIN, 57, 346.2, 114.3",
    "A3C_LSTM_4_DAYS, PLAIN, 57, 406.3, 104.7",
    "GORILA, PLAIN, 49, 215.2, 71.3"
  })
  void the_means_and_medians_of_the_paper_come_out_in_percent(
      Column column, HumanNormalisation by, int games, double mean, double median) {
    Scores scores = paper.humanNormalised(column, by);

    assertThat(scores.tasks()).isEqualTo(games);
    assertThat(100 * Aggregate.mean(scores)).isCloseTo(mean, within(0.05));
    assertThat(100 * Aggregate.median(scores)).isCloseTo(median, within(0.05));
  }

  @Test
  void the_two_formulas_differ_in_video_pinball_only() {
    Scores plain = paper.humanNormalised(Column.A3C_FF_4_DAYS, HumanNormalisation.PLAIN);
    Scores fitted =
        paper.humanNormalised(Column.A3C_FF_4_DAYS, HumanNormalisation.MNIH_2016_RECONSTRUCTED);

    for (int game = 0; game < plain.tasks(); game++) {
      assertThat(plain.score(0, game) == fitted.score(0, game))
          .isEqualTo(!paper.games().get(game).equals("video-pinball"));
    }
  }

  @Test
  void a_score_is_found_by_its_game_and_may_be_absent() {
    assertThat(paper.score("breakout", Column.A3C_FF_1_DAY)).hasValue(551.6);
    assertThat(paper.score("breakout", Column.A3C_NO_OP)).hasValue(496);
    assertThat(paper.score("berzerk", Column.GORILA)).isEmpty();
    assertThatThrownBy(() -> paper.score("Breakout", Column.HUMAN))
        .hasMessageContaining("\"Breakout\"")
        .hasMessageContaining("breakout,");
  }

  @Test
  void scores_of_no_op_starts_are_not_held_against_humans_from_human_starts() {
    assertThatThrownBy(() -> paper.humanNormalised(Column.A3C_NO_OP, HumanNormalisation.PLAIN))
        .hasMessageContaining("human starts")
        .hasMessageContaining("A3C_NO_OP");
  }
}
