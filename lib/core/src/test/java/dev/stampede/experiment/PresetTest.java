package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A2C;
import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.ACER;
import static dev.stampede.experiment.Algorithms.ApexDQN;
import static dev.stampede.experiment.Algorithms.DQN;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.nn.core.Linear;
import dev.stampede.env.Space;
import dev.stampede.nn.Network;
import dev.stampede.nn.OptimizerKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresetTest {
  private static final Space.Box PIXELS = Space.Box.bytes(4, 84, 84);
  private static final Space FOUR_ACTIONS = new Space.Discrete(4);

  @Test
  void frames_and_steps_cannot_be_confused() {
    assertThat(Span.parse("40_000 frames").steps(4)).isEqualTo(10_000);
    assertThat(Span.parse("40000 steps").steps(4)).isEqualTo(40_000);
    assertThatThrownBy(() -> NStepQ.set("target-interval", "40000"))
        .hasMessageContaining("expected a number with its unit")
        .hasMessageContaining("but got \"40000\"");
    assertThatThrownBy(() -> Span.parse("0 steps")).hasMessageContaining("at least 1 steps");
    assertThat(NStepQ.targetInterval(new Span(40_000, Span.Unit.STEPS)).differencesFromPaper())
        .singleElement()
        .hasToString("target-interval: 40000 steps instead of 40000 frames (set by the user)");
  }

  @Test
  void on_atari_every_value_is_the_papers() {
    for (Preset preset : Algorithms.all()) {
      assertThat(preset.adaptedTo(PIXELS, FOUR_ACTIONS, 1_000_000).differencesFromPaper())
          .as(preset.name())
          .isEmpty();
    }
  }

  @Test
  void a_short_run_on_atari_lists_what_it_changed_and_keeps_what_the_user_set() {
    Preset preset = A3C.tMax(7).shortAtari();

    assertThat(preset.value(Knob.T_MAX)).isEqualTo("7");
    assertThat(preset.differencesFromPaper())
        .extracting(Preset.Difference::what)
        .containsExactlyInAnyOrder(
            "learning-rate", "anneal-steps", "t-max", "rms-epsilon", "initialization");
    assertThat(NStepQ.shortAtari().value(Knob.INITIALIZATION)).isEqualTo("he");
  }

  @Test
  void numbers_as_actions_get_networks_of_their_own_for_policy_and_value() {
    Preset preset = A3C.adaptedTo(Space.Box.floats(3), Space.Box.floats(1), 1_000_000);

    assertThat(preset.value(Knob.VALUE_NETWORK)).isEqualTo("separate");
    assertThat(preset.number(Knob.ENTROPY)).isEqualTo(1e-4);
    assertThat(
            A3C.entropy(0.02)
                .adaptedTo(Space.Box.floats(3), Space.Box.floats(1), 1_000_000)
                .number(Knob.ENTROPY))
        .isEqualTo(0.02);
  }

  @Test
  void small_pictures_adapt_methods_with_a_memory_to_what_its_authors_gave_dqn() {
    Space.Box grid = Space.Box.bytes(10, 10, 4);
    Preset dqn = DQN.adaptedTo(grid, FOUR_ACTIONS, 1_000_000);
    Preset apex = ApexDQN.set("minibatch", "64").adaptedTo(grid, FOUR_ACTIONS, 1_000_000);

    assertThat(dqn.settings())
        .extractingByKeys(
            Knob.NETWORK, Knob.LEARNING_RATE, Knob.REPLAY_CAPACITY, Knob.TARGET_INTERVAL)
        .extracting(Preset.Setting::value)
        .containsExactly("grid-conv", "2.5E-4", "100000", "1000 steps");
    assertThat(apex.value(Knob.MINIBATCH)).isEqualTo("64");
    assertThat(ACER.adaptedTo(grid, FOUR_ACTIONS, 1_000_000).value(Knob.REPLAY_CAPACITY))
        .as("of rollouts")
        .isEqualTo(ACER.value(Knob.REPLAY_CAPACITY));
    assertThat(apex.value(Knob.DRAWS_PER_TRANSITION)).isEqualTo("8.0");
    assertThat(A3C.adaptedTo(grid, FOUR_ACTIONS, 1_000_000).number(Knob.LEARNING_RATE))
        .isEqualTo(0.001);
  }

  @Test
  void continuous_control_is_measured_by_supplement_9() {
    Preset states = A3C.adaptedTo(Space.Box.floats(3), Space.Box.floats(1), 1_000_000);
    assertThat(states.differencesFromPaper().toString())
        .contains("lstm: 0 cells instead of 128 cells (adapted to continuous actions)")
        .contains("hidden: 64-64 units instead of 200 units")
        .doesNotContain("entropy", "value-network", "network: ");

    Preset pixels = A3C.adaptedTo(PIXELS, Space.Box.floats(1), 1_000_000);
    assertThat(pixels.differencesFromPaper())
        .extracting(Preset.Difference::what)
        .containsExactlyInAnyOrder("learning-rate", "lambda", "t-max", "rms-epsilon");
    assertThat(pixels.settings())
        .extractingByKeys(Knob.NETWORK, Knob.LSTM, Knob.VALUE_NETWORK, Knob.ENTROPY)
        .allMatch(setting -> setting.source().contains("supplement 9"))
        .extracting(Preset.Setting::value)
        .containsExactly("linear-conv", "128", "separate", "1.0E-4");
    assertThat(
            A3C.lstm(16)
                .adaptedTo(PIXELS, Space.Box.floats(1), 1_000_000)
                .differencesFromPaper()
                .toString())
        .contains("lstm: 16 cells instead of 128 cells (set by the user)");
  }

  @Test
  void networks_for_pixels_have_the_parts_that_their_knobs_say() {
    int conv = 4 * 16 * 64 + 16 + 16 * 32 * 16 + 32;
    int maps = 32 * 9 * 9;
    Preset separate = A3C.set("value-network", "separate");
    assertThat(size(A3C)).isEqualTo(conv + (maps + 1) * 256 + 257 * 3);
    assertThat(size(A3C.set("spatial-softmax", "yes"))).isEqualTo(conv + 65 * 256 + 257 * 3);
    assertThat(size(separate)).isEqualTo(2 * (conv + (maps + 1) * 256) + 257 * 3);
    assertThat(size(separate.set("network", "linear-conv").lstm(8)))
        .isEqualTo(2 * (conv + 32 * (maps + 8 + 2)) + 9 * 3);
    assertThat(size(A3C.set("network", "linear-conv").set("spatial-softmax", "yes")))
        .isEqualTo(conv + 65 * 3);
    assertThatThrownBy(() -> size(A3C.hidden(64).set("spatial-softmax", "yes")))
        .hasMessageContaining("network=small-conv or linear-conv, but the network is an mlp");
  }

  @Test
  void dueling_networks_for_pixels_have_two_streams_behind_the_convolutions() {
    int small = 4 * 16 * 64 + 16 + 16 * 32 * 16 + 32;
    int large = 4 * 32 * 64 + 32 + 32 * 64 * 16 + 64 + 64 * 64 * 9 + 64;
    Preset dqn = Algorithms.DQN.dueling();

    assertThat(size(dqn))
        .isEqualTo(large + 2 * (64 * 7 * 7 + 1) * 512 + 513 * 3); // V and two advantages.
    assertThat(size(dqn.set("network", "small-conv")))
        .isEqualTo(small + 2 * (32 * 9 * 9 + 1) * 256 + 257 * 3);
    assertThat(size(Algorithms.ApexDQN)).isEqualTo(size(dqn));
    assertThat(size(dqn.set("network", "linear-conv"))).isEqualTo(small + 3 * (32 * 9 * 9 + 1));
  }

  @Test
  void pictures_may_have_their_channels_last() {
    Space.Box colours = Space.Box.bytes(96, 96, 3);
    Preset adapted = A3C.adaptedTo(colours, Space.Box.floats(3), 1_000_000);

    assertThat(adapted.value(Knob.NETWORK)).isEqualTo("linear-conv");
    assertThat(new Network(A3C.makeNetwork(colours, 4), colours).size())
        .isEqualTo(
            new Network(A3C.makeNetwork(Space.Box.bytes(3, 96, 96), 4), Space.Box.bytes(3, 96, 96))
                .size());
  }

  @Test
  void small_pictures_have_the_network_of_MinAtar() {
    Space.Box grid = Space.Box.floats(10, 10, 4);
    Preset preset = A3C.tMax(5).adaptedTo(grid, new Space.Discrete(6), 5_000_000);

    assertThat(preset.value(Knob.NETWORK)).isEqualTo("grid-conv");
    assertThat(preset.value(Knob.T_MAX)).as("set by the user").isEqualTo("5");
    assertThat(new Network(preset.makeNetwork(grid, 7), grid).size())
        .isEqualTo(16 * 4 * 9 + 16 + (16 * 8 * 8 + 1) * 128 + 129 * 7);

    Preset dueling = Algorithms.NStepQ.dueling().adaptedTo(grid, new Space.Discrete(6), 5_000_000);
    assertThat(new Network(dueling.makeNetwork(grid, 7), grid).size())
        .isEqualTo(16 * 4 * 9 + 16 + 2 * (16 * 8 * 8 + 1) * 128 + 129 * 7);
  }

  private static int size(Preset preset) {
    return new Network(preset.makeNetwork(PIXELS, 3), PIXELS).size();
  }

  @Test
  void parts_are_set_by_name_and_by_method_alike() {
    assertThat(A3C.optimizer(OptimizerKind.SHARED_ADAM).settings())
        .isEqualTo(A3C.set("optimizer", "shared-adam").settings());
    assertThat(NStepQ.dueling().doubleQ().settings())
        .isEqualTo(NStepQ.set("dueling", "yes").set("double-q", "yes").settings());
    assertThat(A2C.isSynchronous()).isTrue();
    assertThat(A3C.isSynchronous()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.5,0.4", "1", "0.5,0.2,0.2,0.2"})
  void probabilities_that_do_not_fit_are_refused_before_anything_runs(String probabilities) {
    Preset preset = NStepQ.set("epsilon-probabilities", probabilities);

    assertThatThrownBy(() -> preset.make(4))
        .hasMessageContaining("expected a probability for each final ε, adding up to 1");
  }

  @Test
  void a_network_of_ones_own_needs_no_cells_for_continuous_control_from_pixels() {
    Preset adapted =
        Algorithms.A3C
            .networkOf(n -> Linear.builder().setUnits(n).build())
            .adaptedTo(Space.Box.bytes(4, 84, 84), Space.Box.floats(2), 1_000);

    assertThat(adapted.value(Knob.LSTM)).isEqualTo("0");
  }

  @Test
  void a_schedule_of_the_users_falls_where_the_adapted_rate_would_not() {
    Preset adapted =
        Algorithms.A3C
            .lstm(8)
            .set("learning-rate-schedule", "cosine")
            .adaptedTo(Space.Box.floats(4), new Space.Discrete(2), 500_000);

    assertThat(adapted.value(Knob.ANNEAL_STEPS)).isEqualTo("budget");
  }

  @Test
  void a_resumed_preset_adapts_as_it_did_before() {
    for (Preset preset :
        List.of(A3C, A3C.continuousControl(), A2C.continuousControl(), A3C.lstm(8))) {
      Experiment.Builder resumed = Experiment.of();
      CheckpointedSettings.give(
          CheckpointedSettings.of(
              Experiment.of().algorithm(preset).env("Pendulum").build(), 1_000_000),
          resumed);
      Space.Box numbers = Space.Box.floats(1);

      Preset before = preset.adaptedTo(Space.Box.floats(3), numbers, 1_000_000);
      Preset after = resumed.build().algorithm().adaptedTo(Space.Box.floats(3), numbers, 1_000_000);

      before
          .settings()
          .forEach(
              (knob, setting) ->
                  assertThat(after.value(knob)).as(knob.label()).isEqualTo(setting.value()));
    }
  }
}
