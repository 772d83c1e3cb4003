package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.result.CurvePoint;
import dev.stampede.result.EpisodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpisodeLogTest {
  private static final int RECENT = EpisodeLog.BLOCK * EpisodeLog.MOST_BLOCKS;
  private static final int MANY = 20 * RECENT + 1234;

  private final EpisodeLog log = new EpisodeLog(Double.NaN, 4);

  @Test
  void keeps_all_recent_episodes_and_a_regular_part_of_the_older_ones() {
    for (int n = 0; n < MANY; n++) {
      add(n);
      log.release(n);
    }

    List<EpisodeRecord> kept = log.since(0);

    assertThat(log.size()).isEqualTo(MANY);
    assertThat(kept).hasSizeBetween(RECENT, 2 * RECENT + 1);
    assertThat(kept).allSatisfy(EpisodeLogTest::isWhole);
    int[] numbers = kept.stream().mapToInt(EpisodeLogTest::number).toArray();
    int recent = RECENT - EpisodeLog.BLOCK; // The newest block may just have been begun.
    int older = numbers.length - recent;
    assertThat(IntStream.of(numbers).skip(older).toArray())
        .isEqualTo(IntStream.range(MANY - recent, MANY).toArray());
    int stride = numbers[1] - numbers[0];
    assertThat(stride).isEqualTo(32);
    int regular = (MANY - RECENT - EpisodeLog.BLOCK) / stride; // At least so many are older.
    assertThat(IntStream.of(numbers).limit(regular).toArray())
        .isEqualTo(IntStream.range(0, regular).map(j -> j * stride).toArray());
    assertThat(kept.get(kept.size() - 1).frames()).isEqualTo(4 * 10L * (MANY - 1));
  }

  @Test
  void the_curve_has_some_hundred_points_whenever_the_run_is_stopped() {
    for (int n = 0; n < MANY; n++) {
      add(n);
      log.release(n);
      if (n == EpisodeLog.MOST_CURVE_POINTS / 2) {
        assertThat(log.curve()).hasSize(n + 1);
      }
    }

    assertThat(log.curve())
        .hasSizeBetween(EpisodeLog.MOST_CURVE_POINTS / 2, EpisodeLog.MOST_CURVE_POINTS);
    long last = log.curve().get(log.curve().size() - 1).step();
    long middle = log.curve().get(log.curve().size() / 2).step();
    assertThat((double) middle / last).isBetween(0.4, 0.6);
  }

  @Test
  void a_point_of_the_curve_knows_how_far_the_threads_lie_apart() {
    EpisodeLog three = new EpisodeLog(Double.NaN, 1);
    double[][] scores = {{1, 0}, {2, 5}, {3, 1}, {6, 5}, {30, 2}};
    for (double[] score : scores) {
      three.add(10 * (three.size() + 1), 0, (int) score[1], score[0], 10);
    }

    CurvePoint first = three.curve().get(0);
    assertThat(List.of(first.lowestThread(), first.highestThread())).containsOnly(1.0);
    CurvePoint fourth = three.curve().get(3);
    assertThat(fourth.meanReturn()).isEqualTo(3);
    assertThat(fourth.lowestThread()).isEqualTo(1);
    assertThat(fourth.highestThread()).isEqualTo(4); // Thread 5: 2 and 6.
    assertThat(three.curve().get(4).highestThread()).isEqualTo(30);
    for (int n = 0; n < 100; n++) {
      three.add(100 + n, 0, n % 2, n % 2, 1); // Of the last hundred, none is of another thread.
    }
    CurvePoint last = three.curve().get(104);
    assertThat(List.of(last.lowestThread(), last.meanReturn(), last.highestThread()))
        .containsExactly(0.0, 0.5, 1.0);
  }

  @Test
  void what_nobody_has_taken_yet_is_kept_one_by_one() {
    int taken = 0;
    List<Integer> all = new ArrayList<>();
    for (int n = 0; n < MANY; n++) {
      add(n);
      if (n % (3 * RECENT) == 0) { // Far more at a time than are kept of those released.
        List<EpisodeRecord> fresh = log.since(taken);
        fresh.forEach(episode -> all.add(number(episode)));
        taken += fresh.size();
        log.release(taken);
      }
    }
    log.since(taken).forEach(episode -> all.add(number(episode)));

    assertThat(all).isEqualTo(IntStream.range(0, MANY).boxed().toList());
  }

  @Test
  void a_part_is_given_from_any_number_on() {
    for (int n = 0; n < 2 * RECENT; n++) {
      add(n);
    }

    assertThat(log.since(RECENT + 17).stream().map(EpisodeLogTest::number))
        .isEqualTo(IntStream.range(RECENT + 17, 2 * RECENT).boxed().toList());
    assertThat(log.since(2 * RECENT)).isEmpty();
  }

  private void add(int n) {
    log.add(10L * n, n / 1024.0, n % 7, n + 0.5, n % 501);
  }

  private static int number(EpisodeRecord episode) {
    return (int) (episode.step() / 10);
  }

  private static void isWhole(EpisodeRecord episode) {
    int n = number(episode);
    assertThat(episode.score()).isEqualTo(n + 0.5);
    assertThat(episode.thread()).isEqualTo(n % 7);
    assertThat(episode.length()).isEqualTo(n % 501);
    assertThat(episode.seconds()).isEqualTo(n / 1024.0);
  }
}
