package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeTest {
  private static final long N = 6_003; // Not a multiple of a rollout, of the target's interval, …

  @ParameterizedTest
  @CsvSource({
    "A3C, CartPole, shared-rmsprop",
    "A3C, Catch, adam",
    "A3C, Pendulum, rmsprop",
    "OneStepQ, CartPole, shared-rmsprop",
    "OneStepSarsa, CartPole, momentum",
    "OneStepSarsa, Acrobot, shared-rmsprop",
    "NStepQ, CartPole, shared-adam",
    "A2C, CartPole, rmsprop",
    "PAAC, Catch, shared-rmsprop",
    "NStepQ, Catch, shared-rmsprop",
    "A3C with LSTM, CartPoleHiddenVelocity, shared-rmsprop",
    "A2C with LSTM, CartPoleHiddenVelocity, shared-rmsprop",
    "PAAC with LSTM, CartPoleHiddenVelocity, shared-rmsprop"
  })
  void n_steps_and_n_more_are_bit_for_bit_as_2n(
      String algorithm, String env, String optimizer, @TempDir Path folder) throws Exception {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(
                algorithm.endsWith(" with LSTM")
                    ? Algorithms.named(algorithm.substring(0, algorithm.indexOf(' ')))
                        .lstm(8)
                        .set("anneal-steps", "never")
                    : Algorithms.named(algorithm).set("optimizer", optimizer))
            .env(env)
            .threads(1)
            .deterministic(true)
            .evaluateEvery(2_500)
            .evaluationEpisodes(3);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    Run reference = builder.steps(2 * N).out(whole).build().run();
    builder.steps(N).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));

    Run resumed = Experiment.resume(parts).steps(2 * N).build().run();

    assertThat(episodes(parts)).isEqualTo(episodes(whole)).hasSizeGreaterThan(5);
    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(resumed.evaluations().stream().map(e -> e.step() + " " + e.returns()))
        .isEqualTo(reference.evaluations().stream().map(e -> e.step() + " " + e.returns()).toList())
        .hasSize(4);
    assertThat(resumed.updates()).isEqualTo(reference.updates());
    assertThat(resumed.bestMeanReturn100()).isEqualTo((Double) reference.bestMeanReturn100());
    assertThat(resumed.episodes()).hasSameSizeAs(reference.episodes());
    JsonNode json = RunDirectory.read(parts);
    assertThat(json.at("/resumedFrom/0/step").asLong()).isBetween(N, N + 40);
    assertThat(json.at("/resumedFrom/0/environments").asText()).isEqualTo("restored");
    assertThat(json.at("/checkpoints/lastStep").asLong()).isEqualTo(resumed.steps());
  }

  /** Eight environments in two shards, whose episodes end at different times. */
  @Test
  void what_each_of_many_environments_remembers_is_resumed_bit_for_bit(@TempDir Path folder)
      throws Exception {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(Algorithms.A2C.lstm(8).tMax(7).set("anneal-steps", "never"))
            .env("CartPoleHiddenVelocity")
            .threads(8)
            .deterministic(true);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    builder.steps(2 * N).out(whole).build().run();
    builder.steps(N).out(parts).build().run();
    assertThat(parameters(parts)).isNotEqualTo(parameters(whole));

    Experiment.resume(parts).steps(2 * N).build().run();

    assertThat(episodes(parts)).isEqualTo(episodes(whole)).hasSizeGreaterThan(50);
    assertThat(parameters(parts)).isEqualTo(parameters(whole));
  }

  @Test
  void a_run_stopped_before_its_first_evaluation_plays_the_same_ones(@TempDir Path folder) {
    Experiment.Builder builder =
        Experiment.of().threads(1).deterministic(true).evaluateEvery(2_500).evaluationEpisodes(3);
    Run whole = builder.steps(6_000).build().run();
    builder.steps(1_000).out(folder).build().run();

    Run resumed = Experiment.resume(folder).steps(6_000).build().run();

    assertThat(resumed.evaluations().stream().map(EvaluationRecord::returns))
        .isEqualTo(whole.evaluations().stream().map(EvaluationRecord::returns).toList())
        .hasSize(2);
  }

  @Test
  void a_run_that_was_stopped_at_any_moment_goes_on_to_the_same_bits(@TempDir Path folder)
      throws Exception {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(Algorithms.OneStepSarsa)
            .threads(1)
            .deterministic(true)
            .steps(40_000)
            .evaluateEvery(3_000);
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    builder.out(whole).build().run();
    SplittableRandom random = new SplittableRandom(1);
    Run run = builder.out(parts).build().start();
    int stops = 0;
    for (; !run.await(random.nextLong(1, 60)) && stops < 100; stops++) {
      run.stop(); // Within an evaluation too.
      run.await();
      run = Experiment.resume(parts).build().start();
    }
    run.await();

    assertThat(stops).isPositive();
    assertThat(episodes(parts)).isEqualTo(episodes(whole));
    assertThat(parameters(parts)).isEqualTo(parameters(whole));
    assertThat(withoutSeconds(parts.resolve("evaluations.csv")))
        .isEqualTo(withoutSeconds(whole.resolve("evaluations.csv")));
  }

  @Test
  void many_threads_go_on_with_their_counters(@TempDir Path folder) throws Exception {
    Run first = Experiment.of().threads(3).steps(20_000).out(folder).build().run();
    double secondsBefore = RunDirectory.read(folder).path("wallSeconds").asDouble();
    List<String> messages = new CopyOnWriteArrayList<>();

    Run second = Experiment.resume(folder).steps(30_000).build().start(messages::add).await();

    assertThat(second.steps()).isBetween(30_000L, 30_020L);
    assertThat(second.updates()).isGreaterThan(first.updates());
    assertThat(second.episodes().subList(0, first.episodes().size()).stream().map(e -> e.step()))
        .isEqualTo(first.episodes().stream().map(EpisodeRecord::step).toList());
    assertThat(second.episodes()).hasSizeGreaterThan(first.episodes().size());
    assertThat(second.episodes().get(first.episodes().size()).step()).isGreaterThan(first.steps());
    JsonNode json = RunDirectory.read(folder);
    assertThat(json.path("wallSeconds").asDouble()).isGreaterThan(secondsBefore);
    assertThat(messages).singleElement().asString().startsWith("resumed at step 20,0");
  }

  @Test
  void what_contradicts_the_run_that_is_resumed_is_named_with_both_values(@TempDir Path folder) {
    Experiment.of().threads(2).steps(2_000).seed(4).out(folder).build().run();

    assertThatThrownBy(() -> Experiment.resume(folder).threads(3).build())
        .hasMessageContaining("threads: the run that is resumed has 2 but 3 was asked for");
    assertThatThrownBy(() -> Experiment.resume(folder).seed(5).build())
        .hasMessageContaining("seed: the run that is resumed has 4 but 5");
    assertThatThrownBy(() -> Experiment.resume(folder).env("Catch").build())
        .hasMessageContaining("env: the run that is resumed has CartPole but Catch");
    assertThatThrownBy(
            () -> Experiment.resume(folder).algorithm(Algorithms.A3C.entropy(0.5)).build())
        .hasMessageContaining("entropy: the run that is resumed has 0.01 but 0.5");
    assertThatThrownBy(() -> Experiment.resume(folder).steps(1_000).build())
        .hasMessageContaining("a budget of 2000 but 1000");
    assertThatThrownBy(() -> Experiment.resume(folder).out(folder.resolve("x")).build())
        .hasMessageContaining("in its own folder");
    assertThatThrownBy(() -> Experiment.resume(folder.resolve("nowhere")))
        .hasMessageContaining("there is no " + folder.resolve("nowhere/checkpoint.bin"));
  }

  @Test
  void what_another_version_adapted_stays_as_the_run_began(@TempDir Path folder)
      throws IOException {
    Run first = Experiment.of().threads(1).steps(500).out(folder).build().run();
    assertThat(first.algorithm().differencesFromPaper().toString())
        .contains(
            "learning-rate: 0.01 per update instead of 7.0E-4 per update (adapted to small"
                + " observations)");
    Path file = folder.resolve("checkpoint.bin");
    byte[] content = Files.readAllBytes(file);
    byte[] value = "adapted learning-rate\0\4".getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(content, value) + value.length;
    assertThat(new String(content, at, 4, StandardCharsets.US_ASCII)).isEqualTo("0.01");
    content[at + 3] = '2';
    CRC32 crc = new CRC32();
    crc.update(content, 0, content.length - Long.BYTES);
    ByteBuffer.wrap(content).putLong(content.length - Long.BYTES, crc.getValue());
    Files.write(file, content);

    Run second = Experiment.resume(folder).steps(1_000).build().run();

    assertThat(second.algorithm().differencesFromPaper().toString())
        .contains("learning-rate: 0.02 per update instead of 7.0E-4 per update (as the run began)");
    assertThat(second.learning().get(second.learning().size() - 1).learningRate())
        .isCloseTo(0.02, within(0.02 * 0.01)); // 1 000 of 300 000 steps later
    assertThat(Checkpoint.newest(folder, line -> {}).experiment())
        .containsEntry("adapted learning-rate", "0.02");
  }

  private static int indexOf(byte[] all, byte[] part) {
    return new String(all, StandardCharsets.ISO_8859_1)
        .indexOf(new String(part, StandardCharsets.ISO_8859_1));
  }

  @Test
  void a_run_that_has_ended_is_written_again_and_told_of(@TempDir Path folder) throws Exception {
    Experiment.of().steps(3_000).out(folder).build().run();
    String before = parameters(folder);
    Files.delete(folder.resolve("parameters.safetensors"));
    Files.delete(folder.resolve("run.json"));
    List<String> messages = new CopyOnWriteArrayList<>();

    Experiment.resume(folder).build().start(messages::add).await();

    assertThat(parameters(folder)).isEqualTo(before);
    assertThat(RunDirectory.read(folder).path("state").asText()).isEqualTo("finished");
    assertThat(messages).singleElement().asString().contains("nothing left to do");
  }

  @Test
  void environments_that_cannot_be_saved_start_new_episodes_and_the_run_says_so(
      @TempDir Path folder) {
    Experiment.of().env(purpose -> new Unsaveable()).steps(4_000).out(folder).build().run();
    assertThatThrownBy(() -> Experiment.resume(folder).build())
        .hasMessageContaining("give it again with env(…)");
    List<String> messages = new CopyOnWriteArrayList<>();

    Run run =
        Experiment.resume(folder)
            .env(purpose -> new Unsaveable())
            .steps(8_000)
            .build()
            .start(messages::add)
            .await();

    assertThat(run.steps()).isGreaterThanOrEqualTo(8_000);
    assertThat(messages).singleElement().asString().contains("starts a new episode");
    assertThat(RunDirectory.read(folder).at("/resumedFrom/0/environments").asText())
        .isEqualTo("new episodes");
  }

  @Test
  void a_damaged_checkpoint_is_named_and_the_one_before_it_taken(@TempDir Path folder)
      throws Exception {
    Experiment.of().steps(60_000).checkpointEvery(Duration.ofMillis(10)).out(folder).build().run();
    Path newest = folder.resolve("checkpoint.bin");
    Path previous = folder.resolve("checkpoint.previous");
    byte[] whole = Files.readAllBytes(newest);
    byte[] wholePrevious = Files.readAllBytes(previous);
    List<String> messages = new ArrayList<>();
    long steps = Checkpoint.newest(folder, messages::add).steps();
    assertThat(steps).isGreaterThanOrEqualTo(60_000);
    assertThat(messages).isEmpty();

    SplittableRandom random = new SplittableRandom(7);
    for (int damage = 0; damage < 40; damage++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(newest, damage % 2 == 0 ? damaged : cut(whole, random.nextInt(whole.length)));
      messages.clear();
      Checkpoint taken = Checkpoint.newest(folder, messages::add);
      assertThat(taken.steps()).isLessThanOrEqualTo(steps); // Perhaps it was due just at the end.
      assertThat(messages)
          .singleElement()
          .asString()
          .startsWith(newest + " is damaged (")
          .contains("checkpoint.previous, of step " + taken.steps() + ", was taken");
    }
    Run run = Experiment.resume(folder).build().start(messages::add).await();
    assertThat(run.steps()).isGreaterThanOrEqualTo(60_000);
    assertThat(messages.get(1)).contains("was taken instead");
    assertThat(messages.get(2)).startsWith("resumed at step");
    assertThat(folder.resolve("checkpoint.damaged")).exists();

    Files.write(newest, cut(whole, 1_000));
    Files.write(previous, cut(wholePrevious, 3));
    assertThatThrownBy(() -> Experiment.resume(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checkpoint.bin: expected " + whole.length + " bytes but it has 1000")
        .hasMessageContaining("checkpoint.previous: it does not start as a checkpoint does");
  }

  @Test
  void a_checkpoint_that_cannot_be_written_does_not_end_the_run(@TempDir Path folder)
      throws Exception {
    List<String> messages = new CopyOnWriteArrayList<>();
    Run run =
        Experiment.of()
            .steps(Long.MAX_VALUE)
            .checkpointEvery(Duration.ofMillis(5))
            .out(folder)
            .build()
            .start(messages::add);
    await(() -> Files.exists(folder.resolve("checkpoint.previous")));
    // Where a new one is written first, nothing can be written, as on a full disk.
    Path part = folder.resolve("checkpoint.bin.part");
    Path inTheWay = part.resolve("in the way");
    await(() -> made(inTheWay));
    await(() -> !messages.isEmpty());
    Checkpoint old = Checkpoint.newest(folder, line -> {});

    assertThat(messages)
        .singleElement()
        .asString()
        .startsWith("a checkpoint could not be written (")
        .contains("the run goes on, and the one of step ");
    long steps = run.steps();
    await(() -> run.steps() > steps + 1_000);
    assertThat(Checkpoint.newest(folder, line -> {}).steps()).isEqualTo(old.steps());
    Files.delete(inTheWay);
    Files.delete(part);
    await(() -> Checkpoint.newest(folder, line -> {}).steps() > old.steps());
    run.stop();
    run.await();
    assertThat(Checkpoint.newest(folder, line -> {}).steps()).isEqualTo(run.steps());
    assertThat(messages).hasSize(1);
  }

  @Test
  @Timeout(120)
  void nobody_waits_for_ever_however_a_run_ends(@TempDir Path folder) throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    for (int repetition = 0; repetition < 200; repetition++) {
      AtomicInteger stepsLeft = new AtomicInteger(random.nextInt(1, 2_000));
      boolean fails = random.nextInt(3) == 0;
      Run run =
          Experiment.of()
              .algorithm(random.nextBoolean() ? Algorithms.A3C : Algorithms.OneStepQ)
              .env(purpose -> fails ? new Failing(stepsLeft) : new CartPole())
              .threads(random.nextInt(1, 7))
              .steps(random.nextInt(1, 20_000))
              .out(folder)
              .checkpointEvery(Duration.ofNanos(random.nextInt(1, 2_000_000)))
              .build()
              .start();
      if (!run.await(random.nextInt(1, 40))) {
        run.stop();
      }

      assertThat(run.await(10_000)).as("run %s", repetition).isTrue();
      assertThat(run.failure().isPresent()).isEqualTo(run.steps() > 0 && stepsLeft.get() < 0);
      if (run.failure().isEmpty()) {
        assertThat(Checkpoint.newest(folder, line -> {}).steps()).isEqualTo(run.steps());
      }
    }
  }

  private static byte[] cut(byte[] whole, int length) {
    return java.util.Arrays.copyOf(whole, length);
  }

  /** In a form whose differences can be printed. */
  private static String parameters(Path out) throws IOException {
    byte[] all = Files.readAllBytes(out.resolve("parameters.safetensors"));
    return all.length + " bytes, " + UUID.nameUUIDFromBytes(all);
  }

  private static List<String> episodes(Path out) throws IOException {
    return withoutSeconds(out.resolve("episodes.csv"));
  }

  private static List<String> withoutSeconds(Path csv) throws IOException {
    return Files.readAllLines(csv).stream()
        .map(line -> line.replaceFirst("^(\\d+,\\d+),[^,]*", "$1"))
        .collect(Collectors.toList());
  }

  private static boolean made(Path file) {
    try {
      Files.createDirectories(file);
      return true;
    } catch (IOException e) {
      return false; // A checkpoint is being written there.
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static final class Failing extends Wrapper {
    private final AtomicInteger stepsLeft;

    Failing(AtomicInteger stepsLeft) {
      super(new CartPole());
      this.stepsLeft = stepsLeft;
    }

    @Override
    public Step step(Action action) {
      if (stepsLeft.getAndDecrement() <= 0) {
        throw new IllegalStateException("the emulator is on fire");
      }
      return super.step(action);
    }
  }

  /** CartPole as something of which no state can be had. */
  private static final class Unsaveable implements Environment {
    private final CartPole inner = new CartPole();

    @Override
    public Space observationSpace() {
      return inner.observationSpace();
    }

    @Override
    public Space actionSpace() {
      return inner.actionSpace();
    }

    @Override
    public Observation reset(long seed) {
      return inner.reset(seed);
    }

    @Override
    public Observation reset() {
      return inner.reset();
    }

    @Override
    public Step step(Action action) {
      return inner.step(action);
    }
  }
}
