package dev.stampede.diagnosis;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stampede.env.Action;
import dev.stampede.env.ClipReward;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Preset;
import dev.stampede.experiment.Run;
import dev.stampede.experiment.RunFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that learn, and runs that were made sick on purpose. */
@Timeout(60)
class DiagnosisTest {

  /** One thread, and the same bits each time. */
  private static Experiment.Builder repeatable(String algorithm, String env, long steps) {
    return Experiment.of()
        .algorithm(Algorithms.named(algorithm))
        .env(env)
        .threads(1)
        .deterministic(true)
        .steps(steps);
  }

  private static Preset with(String algorithm, String settings) {
    Preset preset = Algorithms.named(algorithm);
    for (String setting : settings.split(" ")) {
      String[] parts = setting.split("=");
      preset = preset.set(parts[0], parts[1]);
    }
    return preset;
  }

  /** A cart and pole of which every step is changed. */
  private static Environment cartPole(UnaryOperator<Step> change) {
    return new Wrapper(new CartPole()) {
      @Override
      public Step step(Action action) {
        return change.apply(super.step(action));
      }
    };
  }

  private static Diagnosis diagnosisOf(Experiment.Builder experiment) {
    return experiment.build().run().diagnose();
  }

  private static List<String> rules(Diagnosis diagnosis) {
    return diagnosis.findings().stream().map(Finding::rule).toList();
  }

  private static Finding finding(Diagnosis diagnosis, String rule) {
    assertThat(rules(diagnosis)).as(diagnosis.toString()).contains(rule);
    return diagnosis.findings().stream()
        .filter(each -> each.rule().equals(rule))
        .findFirst()
        .orElseThrow();
  }

  private static double number(Finding finding, String name) {
    return Objects.requireNonNull(finding.numbers().get(name), name);
  }

  @ParameterizedTest
  @CsvSource({
    "A3C, CartPole, 1, 1, 475",
    "A3C, CartPole, 2, 2, 195",
    "A2C, CartPole, 4, 1, 475",
    "PAAC, CartPole, 4, 1, 475",
    "GA3C, CartPole, 4, 1, 195",
    "NStepQ, CartPole, 1, 1, 195",
    "OneStepQ, CartPole, 1, 2, 195",
    "OneStepSarsa, CartPole, 1, 1, 195",
    "A2C, Catch, 4, 1, 2",
    "A3C, Catch, 2, 4, 0.95",
    "NStepQ, Catch, 2, 4, 0.7",
    "A3C, Corridor, 1, 1, 2",
    "TrueOnlineSarsa, CartPole, 1, 1, 195"
  })
  void of_a_run_that_learns_no_rule_says_anything(
      String algorithm, String env, int threads, long seed, double until) {
    long steps = until == 2 ? 60_000 : 120_000; // No task brings 2: to the end of the budget.
    Preset preset = Algorithms.named(algorithm);
    Run run =
        Experiment.of()
            .algorithm(preset)
            .env(env)
            .threads(threads)
            .seed(seed)
            .steps(steps)
            .until(until)
            .deterministic(threads == 1 || preset.isSynchronous())
            .build()
            .run();

    Diagnosis diagnosis = run.diagnose();

    assertThat(diagnosis.findings()).as(diagnosis.toString()).isEmpty();
    assertThat(diagnosis.isHealthy()).isTrue();
    boolean hasRecord = !algorithm.equals("TrueOnlineSarsa");
    assertThat(diagnosis.silent()).hasSizeGreaterThanOrEqualTo(hasRecord ? 12 : 6);
    assertThat(diagnosis.toString())
        .startsWith(algorithm + " on " + env + ", seed " + seed + ": healthy, as far as ")
        .contains("looked at: ", "2,000 steps played", "nothing seen by: failed, no-reward, ");
  }

  @ParameterizedTest
  @CsvSource({
    "entropy-collapsed, A3C, learning-rate=1 entropy=0",
    "entropy-never-fell, A3C, entropy=100",
    "entropy-never-fell, A3C, learning-rate=1E-9",
    "no-progress, NStepQ, learning-rate=1E-9",
    "value-explains-nothing, A3C, learning-rate=1",
    "gradients-explode, A3C, reward-scale=1000",
    "gradients-vanish, A3C, learning-rate=1 entropy=0 value-weight=0",
    "dead-units, A3C, learning-rate=1 nonlinearity=relu",
    "saturated-units, A3C, learning-rate=1 nonlinearity=tanh",
    "learning-rate-spent, A3C, anneal-steps=10000"
  })
  void bad_settings_are_told_from_what_they_do(String rule, String algorithm, String settings) {
    Diagnosis diagnosis =
        diagnosisOf(
            repeatable(algorithm, "CartPole", 100_000).algorithm(with(algorithm, settings)));

    Finding finding = finding(diagnosis, rule);
    assertThat(finding.sentence()).endsWith(".").doesNotContain("NaN");
    assertThat(finding.numbers().values()).allMatch(Double::isFinite);
    assertThat(diagnosis.isHealthy()).isFalse();
    assertThat(diagnosis.silent()).doesNotContain(rule);
  }

  /** Chaos: about every second seed diverges, and rounding says which. */
  @Test
  void values_that_diverge_are_told() {
    Finding finding =
        IntStream.rangeClosed(1, 12)
            .mapToObj(
                seed ->
                    diagnosisOf(
                        repeatable("A3C", "CartPole", 100_000)
                            .seed(seed)
                            .algorithm(
                                with(
                                    "A3C",
                                    "nonlinearity=relu learning-rate=0.02 anneal-steps=never"))))
            .filter(diagnosis -> rules(diagnosis).contains("values-diverge"))
            .findFirst()
            .map(diagnosis -> finding(diagnosis, "values-diverge"))
            .orElseThrow(() -> new AssertionError("no run of seeds 1 to 12 is told to diverge"));

    assertThat(finding.numbers().get("growth")).isGreaterThan(10);
    assertThat(finding.sentence()).startsWith("The values diverge: ").doesNotContain("NaN");
  }

  @Test
  void relu_units_of_a_run_that_learns_are_alive() {
    Diagnosis diagnosis =
        diagnosisOf(
            repeatable("A3C", "Catch", 100_000)
                .algorithm(with("A3C", "nonlinearity=relu hidden=64-64"))
                .until(0.95));

    assertThat(diagnosis.findings()).as(diagnosis.toString()).isEmpty();
    assertThat(diagnosis.silent()).contains("dead-units");
  }

  @Test
  void a_task_that_was_learned_at_once_is_learned() {
    Diagnosis diagnosis = diagnosisOf(repeatable("A3C", "Corridor", 200_000));

    assertThat(diagnosis.findings()).as(diagnosis.toString()).isEmpty();
    assertThat(diagnosis.silent()).contains("entropy-collapsed", "no-progress");
  }

  @Test
  void the_worst_comes_first_with_its_numbers_and_what_to_try() {
    Diagnosis diagnosis =
        diagnosisOf(
            repeatable("A3C", "CartPole", 60_000)
                .algorithm(with("A3C", "learning-rate=1 entropy=0")));

    assertThat(diagnosis.toString().lines())
        .first()
        .asString()
        .matches("A3C on CartPole, seed 1: \\d findings");
    assertThat(diagnosis.findings())
        .isSortedAccordingTo((a, b) -> a.severity().compareTo(b.severity()));
    Finding collapse = finding(diagnosis, "entropy-collapsed");
    assertThat(collapse.severity()).isEqualTo(Severity.SEVERE);
    assertThat(number(collapse, "largestEntropy")).isEqualTo(Math.log(2));
    assertThat(number(collapse, "entropy")).isBetween(0.0, 0.05 * Math.log(2));
    assertThat(number(collapse, "step")).isBetween(1.0, 6_000.0);
    assertThat(collapse.toString())
        .startsWith("severe: The policy stopped trying things at step ")
        .contains("of at most 0.693 nats", "(learning-rate, now 1.0)", "(entropy, now 0.0)")
        .endsWith("[entropy-collapsed]");
  }

  @Test
  void a_run_that_ended_too_early_was_still_rising() {
    Diagnosis diagnosis =
        diagnosisOf(
            repeatable("A3C", "Catch", 60_000).algorithm(with("A3C", "learning-rate=0.002")));

    Finding rising = finding(diagnosis, "still-rising");
    assertThat(rising.severity()).isEqualTo(Severity.HINT);
    assertThat(number(rising, "last")).isGreaterThan(number(rising, "before") + 0.05);
    assertThat(rising.advice()).contains("60,000");
  }

  @Test
  void what_a_run_had_learned_and_lost_is_told() throws Exception {
    Run run =
        Experiment.of()
            .algorithm(A3C)
            .env("Catch")
            .threads(1)
            .steps(Long.MAX_VALUE)
            .build()
            .start();
    while (run.isRunning() && !(run.meanReturn100() > 0.9)) {
      Thread.sleep(1);
    }
    run.learningRate(10);
    long changed = run.steps();
    while (run.isRunning() && run.steps() < 2 * changed) {
      Thread.sleep(1);
    }
    run.stop();

    Finding lost = finding(run.await().diagnose(), "fell-back");

    assertThat(lost.severity()).isEqualTo(Severity.SEVERE);
    assertThat(number(lost, "best")).isGreaterThan(0.5);
    assertThat(number(lost, "last")).isLessThan(0.2);
    assertThat(number(lost, "step")).isLessThan(changed * 1.3);
  }

  @Test
  void a_task_without_rewards_is_told() {
    Diagnosis diagnosis =
        diagnosisOf(
            repeatable("A3C", "CartPole", 20_000)
                .env(purpose -> cartPole(step -> step.withReward(0))));
    assertThat(finding(diagnosis, "no-reward").sentence())
        .startsWith("No reward was ever seen: all of ")
        .endsWith(" episodes scored 0.");

    Diagnosis acrobot = diagnosisOf(repeatable("A3C", "MountainCar", 30_000));
    assertThat(finding(acrobot, "no-reward").sentence())
        .startsWith("All of ")
        .contains("episodes scored the same, -200: ");
  }

  @Test
  void a_run_that_failed_says_why() {
    Diagnosis diverged =
        diagnosisOfFailed(
            repeatable("NStepQ", "CartPole", 60_000)
                .algorithm(
                    with(
                        "NStepQ",
                        "nonlinearity=relu hidden=64-64-64 gamma=1 learning-rate=0.1"
                            + " clip-norm=Infinity optimizer=momentum")));
    Finding failed = finding(diverged, "failed");
    assertThat(failed.sentence())
        .containsPattern("failed at step [\\d,]+: the (gradient|loss).*\\.$");
    assertThat(failed.advice()).startsWith("Lower the learning rate (learning-rate, now 0.1)");

    AtomicInteger steps = new AtomicInteger();
    Diagnosis broken =
        diagnosisOfFailed(
            repeatable("A3C", "CartPole", 60_000)
                .env(
                    purpose ->
                        cartPole(
                            step -> {
                              if (steps.incrementAndGet() == 3_000) {
                                throw new IllegalStateException("the wheel fell off");
                              }
                              return step;
                            })));
    assertThat(finding(broken, "failed").sentence())
        .isEqualTo("The run failed at step 2,999: the wheel fell off.");
    assertThat(finding(broken, "failed").advice()).startsWith("The message says what to do");
  }

  private static Diagnosis diagnosisOfFailed(Experiment.Builder experiment) {
    try {
      return diagnosisOf(experiment);
    } catch (RunFailedException e) {
      return e.run().diagnose();
    }
  }

  /** Steps that other processes do take a moment, in which other threads go on. */
  private static final class Elsewhere implements EnvironmentFactory {
    @Override
    public Environment create(Purpose purpose) {
      return cartPole(
          step -> {
            LockSupport.parkNanos(100_000);
            return step;
          });
    }

    @Override
    public boolean stepsElsewhere() {
      return true;
    }
  }

  @Test
  void many_threads_at_once_make_updates_stale() {
    Diagnosis diagnosis =
        diagnosisOf(Experiment.of().threads(40).env(new Elsewhere()).steps(20_000));

    Finding stale = finding(diagnosis, "stale-updates");
    // 39 others, each once a rollout in the mean: over a piece of the run it may be some more.
    assertThat(number(stale, "staleness")).isBetween(16.0, 50.0);
    assertThat(stale.sentence()).contains("from 40 threads");
  }

  @Test
  void a_thread_whose_environment_is_slow_falls_behind() throws Exception {
    AtomicInteger made = new AtomicInteger();
    EnvironmentFactory environments =
        purpose -> {
          int number = made.getAndIncrement();
          return number == 0 ? cartPole(DiagnosisTest::slowly) : new CartPole();
        };
    Run run = Experiment.of().threads(2).env(environments).steps(Long.MAX_VALUE).build().start();
    while (run.isRunning() && run.progress().seconds() < 2.5) {
      Thread.sleep(5);
    }
    run.stop();

    Finding uneven = finding(run.await().diagnose(), "uneven-threads");

    assertThat(number(uneven, "thread")).isZero(); // Its environment is the first.
    assertThat(number(uneven, "steps")).isLessThan(number(uneven, "mean") / 4);
  }

  @Test
  void threads_that_came_later_make_none_of_the_others_fall_behind() {
    Run run = Experiment.of().threads(2).steps(Long.MAX_VALUE).build().start();
    run.threads(12);
    run.stop();

    assertThat(run.await().diagnose().unjudged().get("uneven-threads"))
        .contains("the number of threads was changed");
  }

  private static Step slowly(Step step) {
    long end = System.nanoTime() + 300_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return step;
  }

  @Test
  void a_score_that_clipping_hides_is_told_and_a_clip_that_hides_nothing_is_not() {
    for (double reward : new double[] {10, 1}) {
      Diagnosis diagnosis =
          diagnosisOf(
              repeatable("A3C", "CartPole", 10_000)
                  .env(
                      purpose ->
                          new ClipReward(
                              EpisodeStatistics.around(
                                  cartPole(step -> step.withReward(reward))))));
      if (reward == 1) {
        assertThat(diagnosis.silent()).contains("rewards-unseen");
      } else {
        Finding unseen = finding(diagnosis, "rewards-unseen");
        assertThat(number(unseen, "unseen") / number(unseen, "score")).isEqualTo(0.9);
        assertThat(unseen.sentence()).contains("(90 %)");
      }
    }
  }

  @Test
  void a_folder_says_the_same_as_the_run_itself(@TempDir Path out) throws Exception {
    Run run =
        repeatable("A3C", "CartPole", 40_000)
            .algorithm(with("A3C", "learning-rate=1 entropy=0"))
            .out(out)
            .build()
            .run();
    Diagnosis live = run.diagnose();

    Diagnosis stored = Experiment.diagnose(out, line -> {});

    assertThat(stored.toString()).isEqualTo(live.toString());
    Path json = out.resolve("run.json");
    ObjectNode old = (ObjectNode) new ObjectMapper().readTree(json.toFile());
    ((ObjectNode) old.get("experiment")).remove("choices"); // As it was written before.
    Files.writeString(json, old.toString());
    assertThat(Experiment.diagnose(out, line -> {}).toString()).isEqualTo(live.toString());
    Files.delete(out.resolve("learning.csv"));
    assertThat(Experiment.diagnose(out, line -> {}).unjudged())
        .containsEntry("entropy-collapsed", "there is no record of the updates")
        .containsEntry("learning-rate-spent", "there is no record of the updates");
  }

  @Test
  void a_learning_rate_that_rises_again_is_not_spent(@TempDir Path out) {
    Preset falling = with("A3C", "anneal-steps=budget");
    repeatable("A3C", "CartPole", 10_000).algorithm(falling).out(out).build().run();
    Run longer = Experiment.resume(out).steps(20_000).build().run();

    assertThat(longer.diagnose().silent()).contains("learning-rate-spent");
  }

  @Test
  void of_a_loss_of_the_users_own_no_error_of_the_values_is_told() {
    Preset own = Algorithms.A3C.lossOf(in -> in.policy().plus(in.value().times(0.5)));
    Diagnosis diagnosis = diagnosisOf(repeatable("A3C", "CartPole", 20_000).algorithm(own));

    assertThat(diagnosis.unjudged().get("values-diverge"))
        .contains("the loss is of the user's own", "nothing tells its scale");
  }

  @Test
  void what_cannot_be_judged_is_told_with_the_reason(@TempDir Path out) {
    Diagnosis few = diagnosisOf(repeatable("A3C", "CartPole", 500));
    assertThat(few.unjudged().get("entropy-collapsed"))
        .endsWith("updates, and it takes 500 to tell");
    assertThat(few.unjudged().get("no-reward"))
        .endsWith(" finished episodes, and it takes 50 to tell");
    assertThat(few.toString()).contains("\nnot judged: no-reward, fell-back (");

    Diagnosis valueMethod = diagnosisOf(repeatable("OneStepQ", "CartPole", 20_000));
    assertThat(valueMethod.unjudged())
        .containsEntry("entropy-collapsed", "the algorithm has no policy")
        .containsEntry("uneven-threads", "there is one thread only");

    Diagnosis recurrent = diagnosisOf(repeatable("A3C", "Corridor", 2_000).algorithm(A3C.lstm(8)));
    assertThat(recurrent.unjudged().get("saturated-units"))
        .isEqualTo("the network has no tanh layers that can be looked into");

    Experiment.of().threads(1).steps(2_000).env(purpose -> new CartPole()).out(out).build().run();
    assertThat(Experiment.diagnose(out, line -> {}).unjudged().get("saturated-units"))
        .isEqualTo(
            "nothing was played: its environment is a class of the user's own, which files cannot"
                + " hold");
  }

  @Test
  void a_run_under_way_is_diagnosed_and_goes_on() throws Exception {
    Run run = Experiment.of().threads(2).steps(4_000_000).build().start();
    assertThat(run.diagnose().findings()).isEmpty(); // It may not even be up.
    while (run.isRunning() && run.learning().size() < 10) {
      Thread.sleep(1);
    }

    Diagnosis diagnosis = run.diagnose();

    long steps = run.steps();
    assertThat(diagnosis.unjudged())
        .containsEntry("still-rising", "the run did not use its budget up");
    assertThat(diagnosis.silent()).contains("failed", "entropy-collapsed", "saturated-units");
    while (run.isRunning() && run.steps() < steps + 1_000) {
      Thread.sleep(1);
    }
    assertThat(run.isRunning()).isTrue();
    run.stop();
    run.await();
  }

  @Test
  void the_page_lists_every_rule() throws Exception {
    Diagnosis any = diagnosisOf(repeatable("A3C", "CartPole", 500));
    List<String> names = new ArrayList<>(any.silent());
    names.addAll(any.unjudged().keySet());
    names.addAll(rules(any));

    String page = Files.readString(Path.of("..", "docs", "diagnosing.md"));

    assertThat(names).hasSize(20).allMatch(name -> page.contains("| `" + name + "` |"));
  }
}
