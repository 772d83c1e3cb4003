package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.nn.Moments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizerTest {
  private static final Observation NOTHING = Observation.of();
  private static final int THREADS = 8;
  private static final int ROLLOUTS = 2_000;

  @Test
  void rewards_are_divided_by_the_deviation_of_the_returns_before_their_rollout()
      throws IOException {
    Oracles reference = Oracles.read("moments");
    double[] rewards = reference.numbers("rewards");
    Normalizer normalizer =
        new Normalizer(
            new Normalization(false, true, reference.number("gamma")), new SharedMoments(0), 2);
    int at = 0;
    for (int length : reference.wholes("lengths")) {
      normalizer.begin();
      for (int i = 0; i < length; i++, at++) {
        boolean last = reference.wholes("last")[at] == 1;
        Step learned = normalizer.step(1, new Step(NOTHING, rewards[at], last, false));

        assertThat(learned.reward()).isCloseTo(reference.numbers("learned")[at], within(1e-9));
        assertThat(learned.last()).isEqualTo(last);
      }
    }
  }

  @Test
  void what_is_not_to_be_normalised_stays() {
    Normalizer normalizer = new Normalizer(Normalization.NONE, new SharedMoments(0), 1);
    Observation observation = Observation.of(1000);
    normalizer.count(observation);
    normalizer.begin();

    assertThat(normalizer.observation(observation)).isSameAs(observation);
    assertThat(normalizer.step(0, new Step(NOTHING, 5, false, false)).reward()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void no_sample_of_any_thread_is_lost(long seed) throws Exception {
    SharedMoments shared = new SharedMoments(2);
    Normalization both = new Normalization(true, true, 0.5);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<Long>> all = new ArrayList<>();
    try {
      for (int i = 0; i < THREADS; i++) {
        SplittableRandom random = new SplittableRandom(seed * THREADS + i);
        float away = i; // Each thread sees other numbers.
        all.add(threads.submit(() -> see(new Normalizer(both, shared, 1), away, random)));
      }
      long samples = 0;
      double sum = 0;
      for (int i = 0; i < THREADS; i++) {
        samples += all.get(i).get();
        sum += (double) i * all.get(i).get();
      }
      double mean = sum / samples;
      double variance = 0;
      for (int i = 0; i < THREADS; i++) {
        variance += (i - mean) * (i - mean) * all.get(i).get() / samples;
      }
      Moments moments = shared.observations();
      assertThat(moments.count()).isEqualTo(samples);
      assertThat(shared.returns().count()).isEqualTo(samples);
      assertThat(moments.mean(0)).isCloseTo(mean, within(1e-6));
      assertThat(moments.variance(0)).isCloseTo(variance, within(1e-6));
      assertThat(moments.mean(1)).isCloseTo(-mean, within(1e-6));
    } finally {
      threads.shutdownNow();
    }
  }

  /** How many samples it saw, in rollouts of 1 to 8 of them. */
  private static long see(Normalizer normalizer, float x, SplittableRandom random) {
    long samples = 0;
    for (int rollout = 0; rollout < ROLLOUTS; rollout++) {
      normalizer.begin();
      for (int left = random.nextInt(1, 9); left > 0; left--) {
        normalizer.count(Observation.of(x, -x));
        normalizer.step(0, new Step(NOTHING, x, false, false));
        samples++;
      }
    }
    normalizer.begin();
    return samples;
  }
}
