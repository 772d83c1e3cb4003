package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.TrueOnlineSarsa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Space;
import dev.stampede.env.classic.MountainCar;
import dev.stampede.nn.Networks;
import dev.stampede.nn.TileCoding;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** True online Sarsa(λ) as a user runs it. */
class TrueOnlineExperimentTest {
  private static final Space TWO = new Space.Discrete(2);

  @ParameterizedTest(name = "{0} threads, seed {1}")
  @CsvSource({"1, 1", "1, 2", "1, 3", "4, 1"})
  void the_mountain_car_is_driven_out_of_its_valley(int threads, long seed) {
    Run run =
        Experiment.of()
            .algorithm(TrueOnlineSarsa)
            .env("MountainCar")
            .threads(threads)
            .seed(seed)
            .steps(150_000)
            .build()
            .run();

    assertThat(run.meanReturn100()).isGreaterThanOrEqualTo(-140); // A random policy gets −200.
  }

  @Test
  void with_the_books_values_it_is_as_good() {
    Preset book = TrueOnlineSarsa.gamma(1).set("epsilon-anneal", "1 steps");
    assertThat(book.adaptedTo((Space.Box) new MountainCar().observationSpace(), TWO, 1))
        .extracting(Preset::differencesFromPaper)
        .asString()
        .isEqualTo("[]");

    Run run =
        Experiment.of().algorithm(book).env("MountainCar").threads(1).steps(100_000).build().run();

    assertThat(run.meanReturn100()).isGreaterThanOrEqualTo(-140);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MountainCar", "CartPole", "Corridor"})
  void a_run_in_two_parts_is_bit_for_bit_as_in_one(String env, @TempDir Path folder)
      throws IOException {
    long n = 7_003;
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(TrueOnlineSarsa)
            .env(env)
            .threads(1)
            .deterministic(true)
            .evaluateEvery(2_500)
            .evaluationEpisodes(2);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Run reference = builder.steps(2 * n).out(whole).build().run();
    builder.steps(n).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));

    Run resumed = Experiment.resume(parts).steps(2 * n).build().run();

    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(resumed.episodes().stream().map(EpisodeRecord::score))
        .isEqualTo(reference.episodes().stream().map(EpisodeRecord::score).toList())
        .hasSizeGreaterThan(20);
    assertThat(resumed.evaluations().stream().map(e -> e.step() + " " + e.returns()))
        .isEqualTo(reference.evaluations().stream().map(e -> e.step() + " " + e.returns()).toList())
        .hasSize(5);
    assertThat(resumed.updates()).isEqualTo(2 * n);
    assertThat(RunDirectory.read(parts).at("/resumedFrom/0/step").asLong()).isEqualTo(n);
  }

  @Test
  void what_was_trained_is_read_back_and_plays_as_well(@TempDir Path folder) {
    Experiment.of()
        .algorithm(TrueOnlineSarsa)
        .env("MountainCar")
        .steps(100_000)
        .out(folder)
        .build()
        .run();

    List<Double> returns =
        TrainedPolicy.of(folder).evaluate(Optional.empty(), 20, 5, true, line -> {});

    assertThat(returns).hasSize(20);
    assertThat(returns.stream().mapToDouble(r -> r).average().getAsDouble())
        .isGreaterThanOrEqualTo(-150);
  }

  @Test
  void tiles_become_fewer_where_there_are_more_dimensions_unless_the_user_says_so() {
    assertThat(tiles(TrueOnlineSarsa, 2)).isEqualTo("8");
    assertThat(tiles(TrueOnlineSarsa, 4)).isEqualTo("8");
    assertThat(tiles(TrueOnlineSarsa, 6)).isEqualTo("4");
    assertThat(tiles(TrueOnlineSarsa.set("tiles", "5"), 6)).isEqualTo("5");
    assertThat(tiles(TrueOnlineSarsa.set("tiles", "9-4"), 2)).isEqualTo("9-4");
  }

  @Test
  void tilings_of_ones_own_are_a_network_of_ones_own_and_other_networks_are_refused() {
    TileCoding coding =
        new TileCoding(16, new int[] {4, 12}, new double[] {-1.2, -0.07}, new double[] {0.6, 0.07});
    Experiment.Builder builder = Experiment.of().env("MountainCar").threads(1).steps(2_000);

    Run run =
        builder
            .algorithm(TrueOnlineSarsa.networkOf(outputs -> Networks.tiles(coding, outputs)))
            .build()
            .run();

    assertThat(run.theta().get()).hasSize(3 * 16 * 5 * 13);
    assertThat(run.algorithm().differencesFromPaper())
        .extracting(Preset.Difference::toString)
        .contains("network: a block of the user's own instead of tiles (set by the user)");
    Preset dense =
        TrueOnlineSarsa.networkOf(
            outputs -> Networks.mlp(Space.Box.floats(2), outputs, Networks.Nonlinearity.TANH, 8));
    assertThatThrownBy(() -> builder.algorithm(dense).build().run())
        .hasMessageContaining("expected a linear network of tile-coded features");
    assertThatThrownBy(() -> builder.algorithm(TrueOnlineSarsa).env("Catch").build().run())
        .hasMessageContaining("50 dimensions")
        .hasMessageContaining("an algorithm with a network");
  }

  private static String tiles(Preset preset, int dimensions) {
    return preset.adaptedTo(Space.Box.floats(dimensions), TWO, 1_000).value(Knob.TILES);
  }

  private static byte[] parameters(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("parameters.safetensors"));
  }
}
