package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Space;
import dev.stampede.env.Step.Ending;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole algorithms on episodes of every length that end in every way, so that a terminal, truncated
 * or unfinished state comes at each place of a rollout. The reference has its own formulas for
 * n-step, one-step and λ-returns, and its gradients by torch's autograd.
 */
class ReturnsReferenceTest {
  private static final long TARGET_INTERVAL = 40_000;

  static List<Oracles> cases() throws IOException {
    return Oracles.read("returns").records("cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rollouts_targets_and_gradients_equal_those_of_the_reference(Oracles reference)
      throws IOException {
    Oracles script = Oracles.read("returns");
    Space actions = new Space.Discrete(script.whole("actions"));
    int tMax = script.whole("tMax");
    AsynchronousAlgorithm algorithm = algorithm(reference, tMax);
    int width = algorithm.outputs(actions);
    Scripted actor =
        new Scripted(
            actions,
            tMax,
            script.records("episodes").stream().map(each -> episode(each, width)).toList());
    algorithm.run(actor);

    assertThat(actor.updates().stream().mapToInt(update -> update.actions().size()))
        .containsExactly(boxed(reference.wholes("lengths")));
    double[] expected = reference.numbers("dOut");
    assertThat(actor.gradients()).containsExactly(expected, within(1e-6));
    double[] terms = new double[3];
    for (Scripted.Update update : actor.updates()) {
      terms[0] += update.terms().policy();
      terms[1] += update.terms().value();
      terms[2] += update.terms().entropy();
    }
    assertThat(terms).containsExactly(reference.numbers("terms"), within(1e-5));
    if (algorithm.usesTarget()) {
      assertThat(actor.refreshes()).hasSameSizeAs(actor.updates()).containsOnly(TARGET_INTERVAL);
    } else {
      assertThat(actor.refreshes()).isEmpty();
    }
  }

  private static AsynchronousAlgorithm algorithm(Oracles of, int tMax) {
    EpsilonGreedy random = new EpsilonGreedy(List.of(1.0), List.of(1.0), 1, false);
    double gamma = of.number("gamma");
    double weight = of.number("valueWeight");
    long interval = TARGET_INTERVAL;
    return switch (of.text("algorithm")) {
      case "a3c" -> new A3C(gamma, of.number("lambda"), of.number("beta"), weight, tMax);
      case "one-step-q" ->
          new OneStepQ(gamma, weight, tMax, interval, random, of.yes("dueling"), of.yes("doubleQ"));
      case "one-step-sarsa" ->
          new OneStepSarsa(gamma, weight, tMax, interval, random, of.yes("dueling"));
      case "n-step-q" ->
          new NStepQ(gamma, weight, tMax, interval, random, of.yes("dueling"), of.yes("doubleQ"));
      default -> throw new IllegalArgumentException(of.text("algorithm"));
    };
  }

  private static Scripted.Episode episode(Oracles of, int width) {
    return new Scripted.Episode(
        cut(of.rows("outputs"), width),
        cut(of.rows("targets"), width),
        of.numbers("uniforms"),
        of.wholes("actions"),
        of.numbers("rewards"),
        Ending.valueOf(of.text("ending")));
  }

  private static float[][] cut(float[][] rows, int width) {
    return Arrays.stream(rows).map(row -> Arrays.copyOf(row, width)).toArray(float[][]::new);
  }

  private static Integer[] boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toArray(Integer[]::new);
  }
}
