package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Frame;
import dev.stampede.record.Strips.Strip;
import dev.stampede.record.Strips.Style;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripsTest {
  private static final Frame PICTURE = Frames.of(336, 320, (x, y) -> x * 31 + y);
  private static final int BLUE = 0x56B4E9;
  private static final int ORANGE = 0xE69F00;

  @ParameterizedTest
  @ValueSource(ints = {336, 480, 640, 1280})
  void the_picture_stays_and_the_size_suits_a_video(int width) {
    Frame picture = Frames.of(width, 320, (x, y) -> x * 31 + y);
    Strips strips =
        new Strips(List.of(new Strip("A", Style.LINES, 1), new Strip("B", Style.SHARES, 2)));

    Frame none = strips.below(picture);
    strips.add(List.of(new double[] {1}, new double[] {0.5, 0.5}));
    Frame one = strips.below(picture);

    assertThat(one.width()).isEqualTo(width);
    assertThat(one.height() % 2).isZero();
    assertThat(one.height()).isEqualTo(none.height());
    assertThat(one.rgb()).startsWith(picture.rgb()).isNotEqualTo(none.rgb());
  }

  @Test
  void shares_take_their_part_of_the_height_without_a_seam() {
    Strips strips = new Strips(List.of(new Strip("A", Style.SHARES, 2)));
    for (int t = 0; t < 7; t++) {
      strips.add(List.of(new double[] {0.25, 0.75}));
    }

    Frame frame = strips.below(PICTURE);

    long blue = count(frame, BLUE);
    long orange = count(frame, ORANGE);
    assertThat((double) orange / blue).isBetween(2.7, 3.3);
    int row = rowOf(frame, BLUE);
    assertThat(java.util.stream.IntStream.range(8, 110).map(x -> Frames.color(frame, x, row)))
        .containsOnly(BLUE);
  }

  @Test
  void a_line_that_rises_ends_at_the_top_and_an_episode_begins_anew() {
    Strips strips = new Strips(List.of(new Strip("A", Style.LINES, 1)));
    Frame empty = strips.below(PICTURE);
    for (int t = 0; t < 400; t++) {
      strips.add(List.of(new double[] {t}));
    }

    Frame frame = strips.below(PICTURE);

    assertThat(column(frame, 320)).as("at the right").isLessThan(column(frame, 60) - 10);
    strips.clear();
    assertThat(strips.below(PICTURE).rgb()).isEqualTo(empty.rgb());
  }

  @Test
  void a_strip_that_knows_nothing_yet_is_empty() {
    Strips strips = new Strips(List.of(new Strip("A", Style.LINES, 1)));
    Frame empty = strips.below(PICTURE);

    strips.add(List.of(new double[0]));

    assertThat(strips.below(PICTURE).rgb()).isEqualTo(empty.rgb());
  }

  @Test
  void heat_is_red_where_it_matters_most_and_grey_where_it_does_not() {
    Frame marked = new Heat(2, 1, new float[] {0, 3}).over(Frames.plain(10, 10, 0x3060C0));

    assertThat(Frames.color(marked, 0, 0)).isEqualTo(0x707070);
    assertThat(Frames.color(marked, 9, 9)).isEqualTo(0xFF0000);
    assertThat(new Heat(1, 1, new float[1]).over(PICTURE).rgb()).hasSameSizeAs(PICTURE.rgb());
  }

  private static long count(Frame frame, int color) {
    long count = 0;
    for (int y = 340; y < frame.height(); y++) { // Below titles and legend.
      for (int x = 0; x < frame.width(); x++) {
        count += Frames.color(frame, x, y) == color ? 1 : 0;
      }
    }
    return count;
  }

  /** A row well within what has this colour. */
  private static int rowOf(Frame frame, int color) {
    int row = frame.height() - 1;
    while (Frames.color(frame, 20, row) != color) {
      row--;
    }
    return row - 2;
  }

  /** The highest row below the title in which the line is at this place. */
  private static int column(Frame frame, int x) {
    int row = 345;
    while ((Frames.color(frame, x, row) & 0xFF) < 0xA0) {
      row++;
    }
    return row;
  }
}
