package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A2C;
import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.algorithm.ActorCritic;
import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.LossInputs;
import dev.stampede.algorithm.LossTerm;
import dev.stampede.algorithm.Policy;
import dev.stampede.algorithm.Rollout;
import dev.stampede.algorithm.RolloutLoss;
import dev.stampede.result.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses, heads, networks and whole algorithms of the user's own. */
@Timeout(120)
class OwnAlgorithmTest {
  private static final double GAMMA = 0.99;

  /** A3C as a user would write it. */
  private record Mine(int tMax, double beta) implements ActorCritic {
    @Override
    public void run(ActorLearner actor) {
      Policy policy = Policy.over(actor.actionSpace());
      Rollout rollout = new Rollout(tMax);
      RolloutLoss loss = in -> papers(in, beta);
      while (actor.running()) {
        actor.sync();
        rollout.collect(actor, policy);
        double R = rollout.terminated() ? 0 : actor.act()[policy.outputs()];
        for (int i = rollout.size() - 1; i >= 0; i--) {
          R = rollout.reward(i) + GAMMA * R;
          rollout.setTarget(i, R);
        }
        loss.update(actor, policy, rollout);
      }
    }

    @Override
    public int rolloutLength() {
      return tMax;
    }
  }

  private static LossTerm papers(LossInputs in, double beta) {
    return in.policy().plus(in.value().times(0.5)).minus(in.entropy().times(beta));
  }

  /** The same loss, written with arrays alone. */
  private static LossTerm papersWithArrays(LossInputs in, double beta) {
    NDArray logPi = in.logProbabilities();
    NDArray policy = logPi.mul(in.advantages()).sum().neg();
    NDArray value = in.returns().sub(in.values()).square().sum().mul(0.25);
    NDArray all = in.policyOutputs().logSoftmax(1);
    NDArray entropy = all.exp().mul(all).sum().neg();
    return in.term(policy).plus(value).minus(entropy.mul(beta));
  }

  private static Experiment.Builder repeatable(Preset preset, String env) {
    return Experiment.of().algorithm(preset).env(env).threads(1).steps(5_000).deterministic(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CartPole", "Catch", "Pendulum"})
  void the_papers_sum_written_as_ones_own_changes_no_bit(String env) {
    double beta = env.equals("Pendulum") ? 1e-4 : 0.01;
    Run expected = repeatable(A3C, env).build().run();
    Run actual = repeatable(A3C.lossOf(in -> papers(in, beta)), env).build().run();

    assertThat(actual.theta().orElseThrow()).isEqualTo(expected.theta().orElseThrow());
    assertThat(actual.learning().get(3).valueLoss())
        .isEqualTo(expected.learning().get(3).valueLoss());
    assertThat(actual.algorithm().differencesFromPaper().toString())
        .contains("loss: a sum of the user's own instead of the sum of the paper");
  }

  @Test
  void a_whole_algorithm_of_ones_own_does_what_a3c_does_bit_for_bit() {
    Preset mine = Algorithms.own("mine", new Mine(5, 0.01)).set(Knob.ANNEAL_STEPS, "300000");
    Run expected = repeatable(A3C, "CartPole").build().run();
    Run actual = repeatable(mine, "CartPole").build().run();

    assertThat(actual.theta().orElseThrow()).isEqualTo(expected.theta().orElseThrow());
    assertThat(actual.algorithm().differencesFromPaper()).isEmpty();
  }

  static Stream<Preset> networks() {
    return Stream.of(
        A3C.hidden(8),
        A3C.layers(
            layers -> {
              layers.tanh();
              layers.dense(8);
              layers.lstm(4);
            }),
        A3C.hidden(8).set("fused", "no"));
  }

  /** Over a few updates only: rounding grows from there. */
  @ParameterizedTest
  @MethodSource("networks")
  void a_loss_of_arrays_has_the_gradient_of_the_closed_form(Preset preset) {
    float[] expected = after(100, preset.lossOf(in -> papers(in, 0.01)));
    float[] actual = after(100, preset.lossOf(in -> papersWithArrays(in, 0.01)));

    for (int k = 0; k < expected.length; k++) {
      assertThat(actual[k]).isCloseTo(expected[k], within(2e-4f));
    }
  }

  private static float[] after(int steps, Preset preset) {
    return repeatable(preset, "CartPole").steps(steps).build().run().theta().orElseThrow();
  }

  @Test
  void the_density_of_numbers_can_be_differentiated_as_well() {
    RolloutLoss closed = LossInputs::policy;
    RolloutLoss arrays = in -> in.term(in.logProbabilities().mul(in.advantages()).sum().neg());
    float[][] theta =
        Stream.of(closed, arrays)
            .map(loss -> repeatable(A3C.lossOf(loss), "Pendulum").steps(60).build().run())
            .map(run -> run.theta().orElseThrow())
            .toArray(float[][]::new);

    for (int k = 0; k < theta[0].length; k++) {
      assertThat(theta[1][k]).isCloseTo(theta[0][k], within(2e-4f));
    }
  }

  @Test
  void a_head_learns_what_its_term_asks_of_it() {
    double[] late = new double[2]; // The head's error, and that of 0.
    int[] count = new int[1];
    Preset preset =
        A3C.head("again", 4)
            .lossOf(
                in -> {
                  NDArray seen = in.observations();
                  NDArray again = in.head("again");
                  if (count[0]++ > 3_000) {
                    late[0] += again.sub(seen).square().mean().toFloatArray()[0];
                    late[1] += seen.square().mean().toFloatArray()[0];
                  }
                  return in.mse(again, seen);
                });
    Run run = repeatable(preset, "CartPole").steps(20_000).build().run();

    assertThat(late[0]).isPositive().isLessThan(0.1 * late[1]);
    assertThat(run.algorithm().heads()).containsExactly(Map.entry("again", 4));
  }

  @Test
  void the_state_that_follows_is_the_next_steps() {
    List<float[]> wrong = new ArrayList<>();
    Preset preset =
        A3C.lossOf(
            in -> {
              float[] seen = in.observations().toFloatArray();
              float[] next = in.next().toFloatArray();
              boolean same = Arrays.equals(seen, 4, seen.length, next, 0, next.length - 4);
              if (!same || next.length != 4 * in.rollout().size()) {
                wrong.add(next);
              }
              return papers(in, 0.01);
            });
    repeatable(preset, "CartPole").steps(2_000).build().run();

    assertThat(wrong).isEmpty();
  }

  @Test
  void a_network_in_words_is_the_usual_one_bit_for_bit(@TempDir Path out) {
    Preset words =
        A3C.layers(
            layers -> {
              layers.tanh();
              layers.dense(64);
            });
    Run actual = repeatable(words, "CartPole").out(out).build().run();
    Run expected = repeatable(A3C, "CartPole").build().run();

    assertThat(actual.theta().orElseThrow()).isEqualTo(expected.theta().orElseThrow());
    assertThat(RunDirectory.read(out).at("/algorithm/networkOfOnesOwn").asBoolean()).isTrue();
  }

  @Test
  void a_run_of_ones_own_goes_on_where_its_parts_are_given_again(@TempDir Path out) {
    RolloutLoss loss = in -> papers(in, 0.01);
    Preset mine = Algorithms.own("mine", new Mine(5, 0.01));
    Experiment.of().algorithm(mine).steps(1_000).out(out).build().run();
    assertThatThrownBy(() -> Experiment.resume(out).steps(2_000).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("files cannot hold it: give it again with algorithm(the same one)");
    Run more = Experiment.resume(out).algorithm(mine).steps(2_000).build().run();
    assertThat(more.steps()).isGreaterThanOrEqualTo(2_000);
    JsonNode json = RunDirectory.read(out);
    assertThat(json.at("/algorithm/algorithmOfOnesOwn").asBoolean()).isTrue();
    assertThatThrownBy(() -> TrainedPolicy.of(out))
        .hasMessageContaining("an algorithm of the user's own, which files cannot hold");

    Path other = out.resolve("loss");
    Preset withHead = A3C.head("x", 3).lossOf(loss);
    Experiment.of().algorithm(withHead).steps(1_000).out(other).build().run();
    assertThatThrownBy(() -> Experiment.resume(other).build())
        .hasMessageContaining("loss of the user's own")
        .hasMessageContaining("give it again with algorithm(….lossOf(…)");
    Experiment.resume(other).algorithm(withHead).steps(2_000).build().run();
    assertThat(TrainedPolicy.of(other).evaluate(Optional.empty(), 2, 1, true, line -> {}))
        .hasSize(2);
  }

  @Test
  void many_threads_learn_by_a_loss_of_arrays() {
    Run run =
        Experiment.of()
            .algorithm(A3C.lossOf(in -> papersWithArrays(in, 0.01)))
            .threads(4)
            .steps(20_000)
            .build()
            .run();

    assertThat(run.updates()).isGreaterThan(3_000);
    assertThat(run.meanReturn100()).isGreaterThan(25); // Of 20 at random.
  }

  @Test
  void what_does_not_fit_is_refused_in_words() {
    assertThatThrownBy(() -> A2C.lossOf(LossInputs::policy)).hasMessageContaining("expected A3C");
    assertThatThrownBy(() -> A3C.lossOf(LossInputs::policy).entropy(0.1))
        .hasMessageContaining("the loss is a sum of your own; its weights stand there");
    assertThatThrownBy(() -> A3C.head("a", 1).head("a", 2)).hasMessageContaining("a new name");
    assertThatThrownBy(() -> A3C.head("a", 1).layers(layers -> layers.dense(4)))
        .hasMessageContaining("expected all heads in one place, but there are [a]");
    assertThatThrownBy(() -> A3C.layers(layers -> layers.head("a", 4, hidden -> {})).head("b", 2))
        .hasMessageContaining("expected all heads in one place, but there are [a]");
    assertThatThrownBy(() -> Algorithms.own("a3c", new Mine(5, 0)))
        .hasMessageContaining("a name that no other has");
    assertFails(NStepQ.head("next", 4), "head: expected a loss that reads [next]");
    assertFails(A3C.lossOf(in -> in.term(in.values())), "expected one number", "sum() or mean()");
    assertFails(A3C.lossOf(in -> in.term(in.returns().sum())), "does not depend on them");
    assertFails(A3C.lossOf(in -> in.mse(in.values(), in.next())), "two arrays of one shape");
    assertFails(A3C.lossOf(in -> in.term(in.head("x").sum())), "there is no head \"x\"");
    assertFails(
        A3C.lossOf(in -> in.term(in.values().sum().mul(Double.NaN))), "the loss is NaN", "other");
    assertFails(
        A3C.layers(layers -> layers.conv(4, 3, 1)), "conv: expected pictures of three dimensions");
    assertThatThrownBy(
            () ->
                A3C.layers(
                    layers -> {
                      layers.dense(4);
                      layers.conv(4, 3, 1);
                    }))
        .hasMessageContaining("conv: expected it before all dense layers");
  }

  private static void assertFails(Preset preset, String... words) {
    assertThatThrownBy(() -> Experiment.of().algorithm(preset).steps(1_000).build().run())
        .hasStackTraceContaining(words[0])
        .satisfies(
            e -> {
              for (String word : words) {
                assertThat(e).hasStackTraceContaining(word);
              }
            });
  }
}
