package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.ApexDPG;
import static dev.stampede.experiment.Algorithms.DDPG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.classic.Pendulum;
import dev.stampede.record.Take;
import dev.stampede.record.Watched;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.LearningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deterministic policy gradients: what they learn, refuse, show and leave behind. */
class DpgTest {
  private static final List<Preset> BOTH = List.of(DDPG, ApexDPG);

  /** The task of CorridorTest, whose optima are 0.8 and 1.6, in fewer steps. */
  @ParameterizedTest(name = "{0}, {1} threads, {2}")
  @CsvSource({
    "DDPG, 1, CorridorContinuous",
    "DDPG, 4, CorridorContinuousTruncated",
    "ApexDPG, 1, CorridorContinuousTruncated",
    "ApexDPG, 4, CorridorContinuous"
  })
  void the_corridor_is_solved_to_95_percent_of_the_optimum(
      String algorithm, int threads, String env) {
    Run run =
        Experiment.of()
            .algorithm(small(Algorithms.named(algorithm)))
            .env(env)
            .threads(threads)
            .steps(8_000)
            .evaluateEvery(1_000)
            .evaluationEpisodes(1)
            .build()
            .run();

    double optimum = env.endsWith("Truncated") ? 1.6 : 0.8;
    assertThat(run.evaluations()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(run.evaluations().stream().mapToDouble(EvaluationRecord::mean).max().orElseThrow())
        .isGreaterThanOrEqualTo(0.95 * optimum);
  }

  /** Small networks and minibatches: for tests. */
  private static Preset small(Preset preset) {
    return preset
        .hidden(16, 16)
        .set("critic-hidden", "16-16")
        .set("minibatch", "16")
        .set("learning-starts", "200")
        .set("fused", "yes");
  }

  @Test
  void one_thread_is_repeatable_bit_for_bit(@TempDir Path folder) throws IOException {
    byte[] first = parametersOfSeed(1, folder.resolve("first"));

    assertThat(parametersOfSeed(1, folder.resolve("again"))).isEqualTo(first);
    assertThat(parametersOfSeed(2, folder.resolve("other"))).isNotEqualTo(first);
  }

  private static byte[] parametersOfSeed(long seed, Path out) throws IOException {
    Experiment.of()
        .algorithm(small(DDPG))
        .env("Pendulum")
        .threads(1)
        .deterministic(true)
        .seed(seed)
        .steps(1_000)
        .out(out)
        .build()
        .run();
    return Files.readAllBytes(out.resolve("parameters.safetensors"));
  }

  /** A memory of the newest transition alone is the same after a resumption. */
  @Test
  void a_resumed_run_goes_on_to_the_same_bits(@TempDir Path folder) throws IOException {
    Preset preset =
        small(DDPG).set("replay-capacity", "1").set("learning-starts", "1").set("minibatch", "2");
    Experiment.Builder builder =
        Experiment.of().algorithm(preset).env("Pendulum").threads(1).deterministic(true);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    builder.steps(1_402).out(whole).build().run();
    builder.steps(701).out(parts).build().run();
    byte[] half = Files.readAllBytes(parts.resolve("parameters.safetensors"));

    Run resumed = Experiment.resume(parts).steps(1_402).build().run();

    assertThat(resumed.updates()).isEqualTo(1_402);
    assertThat(Files.readAllBytes(parts.resolve("parameters.safetensors")))
        .isEqualTo(Files.readAllBytes(whole.resolve("parameters.safetensors")))
        .isNotEqualTo(half);
  }

  @Test
  void actions_of_a_run_keep_within_the_bounds_and_explore_all_of_them() {
    for (Preset preset : BOTH) {
      List<Float> torques = new CopyOnWriteArrayList<>();
      Experiment.of()
          .algorithm(small(preset).set("noise-sigma", "1"))
          .env(purpose -> new Noted(torques))
          .threads(2)
          .steps(1_000)
          .build()
          .run();

      assertThat(torques).hasSizeGreaterThanOrEqualTo(1_000).allMatch(u -> -2 <= u && u <= 2);
      assertThat(torques).contains(2f, -2f).anyMatch(u -> Math.abs(u) < 1);
    }
  }

  @Test
  void a_random_start_tries_all_actions_until_learning_begins_and_none_after() {
    List<Float> torques = new CopyOnWriteArrayList<>();
    Experiment.of()
        .algorithm(randomStart())
        .env(purpose -> new Noted(torques))
        .threads(1)
        .steps(400)
        .build()
        .run();

    List<Float> start = torques.subList(0, 199);
    for (int quarter = 0; quarter < 4; quarter++) {
      int from = quarter - 2;
      assertThat(start.stream().filter(u -> from <= u && u < from + 1).count())
          .as("of 199 from %d", from)
          .isBetween(25L, 75L);
    }
    assertThat(torques.subList(201, 400)).allMatch(u -> Math.abs(u) < 0.1, "of μ alone");
  }

  @Test
  void a_resumed_run_whose_memory_is_empty_does_not_begin_at_random_again(@TempDir Path folder) {
    List<Float> torques = new CopyOnWriteArrayList<>();
    Experiment.Builder builder =
        Experiment.of().algorithm(randomStart()).env(purpose -> new Noted(torques)).threads(1);
    builder.steps(300).out(folder).build().run();
    torques.clear();

    Experiment.resume(folder).env(purpose -> new Noted(torques)).steps(450).build().run();

    assertThat(torques).hasSizeGreaterThanOrEqualTo(150);
    assertThat(torques).allMatch(u -> Math.abs(u) < 0.1, "of μ alone");
  }

  /** After its start it takes the actions of μ alone, which stays as it is. */
  private static Preset randomStart() {
    return small(DDPG).set("random-start", "yes").set("noise-sigma", "0").set("learning-rate", "0");
  }

  /** The pendulum, with what it was told to do. */
  private static final class Noted implements Environment {
    private final Pendulum pendulum = new Pendulum();
    private final List<Float> torques;

    Noted(List<Float> torques) {
      this.torques = torques;
    }

    @Override
    public Space observationSpace() {
      return pendulum.observationSpace();
    }

    @Override
    public Space actionSpace() {
      return pendulum.actionSpace();
    }

    @Override
    public Observation reset(long seed) {
      return pendulum.reset(seed);
    }

    @Override
    public Observation reset() {
      return pendulum.reset();
    }

    @Override
    public Step step(Action action) {
      torques.add(action.numbers()[0]);
      return pendulum.step(action);
    }
  }

  @Test
  void actions_without_bounds_and_choices_are_refused_before_training() {
    for (Preset preset : BOTH) {
      assertThatThrownBy(
              () -> Experiment.of().algorithm(preset).env(purpose -> new Unbounded()).build().run())
          .hasMessageContaining("expected actions within bounds")
          .hasMessageContaining("number 0 of Box(shape=[1], float32) goes from -Infinity");
      assertThatThrownBy(() -> Experiment.of().algorithm(preset).env("CartPole").build().run())
          .hasMessageContaining("expected actions that are numbers but got Discrete(2)");
    }
  }

  private static final class Unbounded implements Environment {
    @Override
    public Space observationSpace() {
      return Space.Box.floats(2);
    }

    @Override
    public Space actionSpace() {
      return Space.Box.floats(1);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      return Observation.of(0f, 0f);
    }

    @Override
    public Step step(Action action) {
      throw new AssertionError("nothing may be trained");
    }
  }

  @Test
  void recurrent_networks_are_refused() {
    assertThatThrownBy(
            () ->
                Experiment.of()
                    .algorithm(DDPG.layers(layers -> layers.lstm(4)))
                    .env("Pendulum")
                    .build()
                    .run())
        .hasMessageContaining("takes no recurrent network");
  }

  @Test
  void the_saved_file_is_the_policy_which_plays_without_noise(@TempDir Path folder) {
    Run run =
        Experiment.of()
            .algorithm(small(DDPG))
            .env("Pendulum")
            .threads(1)
            .steps(600)
            .out(folder)
            .build()
            .run();

    assertThat(run.theta().orElseThrow()).hasSize((3 + 1) * 16 + (16 + 1) * 16 + 16 + 1);
    TrainedPolicy saved = TrainedPolicy.of(folder);
    List<Double> scores = saved.evaluate(Optional.empty(), 2, 5, true, line -> {});

    assertThat(scores)
        .isEqualTo(run.policy().evaluate(2, 5, true))
        .isEqualTo(saved.evaluate(Optional.empty(), 2, 5, false, line -> {}));
  }

  @Test
  void watching_shows_the_action_alone(@TempDir Path folder) {
    Run run =
        Experiment.of().algorithm(small(DDPG)).env("Pendulum").threads(1).steps(600).build().run();

    Watched watched = run.policy().watch(folder.resolve("a.gif"), new Take(1, 5, 20), true, false);

    assertThat(watched.actions()).isEqualTo("the policy's own");
    assertThat(watched.table().keySet())
        .containsExactly("episode", "step", "reward", "value", "residual", "a0");
    assertThat(watched.column("a0")).hasSize(21).allMatch(u -> -2 <= u && u <= 2);
    assertThat(watched.column("value")).allMatch(value -> value.isNaN());
  }

  @Test
  void updates_are_recorded_with_the_losses_of_both_networks() {
    Run run =
        Experiment.of()
            .algorithm(small(DDPG))
            .env("Pendulum")
            .threads(1)
            .steps(2_000)
            .build()
            .run();

    LearningRecord last = run.learning().get(run.learning().size() - 1);
    assertThat(run.updates()).isBetween(1_790L, 1_810L);
    assertThat(last.policyLoss()).as("−Q, of costs").isPositive();
    assertThat(last.valueLoss()).isPositive().isFinite();
    assertThat(last.explainedVariance()).isFinite();
  }

  @Test
  void presets_say_what_is_not_the_papers_on_small_states() {
    Space.Box torque = Space.Box.floats(new int[] {1}, -2, 2);

    assertThat(DDPG.adaptedTo(Space.Box.floats(17), torque, 1).differencesFromPaper())
        .extracting(Preset.Difference::what)
        .containsExactlyInAnyOrder(
            "learning-rate",
            "tau",
            "weight-decay",
            "random-start",
            "learning-starts",
            "noise-theta",
            "noise-sigma");
    assertThat(
            ApexDPG.set("learning-rate", "1e-4")
                .adaptedTo(Space.Box.floats(17), torque, 1)
                .differencesFromPaper()
                .toString())
        .contains("draws-per-transition: 64.0")
        .doesNotContain("noise")
        .contains("critic-learning-rate: 0.001 per update instead of 1.0E-4")
        .doesNotContain(" learning-rate:", "[learning-rate:");
    assertThat(
            DDPG.set("tau", "0.01")
                .adaptedTo(Space.Box.floats(3), torque, 1)
                .differencesFromPaper()
                .toString())
        .contains("hidden: 64-64 units instead of 400-300 units (adapted to small observations)")
        .contains("tau: 0.01 instead of 0.001 (set by the user)");
  }

  @Test
  void pictures_are_seen_by_convolutions_of_both_networks() {
    Run run =
        Experiment.of()
            .algorithm(DDPG.set("minibatch", "4").set("learning-starts", "30"))
            .env("ReachDot")
            .threads(1)
            .steps(40)
            .build()
            .run();

    assertThat(run.updates()).isBetween(8L, 12L);
    assertThat(run.algorithm().value(Knob.NETWORK)).isEqualTo("small-conv");
  }
}
