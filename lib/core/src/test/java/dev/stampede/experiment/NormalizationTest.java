package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.Corridor;
import dev.stampede.nn.Moments;
import dev.stampede.nn.Network;
import dev.stampede.nn.ParametersFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest {
  private static final long N = 4_003;

  @ParameterizedTest
  @CsvSource({
    "A3C, CartPole, 1, yes, 0",
    "A3C, CartPole, 1, no, 0",
    "A3C, CartPoleHiddenVelocity, 1, yes, 8",
    "OneStepQ, CartPole, 1, yes, 0",
    "NStepQ, CartPole, 1, no, 0",
    "A2C, Pendulum, 5, yes, 0"
  })
  void n_steps_and_n_more_are_bit_for_bit_as_2n(
      String algorithm, String env, int threads, String fused, int cells, @TempDir Path folder)
      throws IOException {
    Preset preset =
        Algorithms.named(algorithm)
            .set("fused", fused)
            .set("anneal-steps", "never")
            .normalizeObservations()
            .normalizeRewards();
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(cells > 0 ? preset.lstm(cells) : preset)
            .env(env)
            .threads(threads)
            .deterministic(true)
            .evaluateEvery(1_500)
            .evaluationEpisodes(2);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Run reference = builder.steps(2 * N).out(whole).build().run();
    builder.steps(N).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();

    Run resumed = Experiment.resume(parts).steps(2 * N).build().run();

    assertThat(parameters(parts)).isEqualTo(parameters(whole)); // The statistics are in them.
    assertThat(returns(resumed)).isEqualTo(returns(reference)).hasSizeGreaterThan(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A3C", "A2C"})
  void every_observation_of_eight_threads_is_counted(String algorithm, @TempDir Path folder)
      throws IOException {
    Run run =
        Experiment.of()
            .algorithm(Algorithms.named(algorithm).normalizeObservations().normalizeRewards())
            .env("CartPole")
            .threads(8)
            .steps(30_000)
            .out(folder)
            .build()
            .run();

    long starts = 8 + run.episodes().size(); // The last of a thread may not have been needed.
    assertThat(moments(folder, 4).count())
        .isBetween(run.steps() + starts - 8.0, run.steps() + starts + 0.0);
    assertThat(run.episodes()).allMatch(episode -> episode.score() == episode.length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"})
  void networks_learn_from_what_is_far_from_zero(String fused) {
    Experiment.Builder signs =
        Experiment.of()
            .env(purpose -> new Signs())
            .threads(1)
            .deterministic(true)
            .steps(6_000)
            .evaluateEvery(6_000)
            .greedyEvaluation(true);
    Preset preset = A3C.set("fused", fused);

    assertThat(mean(signs.algorithm(preset.normalizeObservations()).build().run())).isEqualTo(10);
    assertThat(mean(signs.algorithm(preset).build().run())).isLessThan(8);
  }

  @Test
  void rewards_are_learned_from_at_their_own_scale() {
    Experiment.Builder small =
        Experiment.of()
            .env(purpose -> new Small())
            .threads(1)
            .deterministic(true)
            .steps(20_000)
            .evaluateEvery(20_000)
            .greedyEvaluation(true);

    assertThat(mean(small.algorithm(A3C.normalizeRewards()).build().run()))
        .isGreaterThan(0.95 * 0.8e-4);
    assertThat(mean(small.algorithm(A3C).build().run())).isLessThan(0.95 * 0.8e-4);
  }

  @Test
  void another_process_measures_the_same_twice(@TempDir Path folder) throws Exception {
    Run run =
        Experiment.of()
            .algorithm(A3C.normalizeObservations())
            .env("Pendulum")
            .threads(2)
            .steps(3_000)
            .out(folder.resolve("run"))
            .build()
            .run();
    assertThat(run.failure()).isEmpty();
    List<Double> here =
        TrainedPolicy.of(folder.resolve("run")).evaluate(Optional.empty(), 3, 7, true, line -> {});

    assertThat(there(folder)).isEqualTo(here.toString());
    assertThat(there(folder)).isEqualTo(here.toString());
  }

  @Test
  void bytes_are_refused() {
    assertThatThrownBy(
            () -> Experiment.of().algorithm(A3C.normalizeObservations()).env("Catch").build().run())
        .hasMessageContaining("normalize-observations: expected observations of real numbers")
        .hasMessageContaining("bytes are divided by 255 in any case");
    assertThatThrownBy(() -> A3C.set("normalize-rewards", "maybe"))
        .hasMessageContaining("expected yes or no but got \"maybe\"");
  }

  @Test
  void parameters_without_statistics_are_told_from_those_with(@TempDir Path folder)
      throws IOException {
    Experiment.of().threads(1).steps(500).out(folder).build().run();

    assertThatThrownBy(() -> moments(folder, 4))
        .hasMessageContaining("expected a float64 tensor observations.count of 1 numbers but found")
        .hasMessageContaining("none of that name");
  }

  /** Prints the returns of the run in a folder. */
  static final class Measuring {
    private Measuring() {}

    public static void main(String[] arguments) {
      System.out.println(
          TrainedPolicy.of(Path.of(arguments[0]))
              .evaluate(Optional.empty(), 3, 7, true, line -> {}));
    }
  }

  private static String there(Path folder) throws Exception {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Measuring.class.getName(),
                folder.resolve("run").toString())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
    return Files.readString(output).strip();
  }

  private static Moments moments(Path folder, int observations) throws IOException {
    Space.Box box = Space.Box.floats(observations);
    return ParametersFile.readMoments(
        folder.resolve("parameters.safetensors"),
        new Network(A3C.hidden(64).makeNetwork(box, 3), box));
  }

  private static byte[] parameters(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("parameters.safetensors"));
  }

  private static List<List<Double>> returns(Run run) {
    return run.evaluations().stream().map(evaluation -> evaluation.returns()).toList();
  }

  private static double mean(Run run) {
    return run.evaluations().get(run.evaluations().size() - 1).mean();
  }

  /** Ten steps, each with a reward for the action that a sign far from 0 asks for. */
  private static final class Signs implements Environment {
    private SplittableRandom random = new SplittableRandom(0);
    private int sign;
    private int t;

    @Override
    public Space observationSpace() {
      return Space.Box.floats(1);
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }

    @Override
    public Observation reset(long seed) {
      random = new SplittableRandom(seed);
      return reset();
    }

    @Override
    public Observation reset() {
      t = 0;
      return next();
    }

    @Override
    public Step step(Action action) {
      double reward = action.index() == sign ? 1 : 0;
      t++;
      return new Step(next(), reward, t == 10, false);
    }

    private Observation next() {
      sign = random.nextInt(2);
      return Observation.of(1000 + 0.1f * sign);
    }
  }

  /** The corridor with rewards of another scale. */
  private static final class Small extends Wrapper {
    Small() {
      super(new Corridor(Corridor.Ending.TERMINATED, Corridor.Moves.DISCRETE));
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      return step.withReward(step.reward() * 1e-4);
    }
  }
}
