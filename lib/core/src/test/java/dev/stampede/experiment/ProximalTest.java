package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.DPPO;
import static dev.stampede.experiment.Algorithms.PPO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.RunDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of PPO and DPPO. */
@Timeout(120)
class ProximalTest {
  @ParameterizedTest
  @CsvSource({"PPO, 4, 20000", "DPPO, 4, 20000"})
  void the_mean_return_of_CartPole_rises(String algorithm, int threads, long steps) {
    Run run =
        Experiment.of()
            .algorithm(Algorithms.named(algorithm))
            .threads(threads)
            .steps(steps)
            .build()
            .run();

    assertThat(run.bestMeanReturn100()).isGreaterThan(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"})
  void one_seed_gives_ppo_the_same_bits_with_many_environments(String fused) {
    Experiment.Builder builder =
        Experiment.of().algorithm(PPO.set("fused", fused)).threads(16).deterministic(true);

    assertThat(theta(builder, 4_000)).isEqualTo(theta(builder, 4_000));
  }

  /** Of a minibatch, one shard has more states than the other, and now and then none. */
  @Test
  void shards_learn_from_minibatches_what_one_network_learns() {
    Preset small = PPO.tMax(5).set("minibatch", "7").set("epochs", "1").learningRate(1e-4);
    float[] fused = theta(Experiment.of().algorithm(small).threads(8), 40);
    float[] shards = theta(Experiment.of().algorithm(small.set("fused", "no")).threads(8), 40);

    assertThat(shards).containsExactly(fused, within(1e-5f));
  }

  @Test
  void workers_that_wait_for_each_other_learn_the_same_bits_whatever_their_timing() {
    Experiment.Builder builder = Experiment.of().algorithm(DPPO).threads(4);

    assertThat(theta(builder, 6_000)).isEqualTo(theta(builder, 6_000));
  }

  private static float[] theta(Experiment.Builder builder, long steps) {
    Run run = builder.steps(steps).seed(5).build().run();
    assertThat(run.updates()).isPositive();
    return run.theta().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "PPO, CartPole, 1", "PPO, Pendulum, 1", "PPO, CartPole, 5",
    "DPPO, CartPole, 1", "DPPO, Pendulum, 1", "DPPO, CartPole, 3"
  })
  void n_steps_and_n_more_are_bit_for_bit_as_2n(
      String algorithm, String env, int threads, @TempDir Path folder) throws Exception {
    Experiment.Builder builder =
        Experiment.of()
            .algorithm(Algorithms.named(algorithm).set("epochs", "3"))
            .env(env)
            .threads(threads)
            .deterministic(threads == 1 || algorithm.equals("PPO"));
    Path parts = folder.resolve("parts");
    Run whole = builder.steps(4_003).out(folder.resolve("whole")).build().run();
    builder.steps(2_000).out(parts).checkpointEvery(Duration.ofMillis(7)).build().run();

    Run resumed = Experiment.resume(parts).steps(4_003).build().run();

    assertThat(resumed.theta().orElseThrow()).isEqualTo(whole.theta().orElseThrow());
    assertThat(resumed.updates()).isEqualTo(whole.updates());
    assertThat(resumed.steps()).isEqualTo(whole.steps());
    assertThat(RunDirectory.read(parts).at("/resumedFrom/0/environments").asText())
        .isEqualTo("restored");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void workers_are_paused_checkpointed_and_stopped(int missing, @TempDir Path out)
      throws Exception {
    Run run = endless(missing).out(out).checkpointEvery(Duration.ofMillis(10)).build().start();
    for (int repetition = 0; repetition < 5; repetition++) {
      awaitSteps(run, run.steps() + 1_000);
      run.pause();
      run.resume();
    }
    run.pause();
    run.stop();
    run.await();
    assertThat(String.valueOf(run.record().get("checkpoints"))).contains("lastStep=" + run.steps());

    Run resumed = Experiment.resume(out).build().start();
    awaitSteps(resumed, run.steps() + 2_000);
    resumed.stop();
    resumed.await();
    assertThat(workers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void there_can_be_more_workers_and_fewer(int missing, @TempDir Path out) throws Exception {
    Run run = endless(missing).out(out).checkpointEvery(Duration.ofMillis(10)).build().start();
    for (int threads : new int[] {5, 1, 4, 2}) {
      awaitSteps(run, run.steps() + 1_000);
      run.threads(threads);
      awaitThreads(run, threads);
    }
    run.entropy(0.1);
    awaitSteps(run, run.steps() + 2_000);
    run.stop();
    run.await();
    assertThat(workers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void the_first_failure_of_a_worker_ends_all_with_its_cause(int missing) {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    EnvironmentFactory failing =
        purpose -> {
          int number = made.incrementAndGet();
          open.incrementAndGet();
          return failing(number == 3, open);
        };

    assertThatThrownBy(() -> endless(missing).env(failing).build().run())
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("the third one has had enough");
    assertThat(open).hasValue(0);
    assertThat(workers()).isEmpty();
  }

  private static Environment failing(boolean fails, AtomicInteger open) {
    return new Wrapper(new CartPole()) {
      private int steps;

      @Override
      public Step step(Action action) {
        if (fails && ++steps == 500) {
          throw new IllegalStateException("the third one has had enough");
        }
        return super.step(action);
      }

      @Override
      public void close() {
        open.decrementAndGet();
        super.close();
      }
    };
  }

  @Test
  void a_loss_that_is_no_number_ends_all_in_words() {
    EnvironmentFactory nan =
        purpose ->
            new Wrapper(new CartPole()) {
              @Override
              public Step step(Action action) {
                return super.step(action).withReward(Double.NaN);
              }
            };

    for (Preset preset : List.of(PPO, DPPO)) {
      assertThatThrownBy(() -> Experiment.of().algorithm(preset).env(nan).build().run())
          .hasMessageContaining("the loss is NaN");
    }
  }

  @Test
  void what_cannot_be_is_refused_in_words() {
    Space.Box numbers = Space.Box.floats(4);
    for (Preset preset : List.of(PPO, DPPO)) {
      Preset recurrent =
          preset.networkOf(n -> Networks.mlpLstm(numbers, n, 4, Nonlinearity.TANH, 8));
      assertThatThrownBy(() -> preset.lstm(8)).hasMessageContaining("has no knob \"lstm\"");
      assertThatThrownBy(() -> Experiment.of().algorithm(recurrent).steps(100).build().run())
          .hasMessageContaining("PPO takes no recurrent network");
    }
    assertThatThrownBy(() -> PPO.set("reduction", "environment-mean").make(1))
        .hasMessageContaining("expected mean or sum for PPO");
    assertThatThrownBy(() -> DPPO.set("kl-low", "3").make(1))
        .hasMessageContaining("kl-low: expected at most kl-high");
    assertThatThrownBy(() -> PPO.set("minibatch", "0")).hasMessageContaining("minibatch");
    assertThatThrownBy(() -> Experiment.of().algorithm(DPPO).threads(2).deterministic(true).build())
        .hasMessageContaining("deterministic");
  }

  @Test
  void numbers_as_actions_get_the_papers_values_for_MuJoCo() {
    Space.Box numbers = Space.Box.floats(3);
    Preset adapted = PPO.adaptedTo(numbers, Space.Box.floats(1), 1_000_000);

    assertThat(adapted.value(Knob.EPOCHS)).isEqualTo("10");
    assertThat(adapted.value(Knob.CLIP)).isEqualTo("0.2");
    assertThat(adapted.value(Knob.HIDDEN)).isEqualTo("64-64");
    assertThat(adapted.value(Knob.LEARNING_RATE)).isEqualTo("3.0E-4");
    assertThat(adapted.differencesFromPaper())
        .extracting(Preset.Difference::what)
        .containsExactlyInAnyOrder(
            "t-max", "network", "clip-norm", "normalize-observations", "normalize-rewards");
    assertThat(
            PPO.adaptedTo(Space.Box.bytes(4, 84, 84), Space.Box.floats(1), 1_000)
                .value(Knob.NETWORK))
        .isEqualTo("small-conv");
  }

  /** In the middle of whatever they do: one of them, or several at once, the chief among them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void workers_and_a_chief_that_are_interrupted_end_the_run_in_order(int seed) throws Exception {
    Random random = new Random(seed);
    Run run = endless(0).seed(seed).build().start();
    awaitSteps(run, 300 + random.nextInt(700));

    List<Thread> all =
        Thread.getAllStackTraces().keySet().stream()
            .filter(each -> workers().contains(each.getName()))
            .sorted(Comparator.comparing(Thread::getName))
            .toList();
    int most = 1 + random.nextInt(all.size());
    for (int i = 0; i < most; i++) {
      all.get((seed + i) % all.size()).interrupt();
    }
    if (!run.await(2_000)) {
      run.stop(); // An interrupt may hit a thread where it is not asked for.
    }

    assertThat(run.await(10_000)).isTrue();
    assertThat(run.failure()).isEmpty();
    assertThat(workers()).isEmpty();
  }

  private static Experiment.Builder endless(int missing) {
    return Experiment.of()
        .algorithm(DPPO.set("missing", Integer.toString(missing)).set("epochs", "3"))
        .threads(3)
        .steps(Long.MAX_VALUE);
  }

  private static void awaitSteps(Run run, long steps) throws InterruptedException {
    while (run.steps() < steps && run.isRunning()) {
      Thread.sleep(2);
    }
    assertThat(run.isRunning()).isTrue();
  }

  /** Until just these end episodes. */
  private static void awaitThreads(Run run, int threads) throws InterruptedException {
    long seen = 0;
    while (seen != threads) {
      int before = run.episodes().size();
      awaitSteps(run, run.steps() + 3_000);
      List<EpisodeRecord> all = run.episodes();
      seen = all.subList(before, all.size()).stream().map(EpisodeRecord::thread).distinct().count();
    }
  }

  private static List<String> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("actor-learner") || name.equals("chief"))
        .toList();
  }
}
