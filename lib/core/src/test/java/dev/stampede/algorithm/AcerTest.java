package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.algorithm.Scripted.Episode;
import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step.Ending;
import dev.stampede.replay.Trajectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ACER's loss against torch's autograd, its returns against their definition, and its parts. */
class AcerTest {
  private static final double RELATIVE = 1e-6;
  private static final Space FOUR = new Space.Discrete(4);

  static List<Oracles> references() throws IOException {
    return Oracles.read("acer").records("cases");
  }

  @ParameterizedTest
  @MethodSource("references")
  void terms_and_gradient_of_a_trajectory_equal_those_of_torch(Oracles reference) {
    PolicyAndQ f = PolicyAndQ.over(new Space.Discrete(reference.whole("size")));
    ACER acer =
        acer(
            reference.number("gamma"),
            reference.number("qWeight"),
            reference.number("c"),
            Double.parseDouble(reference.text("delta")));
    float[] out = reference.floats("out");
    float[] dOut = new float[out.length];
    ActorLearner.Terms terms =
        acer.loss(
            f,
            reference.number("beta"),
            trajectory(reference),
            reference.number("last"),
            reference.floats("average"),
            out,
            dOut);

    assertClose(
        new double[] {terms.policy(), terms.value(), terms.entropy()}, reference.numbers("terms"));
    assertClose(wide(dOut), reference.numbers("dOut"));
    assertClose(
        targets(dOut, out, reference.wholes("actions"), f, reference.number("qWeight")),
        reference.numbers("retrace"));
  }

  /** The reference cases would show nothing of what they never do. */
  @Test
  void the_reference_has_weights_that_are_cut_off_and_trust_regions_that_bind() throws IOException {
    assertThat(references()).anyMatch(each -> each.whole("cut") > 0);
    assertThat(references()).anyMatch(each -> each.whole("bound") > 0);
    assertThat(references()).anyMatch(each -> each.whole("cut") == 0 && each.whole("bound") == 0);
  }

  private static Trajectory trajectory(Oracles reference) {
    int[] actions = reference.wholes("actions");
    double[] rewards = reference.numbers("rewards");
    float[][] mu = reference.rows("mu");
    Trajectory x = new Trajectory(actions.length, reference.whole("size"));
    for (int i = 0; i < actions.length; i++) {
      x.add(actions[i], wide(mu[i]), rewards[i], reference.yes("terminal"));
    }
    return x;
  }

  /** Q^ret, from ∂loss/∂Q of the actions taken. */
  private static double[] targets(
      float[] dOut, float[] out, int[] actions, PolicyAndQ f, double qWeight) {
    double[] targets = new double[actions.length];
    for (int i = 0; i < targets.length; i++) {
      int q = f.q(i * f.outputs(), actions[i]);
      targets[i] = out[q] - dOut[q] / qWeight;
    }
    return targets;
  }

  /**
   * Q^ret of rollouts as they come: cut off after k steps, ended in terminal states, truncated or
   * lost. On-policy ρ̄ is 1 but for the 10⁻⁶ beside μ, so that the sums that define Retrace have no
   * products.
   */
  @Test
  void returns_of_rollouts_of_every_ending_are_the_sums_that_define_them() {
    SplittableRandom random = new SplittableRandom(5);
    for (int repetition = 0; repetition < 200; repetition++) {
      Ending ending =
          List.of(Ending.TERMINATED, Ending.TRUNCATED, Ending.LOST).get(random.nextInt(3));
      int n = random.nextInt(1, 12);
      Episode episode = episode(random, n, ending);
      Scripted actor = new Scripted(FOUR, 5, List.of(episode));
      acer(0.9, 1, 10, 1).run(actor);

      int start = 0;
      for (Scripted.Update update : actor.updates()) {
        int end = start + update.actions().size();
        double[] returns = targets(update, episode, start);
        for (int i = start; i < end; i++) {
          boolean terminal = end == n && ending == Ending.TERMINATED;
          assertThat(returns[i - start])
              .isCloseTo(
                  expected(episode, update.actions(), start, i, end, terminal), within(1e-3));
        }
        start = end;
      }
      assertThat(start).isEqualTo(n);
      assertThat(actor.updates()).hasSize((n + 4) / 5);
    }
  }

  private static double[] targets(Scripted.Update update, Episode episode, int start) {
    PolicyAndQ f = PolicyAndQ.over(FOUR);
    int[] actions = update.actions().stream().mapToInt(Action::index).toArray();
    float[] out = new float[actions.length * f.outputs()];
    for (int i = 0; i < actions.length; i++) {
      System.arraycopy(episode.outputs()[start + i], 0, out, i * f.outputs(), f.outputs());
    }
    return targets(update.dOut(), out, actions, f, 1);
  }

  /** Q(x_i, a_i) + Σ_j γ^(j−i) (r_j + γV(x_{j+1}) − Q(x_j, a_j)). */
  private static double expected(
      Episode episode, List<Action> actions, int start, int i, int end, boolean terminal) {
    double sum = episode.outputs()[i][4 + actions.get(i - start).index()];
    for (int j = i; j < end; j++) {
      double after = j == end - 1 && terminal ? 0 : value(episode.outputs()[j + 1]);
      double q = episode.outputs()[j][4 + actions.get(j - start).index()];
      sum += Math.pow(0.9, j - i) * (episode.rewards()[j] + 0.9 * after - q);
    }
    return sum;
  }

  private static double value(float[] out) {
    double sum = 0;
    double weighted = 0;
    for (int a = 0; a < 4; a++) {
      sum += Math.exp(out[a]);
      weighted += Math.exp(out[a]) * out[4 + a];
    }
    return weighted / sum;
  }

  private static Episode episode(SplittableRandom random, int n, Ending ending) {
    float[][] outputs = new float[n + 1][8];
    for (float[] row : outputs) {
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) random.nextDouble(-2, 2);
      }
    }
    double[] uniforms = random.doubles(n + 1).toArray();
    double[] rewards = random.doubles(n, -1, 1).toArray();
    return new Episode(outputs, outputs, uniforms, new int[n + 1], rewards, ending);
  }

  /** The nearest point of the half-space, found by going downhill on a grid that gets finer. */
  @Test
  void the_trust_region_gives_the_nearest_vector_that_keeps_the_bound() {
    SplittableRandom random = new SplittableRandom(3);
    int bound = 0;
    for (int repetition = 0; repetition < 100; repetition++) {
      double[] g = {random.nextDouble(-3, 3), random.nextDouble(-3, 3)};
      double[] k = {random.nextDouble(-2, 2), random.nextDouble(-2, 2)};
      double delta = random.nextDouble(0, 2);
      double[] z = g.clone();
      TrustRegion.project(z, k, delta);

      assertThat(dot(k, z)).isLessThanOrEqualTo(delta + 1e-9);
      double[] nearest = nearestOnGrid(g, k, delta);
      assertThat(z[0]).isCloseTo(nearest[0], within(0.01));
      assertThat(z[1]).isCloseTo(nearest[1], within(0.01));
      bound += dot(k, g) > delta ? 1 : 0;
    }
    assertThat(bound).isBetween(20, 80);
  }

  private static double[] nearestOnGrid(double[] g, double[] k, double delta) {
    double[] best = new double[2]; // Always within the bound.
    double[] centre = best;
    for (double width = 8; width > 0.001; width *= 0.7) {
      for (int i = -20; i <= 20; i++) {
        for (int j = -20; j <= 20; j++) {
          double[] z = {centre[0] + width * i / 20, centre[1] + width * j / 20};
          if (dot(k, z) <= delta && distance(z, g) < distance(best, g)) {
            best = z;
          }
        }
      }
      centre = best;
    }
    return best;
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1];
  }

  private static double distance(double[] a, double[] b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  @Test
  void an_infinite_trust_region_or_no_divergence_leaves_the_gradient() {
    double[] g = {1, -2, 3};
    TrustRegion.project(g, new double[] {5, 5, 5}, Double.POSITIVE_INFINITY);
    TrustRegion.project(g, new double[3], 0);

    assertThat(g).containsExactly(1, -2, 3);
  }

  /** By Pearson's chi-square over the numbers that are expected at least five times. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 1, 4, 30})
  void poisson_draws_come_as_often_as_the_distribution_has_it(double mean) {
    SplittableRandom random = new SplittableRandom(11);
    int draws = 100_000;
    int[] counts = new int[200];
    for (int i = 0; i < draws; i++) {
      counts[Poisson.draw(mean, random)]++;
    }
    double chiSquare = 0;
    int cells = 0;
    double probability = Math.exp(-mean);
    for (int n = 0; n < counts.length; n++) {
      double expected = draws * probability;
      if (expected >= 5) {
        chiSquare += (counts[n] - expected) * (counts[n] - expected) / expected;
        cells++;
      }
      probability *= mean / (n + 1);
    }

    assertThat(chiSquare).isLessThan(cells + 5 * Math.sqrt(2.0 * cells));
    assertThat(mean == 0 ? counts[0] : draws).isEqualTo(draws);
  }

  @Test
  void the_outlook_of_a_state_is_its_policy_and_the_mean_of_its_action_values() {
    float[] out = {0, (float) Math.log(3), 10, 20};
    Outlook outlook = acer(0.9, 1, 10, 1).outlook(new Space.Discrete(2), out);

    assertThat(outlook.numbers().get(0)).isCloseTo(0.25, within(1e-6));
    assertThat(outlook.numbers().get(1)).isCloseTo(0.75, within(1e-6));
    assertThat(outlook.value()).isCloseTo(17.5, within(1e-5));
    assertThat(outlook.kind()).isEqualTo(Outlook.Kind.PROBABILITIES);
  }

  @Test
  void the_gradient_of_the_value_equals_finite_differences() {
    SplittableRandom random = new SplittableRandom(2);
    ACER acer = acer(0.9, 1, 10, 1);
    float[] out = new float[8];
    for (int k = 0; k < out.length; k++) {
      out[k] = (float) random.nextDouble(-2, 2);
    }
    float[] dOut = new float[out.length];
    acer.valueGradient(FOUR, out, dOut);

    for (int k = 0; k < out.length; k++) {
      float[] more = out.clone();
      float[] less = out.clone();
      more[k] += 0.01f;
      less[k] -= 0.01f;
      double difference = acer.outlook(FOUR, more).value() - acer.outlook(FOUR, less).value();
      assertThat((double) dOut[k]).isCloseTo(difference / 0.02, within(1e-3));
    }
  }

  @Test
  void numbers_as_actions_are_refused() {
    assertThatThrownBy(() -> acer(0.9, 1, 10, 1).outputs(Space.Box.floats(2)))
        .hasMessageContaining("need a choice of actions");
  }

  private static ACER acer(double gamma, double qWeight, double c, double delta) {
    PerThread beta = PerThread.of(0.0);
    return new ACER(gamma, beta, qWeight, 5, 0, new TrajectoryUse(100, 10, false), c, delta, 0.99);
  }

  private static double[] wide(float[] numbers) {
    double[] wide = new double[numbers.length];
    Arrays.setAll(wide, i -> numbers[i]);
    return wide;
  }

  /** Each number by itself: a large one must not hide a small one. */
  private static void assertClose(double[] actual, double[] expected) {
    List<String> wrong = new ArrayList<>();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= RELATIVE * (1 + Math.abs(expected[i])))) {
        wrong.add("number " + i + ": " + actual[i] + ", not " + expected[i]);
      }
    }
    assertThat(wrong).isEmpty();
  }
}
