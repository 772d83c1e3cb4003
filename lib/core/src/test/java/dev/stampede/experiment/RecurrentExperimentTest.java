package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static dev.stampede.experiment.Algorithms.OneStepQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.nn.Blocks;
import ai.djl.nn.core.Linear;
import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CorridorMemory;
import dev.stampede.nn.Networks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecurrentExperimentTest {
  /** CorridorMemory's optimum is 1; the best without memory is 0. */
  private static final double SOLVED = 0.95;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void a3c_with_lstm_cells_remembers_with_so_many_threads(int threads) {
    Run run = memory(A3C.lstm(32), 4).threads(threads).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @ParameterizedTest
  @CsvSource({"A2C, 1", "A2C, 8", "PAAC, 1", "PAAC, 8"})
  void environments_that_step_together_remember_too(String algorithm, int environments) {
    Preset preset = Algorithms.named(algorithm).lstm(32);
    Run run = memory(preset, 4).threads(environments).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void without_cells_they_do_not(int environments) {
    Run run = memory(Algorithms.A2C, 4).threads(environments).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isLessThan(0.7); // 100 fair coins are rarely better.
  }

  /** An episode of 4 steps does not fit: what the cue was must come from the rollout before. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void their_memory_outlasts_a_rollout_too(int tMax) {
    Preset preset = Algorithms.A2C.lstm(32).tMax(tMax);
    Run run = memory(preset, tMax + 1).threads(8).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void an_episode_that_is_cut_off_at_the_junction_is_remembered_too(int environments) {
    Run run =
        Experiment.of()
            .algorithm(Algorithms.A2C.lstm(32))
            .env(purpose -> new CutOff())
            .threads(environments)
            .steps(100_000)
            .until(SOLVED)
            .build()
            .run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @Test
  void what_is_remembered_outlasts_a_rollout() {
    Run run = memory(A3C.lstm(32).tMax(1), 2).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @Test
  void a3c_without_cells_does_not() {
    Run run = memory(A3C, 4).until(SOLVED).build().run();

    assertThat(run.bestMeanReturn100()).isLessThan(0.7); // 100 fair coins are rarely better.
  }

  @Test
  void numbers_as_actions_and_networks_that_share_nothing_remember_too() {
    Run run =
        Experiment.of()
            .algorithm(A3C.lstm(32))
            .env(purpose -> new Continuous())
            .steps(100_000)
            .until(SOLVED)
            .build()
            .run();

    assertThat(run.algorithm().value(Knob.VALUE_NETWORK)).isEqualTo("separate");
    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @Test
  void a_trained_policy_is_read_back_and_still_remembers(@TempDir Path folder) {
    Experiment.of()
        .algorithm(A3C.lstm(32))
        .env("CorridorMemory")
        .steps(100_000)
        .until(SOLVED)
        .out(folder)
        .build()
        .run();

    List<Double> returns =
        TrainedPolicy.of(folder).evaluate(Optional.empty(), 200, 7, true, line -> {});
    assertThat(returns.stream().mapToDouble(each -> each).average().orElseThrow())
        .isGreaterThanOrEqualTo(SOLVED);
  }

  @Test
  void a_deterministic_run_repeats_itself_bit_for_bit() {
    List<Run> runs =
        List.of(deterministic(3).run(), deterministic(3).run(), deterministic(4).run());

    assertThat(runs.get(0).theta().orElseThrow())
        .isEqualTo(runs.get(1).theta().orElseThrow())
        .isNotEqualTo(runs.get(2).theta().orElseThrow());
    assertThat(runs.get(0).evaluations().get(0).returns())
        .isEqualTo(runs.get(1).evaluations().get(0).returns());
  }

  private static Experiment deterministic(long seed) {
    return Experiment.of()
        .algorithm(A3C.lstm(16))
        .threads(1)
        .steps(3_000)
        .seed(seed)
        .evaluateEvery(1_000)
        .deterministic(true)
        .build();
  }

  @Test
  void a_recurrent_network_of_ones_own_is_enough() {
    Run run =
        memory(
                A3C.networkOf(
                    outputs ->
                        Networks.recurrent(
                            Blocks.identityBlock(),
                            32,
                            Linear.builder().setUnits(outputs).build())),
                4)
            .until(SOLVED)
            .build()
            .run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(SOLVED);
  }

  @Test
  void methods_that_learn_q_say_that_they_have_no_cells() {
    assertThatThrownBy(() -> OneStepQ.set("lstm", "256"))
        .hasMessageContaining("OneStepQ has no knob \"lstm\"")
        .hasMessageContaining("it is one of A3C, A2C, PAAC");
    Experiment recurrent =
        Experiment.of()
            .algorithm(
                NStepQ.networkOf(
                    outputs ->
                        Networks.recurrent(
                            Blocks.identityBlock(), 4, Linear.builder().setUnits(outputs).build())))
            .build();
    assertThatThrownBy(recurrent::run)
        .hasMessageContaining("NStepQ takes no recurrent network")
        .hasMessageContaining("A3C, A2C and PAAC take one");
  }

  @Test
  void cells_and_a_network_of_ones_own_do_not_go_together() {
    Experiment both =
        Experiment.of().algorithm(A3C.lstm(8).networkOf(outputs -> Blocks.identityBlock())).build();

    assertThatThrownBy(both::run).hasMessageContaining("Networks.recurrent(body, 8, head)");
    assertThatThrownBy(() -> A3C.lstm(-1)).hasMessageContaining("0 for none but got \"-1\"");
    assertThat(A3C.lstm(0).differencesFromPaper()).isEmpty();
  }

  private static Experiment.Builder memory(Preset preset, int cells) {
    return Experiment.of()
        .algorithm(preset)
        .env(purpose -> new CorridorMemory(cells))
        .steps(100_000);
  }

  /** Its last step is no end but a cut. */
  private static final class CutOff extends Wrapper {
    CutOff() {
      super(new CorridorMemory());
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      return new Step(step.observation(), step.reward(), false, step.terminated());
    }
  }

  /** Turns right for numbers above 0. */
  private static final class Continuous extends Wrapper {
    Continuous() {
      super(new CorridorMemory());
    }

    @Override
    public Space actionSpace() {
      return Space.Box.floats(new int[] {1}, -1, 1);
    }

    @Override
    public Step step(Action action) {
      return super.step(Action.of(action.numbers()[0] > 0 ? 1 : 0));
    }
  }
}
