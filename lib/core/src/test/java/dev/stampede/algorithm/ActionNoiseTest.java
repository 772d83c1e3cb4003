package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.SplitMix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ActionNoiseTest {
  private static final int N = 400_000;

  /** Of x ← (1 − θ)x + σN: variance σ²/(1 − (1 − θ)²), and (1 − θ)^k between k steps. */
  @Test
  void a_process_that_falls_back_has_the_variance_and_correlations_of_theory() {
    double[] x = path(new ActionNoise(0.15, 0.2));

    double variance = 0.2 * 0.2 / (1 - 0.85 * 0.85);
    assertThat(covariance(x, 0)).isCloseTo(variance, within(0.02 * variance));
    for (int k : new int[] {1, 5, 20}) {
      assertThat(covariance(x, k) / variance).isCloseTo(Math.pow(0.85, k), within(0.02));
    }
  }

  @Test
  void gaussian_noise_is_independent_from_step_to_step() {
    double[] x = path(ActionNoise.gaussian(0.3));

    assertThat(covariance(x, 0)).isCloseTo(0.09, within(0.001));
    assertThat(covariance(x, 1)).isCloseTo(0, within(0.001));
  }

  @Test
  void it_starts_at_0_and_again_with_each_episode() {
    ActionNoise.OfThread noise = new ActionNoise(0.15, 0.2).start(new SplitMix(1), 2);
    SplitMix same = new SplitMix(1);
    double first = 0.2 * same.nextGaussian();
    double second = 0.2 * same.nextGaussian();
    float[] mu = {0.5f, -0.5f};

    assertThat(noise.addedTo(mu))
        .containsExactly((float) (0.5f + (float) first), -0.5f + (float) second);
    assertThat(mu).as("left as it was").containsExactly(0.5f, -0.5f);
    double third = first + 0.2 * same.nextGaussian() - 0.15 * first;
    same.nextGaussian();
    assertThat(noise.addedTo(mu)[0]).isEqualTo(0.5f + (float) third);
    noise.restart();
    assertThat(noise.addedTo(mu)[0]).isEqualTo(0.5f + (float) (0.2 * same.nextGaussian()));
  }

  @Test
  void it_goes_on_from_what_was_saved() throws IOException {
    ActionNoise.OfThread noise = new ActionNoise(0.15, 0.2).start(new SplitMix(1), 1);
    noise.addedTo(new float[1]);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    noise.save(new DataOutputStream(bytes));
    float next = noise.addedTo(new float[1])[0];
    SplitMix random = new SplitMix(1);
    random.nextGaussian();
    ActionNoise.OfThread resumed = new ActionNoise(0.15, 0.2).start(random, 1);
    resumed.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertThat(resumed.addedTo(new float[1])[0]).isEqualTo(next);
  }

  @Test
  void numbers_that_make_no_process_are_refused() {
    assertThatThrownBy(() -> new ActionNoise(0, 0.2)).hasMessageContaining("expected θ in (0, 1]");
    assertThatThrownBy(() -> new ActionNoise(0.1, -1)).hasMessageContaining("σ = -1.0");
  }

  private static double[] path(ActionNoise noise) {
    ActionNoise.OfThread process = noise.start(new SplitMix(7), 1);
    double[] x = new double[N];
    for (int i = 0; i < N; i++) {
      x[i] = process.addedTo(new float[1])[0];
    }
    return x;
  }

  /** Around 0, between numbers that are k steps apart. */
  private static double covariance(double[] x, int k) {
    double sum = 0;
    for (int i = k; i < x.length; i++) {
      sum += x[i] * x[i - k];
    }
    return sum / (x.length - k);
  }
}
