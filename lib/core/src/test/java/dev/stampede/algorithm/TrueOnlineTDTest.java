package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** True online TD(λ) on random features and rewards. */
class TrueOnlineTDTest {
  private static final int SIZE = 12;
  private static final double ALPHA = 0.05;

  static Stream<Arguments> seedsAndLambdas() {
    List<Arguments> all = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      for (double lambda : new double[] {0, 0.3, 0.9, 1}) {
        all.add(Arguments.of(seed, lambda));
      }
    }
    return all.stream();
  }

  /** The theorem that defines the algorithm: van Seijen and Sutton (2014). */
  @ParameterizedTest
  @MethodSource("seedsAndLambdas")
  void after_each_step_theta_is_that_of_the_online_lambda_return_algorithm(
      int seed, double lambda) {
    SplittableRandom random = new SplittableRandom(seed);
    double gamma = random.nextDouble(0.5, 1);
    DoubleWeights theta = new DoubleWeights(random.doubles(SIZE, -1, 1).toArray());
    ForwardView forward = new ForwardView(theta.theta(), gamma, lambda, ALPHA);
    TrueOnlineTD td = new TrueOnlineTD(theta, SIZE, gamma, lambda, 0);
    for (int episode = 0; episode < 3; episode++) {
      int length = random.nextInt(1, 25);
      boolean terminal = random.nextBoolean();
      double[] phi = features(random);
      for (int t = 1; t <= length; t++) {
        double R = random.nextDouble(-1, 1);
        double[] phiPrime = t == length && terminal ? new double[SIZE] : features(random);
        forward.learn(phi, R, phiPrime);
        td.learn(sparse(phi), R, sparse(phiPrime), ALPHA);

        assertThat(theta.theta()).containsExactly(forward.theta(), within(1e-10));
        phi = phiPrime;
      }
      forward.endEpisode();
      td.endEpisode();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void with_lambda_0_it_is_td_0(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] plain = random.doubles(SIZE, -1, 1).toArray();
    DoubleWeights theta = new DoubleWeights(plain.clone());
    TrueOnlineTD td = new TrueOnlineTD(theta, SIZE, 0.9, 0);
    double[] phi = features(random);
    for (int t = 0; t < 50; t++) {
      double[] phiPrime = features(random);
      double delta = t + 0.9 * ForwardView.dot(plain, phiPrime) - ForwardView.dot(plain, phi);
      for (int i = 0; i < SIZE; i++) {
        plain[i] += ALPHA * delta * phi[i];
      }

      assertThat(td.learn(sparse(phi), t, sparse(phiPrime), ALPHA)).isCloseTo(delta, within(1e-9));
      assertThat(theta.theta()).containsExactly(plain, within(1e-9));
      phi = phiPrime;
    }
  }

  @Test
  void traces_that_have_decayed_are_let_go_and_hardly_missed() {
    int states = 2_000;
    DoubleWeights exact = new DoubleWeights(new double[states + 1]);
    DoubleWeights cut = new DoubleWeights(new double[states + 1]);
    TrueOnlineTD all = new TrueOnlineTD(exact, states + 1, 1, 0.5, 0);
    TrueOnlineTD few = new TrueOnlineTD(cut, states + 1, 1, 0.5);
    Features phi = new Features();
    Features phiPrime = new Features();
    for (int s = 0; s < states; s++) {
      phi.setOnes(new int[] {s}, 0);
      phiPrime.setOnes(new int[] {s}, 1);
      all.learn(phi, 1, phiPrime, 0.1);
      few.learn(phi, 1, phiPrime, 0.1);
    }

    assertThat(few.traces()).isEqualTo(27); // 0.5^26 > 10⁻⁸ > 0.5^27
    assertThat(all.traces()).isGreaterThan(900);
    assertThat(cut.theta()).containsExactly(exact.theta(), within(1e-8));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void traces_that_stay_are_found_again_when_others_were_let_go(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int states = 60;
    DoubleWeights exact = new DoubleWeights(new double[states]);
    DoubleWeights cut = new DoubleWeights(new double[states]);
    TrueOnlineTD all = new TrueOnlineTD(exact, states, 0.9, 0.4, 0);
    TrueOnlineTD few = new TrueOnlineTD(cut, states, 0.9, 0.4);
    Features phi = new Features();
    Features phiPrime = new Features();
    int s = 0;
    for (int t = 0; t < 500; t++) {
      int next = random.nextInt(4) == 0 ? random.nextInt(states) : Math.max(0, s - 1);
      phi.setOnes(new int[] {s}, 0);
      phiPrime.setOnes(new int[] {next}, 0);
      double R = random.nextDouble();
      all.learn(phi, R, phiPrime, 0.1);
      few.learn(phi, R, phiPrime, 0.1);
      s = next;
    }

    assertThat(few.traces()).isLessThan(25);
    assertThat(cut.theta()).containsExactly(exact.theta(), within(1e-7));
  }

  @Test
  void what_was_saved_goes_on_to_the_same_bits() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    DoubleWeights theta = new DoubleWeights(random.doubles(SIZE, -1, 1).toArray());
    TrueOnlineTD td = new TrueOnlineTD(theta, SIZE, 1, 0.9);
    double[] phi = features(random);
    for (int t = 0; t < 10; t++) {
      double[] phiPrime = features(random);
      td.learn(sparse(phi), t, sparse(phiPrime), ALPHA);
      phi = phiPrime;
    }
    DoubleWeights copy = new DoubleWeights(theta.theta().clone());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    td.save(new DataOutputStream(bytes));
    TrueOnlineTD restored = new TrueOnlineTD(copy, SIZE, 1, 0.9);
    restored.learn(sparse(phi), 0, new Features(), 0); // It had traces of its own.
    restored.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    for (TrueOnlineTD each : List.of(td, restored)) {
      each.learn(sparse(phi), 2, sparse(phi), ALPHA);
      each.learn(sparse(phi), 3, new Features(), ALPHA);
    }

    assertThat(copy.theta()).isEqualTo(theta.theta());
  }

  @Test
  void a_reward_that_is_no_number_is_told_of_and_spoils_nothing() {
    DoubleWeights theta = new DoubleWeights(new double[SIZE]);
    TrueOnlineTD td = new TrueOnlineTD(theta, SIZE, 1, 0.9);
    Features phi = sparse(features(new SplittableRandom(1)));

    assertThatThrownBy(() -> td.learn(phi, Double.NaN, phi, ALPHA))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("δ is NaN (R NaN");
    assertThat(theta.theta()).containsOnly(0);
  }

  /** Real numbers, some of them 0. */
  private static double[] features(SplittableRandom random) {
    return random.doubles(SIZE, -1, 1).map(x -> random.nextInt(3) == 0 ? 0 : x).toArray();
  }

  private static Features sparse(double[] dense) {
    Features phi = new Features();
    for (int i = 0; i < dense.length; i++) {
      if (dense[i] != 0) {
        phi.add(i, dense[i]);
      }
    }
    return phi;
  }
}
