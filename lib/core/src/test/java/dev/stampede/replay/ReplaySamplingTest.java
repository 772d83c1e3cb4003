package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplaySamplingTest {
  private static final int DRAWS = 1_000_000;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6, 1})
  void draws_in_proportion_to_priority_to_the_alpha(double alpha) {
    int count = 2000;
    double[] priorities = priorities(count, 1);
    try (Replay replay = Replay.prioritized(Small.size(count), alpha)) {
      replay.add(Small.block(0, count), priorities);

      assertDrawn(replay, expected(priorities, alpha));
    }
  }

  @Test
  void draws_in_proportion_to_priorities_that_were_set_later() {
    int count = 1000;
    double[] now = priorities(count, 2);
    double[] later = priorities(count, 3);
    try (Replay replay = Replay.prioritized(Small.size(count), 0.7)) {
      replay.add(Small.block(0, count), now);
      Batch batch = Small.batch(200);
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 50; i++) {
        replay.draw(200, 0, random, batch);
        double[] given = new double[200];
        for (int j = 0; j < 200; j++) {
          int drawn = (int) batch.reward(j);
          now[drawn] = later[drawn];
          given[j] = later[drawn];
        }
        replay.set(PriorityMessage.of(batch, given));
      }

      assertDrawn(replay, expected(now, 0.7));
    }
  }

  @Test
  void uniform_draws_all_equally_often_with_weight_one() {
    int count = 2000;
    try (Replay replay = Replay.uniform(Small.size(count))) {
      replay.add(Small.block(0, count), priorities(count, 4));

      double[] equal = new double[count];
      Arrays.fill(equal, 1.0 / count);
      assertDrawn(replay, equal);
      Batch batch = Small.batch(100);
      replay.draw(100, 0.7, new SplittableRandom(2), batch);
      for (int j = 0; j < batch.size(); j++) {
        assertThat(batch.weight(j)).isEqualTo(1);
      }
    }
  }

  /** Blocks of 50, each with five of ten priorities in another order, so that P(priority) stays. */
  @Test
  void draws_in_proportion_while_four_others_add() throws Exception {
    double[] kinds = priorities(10, 5);
    double[] expected = expected(kinds, 0.6);
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Replay replay = Replay.prioritized(Small.size(5000), 0.6)) {
      for (int i = 0; i < 200; i++) {
        addKinds(replay, kinds, new SplittableRandom(i));
      }
      List<Future<?>> writers = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        SplittableRandom random = new SplittableRandom(100 + seed);
        writers.add(
            threads.submit(
                () -> {
                  while (!enough.get()) {
                    addKinds(replay, kinds, random);
                  }
                }));
      }
      long before = replay.added();
      assertDrawn(replay, expected);
      assertThat(replay.added()).isGreaterThan(before + 10_000);
      enough.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      enough.set(true);
      threads.shutdownNow();
    }
  }

  /** The reward says which of the priorities it has. */
  private static void addKinds(Replay replay, double[] kinds, SplittableRandom random) {
    int start = random.nextInt(kinds.length);
    Transitions block = Kinds.block(start, kinds.length, 50);
    double[] priorities = new double[50];
    for (int j = 0; j < 50; j++) {
      priorities[j] = kinds[(int) block.reward(j)];
    }
    replay.add(block, priorities);
  }

  private static double[] priorities(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return random.doubles(count, 0, 1).map(u -> u < 0.1 ? 0 : 5 * u * u).toArray();
  }

  private static double[] expected(double[] priorities, double alpha) {
    double[] p = Arrays.stream(priorities).map(d -> Math.pow(d + 1e-6, alpha)).toArray();
    double total = Arrays.stream(p).sum();
    return Arrays.stream(p).map(d -> d / total).toArray();
  }

  /**
   * Pearson's χ² over those that are expected at least 5 times; the others are counted together.
   */
  private static void assertDrawn(Replay replay, double[] expected) {
    long[] counts = counts(replay, expected.length);
    double chiSquare = 0;
    int cells = 0;
    double rare = 0;
    long rareCount = 0;
    for (int i = 0; i < counts.length; i++) {
      double mean = expected[i] * DRAWS;
      if (mean < 5) {
        rare += mean;
        rareCount += counts[i];
      } else {
        chiSquare += (counts[i] - mean) * (counts[i] - mean) / mean;
        cells++;
      }
    }
    double freedom = cells - 1;
    double quantile = // Wilson and Hilferty, 99.99 %
        freedom * Math.pow(1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom)), 3);
    assertThat(chiSquare).isLessThan(quantile);
    assertThat((double) rareCount).isCloseTo(rare, within(5 * Math.sqrt(rare) + 5));
  }

  private static long[] counts(Replay replay, int length) {
    long[] counts = new long[length];
    Batch batch = Small.batch(500);
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < DRAWS / 500; i++) {
      replay.draw(500, 0.4, random, batch);
      for (int j = 0; j < 500; j++) {
        counts[(int) batch.reward(j)]++;
      }
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.4, 1})
  void weights_are_those_of_the_definition(double beta) {
    int count = 300;
    double[] priorities = priorities(count, 6);
    double[] probabilities = expected(priorities, 0.6);
    try (Replay replay = Replay.prioritized(Small.size(count), 0.6)) {
      replay.add(Small.block(0, count), priorities);
      Batch batch = Small.batch(64);
      SplittableRandom random = new SplittableRandom(3);
      for (int i = 0; i < 100; i++) {
        replay.draw(64, beta, random, batch);
        double[] weights = new double[64];
        for (int j = 0; j < 64; j++) {
          int drawn = (int) batch.reward(j);
          weights[j] = Math.pow(count * probabilities[drawn], -beta);
          assertThat(batch.priority(j)).isEqualTo(priorities[drawn]);
        }
        double largest = Arrays.stream(weights).max().orElseThrow();
        for (int j = 0; j < 64; j++) {
          assertThat(batch.weight(j)).isCloseTo(weights[j] / largest, within(1e-9));
        }
      }
    }
  }

  @Test
  void one_is_drawn_from_each_equal_part_of_the_sum() {
    int count = 1000;
    try (Replay replay = Replay.prioritized(Small.size(count), 1)) {
      double[] equal = new double[count];
      Arrays.fill(equal, 2);
      replay.add(Small.block(0, count), equal);
      Batch batch = Small.batch(100);
      replay.draw(100, 0, new SplittableRandom(4), batch);

      for (int j = 0; j < 100; j++) {
        assertThat((int) batch.reward(j) / 10).isEqualTo(j);
      }
    }
  }

  @Test
  void the_same_seed_draws_the_same() {
    try (Replay replay = Replay.prioritized(Small.size(500), 0.6)) {
      replay.add(Small.block(0, 500), priorities(500, 7));
      Batch one = Small.batch(32);
      Batch other = Small.batch(32);
      replay.draw(32, 0.4, new SplittableRandom(5), one);
      replay.draw(32, 0.4, new SplittableRandom(5), other);

      for (int j = 0; j < 32; j++) {
        assertThat(one.reward(j)).isEqualTo(other.reward(j));
      }
    }
  }
}
