package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreboardTest {
  private static final int INK = 0xF2F2EC;

  @ParameterizedTest
  @CsvSource({
    "84,84,4",
    "160,210,2",
    "480,320,1",
    "600,400,1",
    "5,10,32",
    "500,21,2",
    "2000,100,1",
    "85,85,4"
  })
  void small_pictures_are_scaled_up_by_a_whole_factor(int width, int height, int factor) {
    Frame picture = Frames.of(width, height, (x, y) -> x * 7 + y * 1031 + 1);

    Frame frame = Scoreboard.below(picture, 1, 2, 3);

    assertThat(frame.width() % 2).isZero();
    assertThat(frame.height() % 2).isZero();
    assertThat(frame.width()).isGreaterThanOrEqualTo(Math.max(336, factor * width));
    int left = (frame.width() - factor * width) / 2;
    Frame enlarged =
        Frames.of(
            factor * width,
            factor * height,
            (x, y) -> Frames.color(picture, x / factor, y / factor));
    Frame shown =
        Frames.of(factor * width, factor * height, (x, y) -> Frames.color(frame, left + x, y));
    assertThat(shown.rgb()).isEqualTo(enlarged.rgb());
  }

  @Test
  void the_strip_shows_episode_step_and_score() {
    assertThat(strip(1, 2, 3))
        .isEqualTo(strip(1, 2, 3))
        .isNotEqualTo(strip(2, 2, 3))
        .isNotEqualTo(strip(1, 3, 3))
        .isNotEqualTo(strip(1, 2, 3.5));
    assertThat(strip(1, 2, -0.25)).isNotEqualTo(strip(1, 2, 0.25));
  }

  @Test
  void the_last_digit_of_the_score_is_drawn_as_one_sees_it() {
    Frame frame = Scoreboard.below(Frames.plain(84, 84, 0), 1, 2, 17);

    StringBuilder seven = new StringBuilder();
    for (int row = 0; row < 7; row++) {
      for (int column = 0; column < 5; column++) {
        int x = frame.width() - 6 - 10 + 2 * column;
        seven.append(Frames.color(frame, x, 336 + 6 + 2 * row) == INK ? '#' : '.');
      }
      seven.append('\n');
    }
    assertThat(seven)
        .hasToString(
            """
            #####
            ....#
            ...#.
            ..#..
            .#...
            .#...
            .#...
            """);
  }

  @Test
  void nothing_runs_over_the_edge_when_numbers_are_long() {
    Frame frame = Scoreboard.below(Frames.plain(84, 84, 0), 1_000, 123_456, -123_456_789);

    for (int y = 336; y < frame.height(); y++) {
      for (int x : new int[] {0, 1, frame.width() - 2, frame.width() - 1}) {
        assertThat(Frames.color(frame, x, y)).isNotEqualTo(INK);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0.0,0",
    "-0.001,0.00",
    "12,12",
    "-21,-21",
    "0.125,0.13",
    "-1234.567,-1234.57",
    "123456.7,123457",
    "NaN,NAN",
    "-Infinity,-INF"
  })
  void scores_are_short(double score, String text) {
    assertThat(Scoreboard.number(score)).isEqualTo(text);
  }

  private static String strip(int episode, long step, double score) {
    Frame frame = Scoreboard.below(Frames.plain(84, 84, 0), episode, step, score);
    StringBuilder strip = new StringBuilder();
    for (int y = 336; y < frame.height(); y++) {
      for (int x = 0; x < frame.width(); x++) {
        strip.append(Frames.color(frame, x, y) == INK ? '#' : '.');
      }
    }
    assertThat(strip).contains("#");
    return strip.toString();
  }
}
