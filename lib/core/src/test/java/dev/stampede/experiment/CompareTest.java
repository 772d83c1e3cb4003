package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static dev.stampede.experiment.Algorithms.NStepQ;
import static dev.stampede.experiment.Algorithms.OneStepQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Space;
import dev.stampede.env.classic.CartPole;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.result.Aggregate;
import dev.stampede.result.Comparison;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.Metric;
import dev.stampede.result.RunDirectory;
import dev.stampede.result.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CompareTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void the_verdict_is_what_the_recorded_runs_say_by_themselves() {
    CompareResults results = small(A3C, NStepQ).seeds(4).build().start().await();

    CompareVerdict verdict = results.verdict();

    Comparison recorded = Comparison.ofRuns(List.of(out()), Metric.LAST);
    assertThat(String.join("\n", verdict.sentences())).isEqualTo(recorded.verdict());
    assertThat(results.isComplete()).isTrue();
    assertThat(verdict.notes()).isEmpty();
    assertThat(verdict.toString())
        .startsWith(recorded.verdict())
        .contains("4 seeds of each")
        .contains("greedy actions")
        .contains("CartPole, 400 steps, 1 thread; score: mean return of the last evaluation, 3");
    assertThat(verdict.table().stream().map(row -> row.get(0)))
        .containsExactly("algorithm", "A3C", "NStepQ");
  }

  @Test
  void scores_in_several_environments_are_put_on_a_common_scale() {
    Compare plan =
        Compare.of(A3C, OneStepQ)
            .envs("CartPole", "Corridor")
            .scale("Corridor", -1, 1)
            .seeds(3)
            .steps(300)
            .threads(1)
            .evaluationEpisodes(3)
            .out(out())
            .build();

    CompareResults results = plan.start().await();

    double low = scores(results, "CartPole").min().orElseThrow();
    double high = scores(results, "CartPole").max().orElseThrow();
    for (String algorithm : List.of("A3C", "OneStepQ")) {
      double[][] byHand = new double[3][];
      for (int seed = 1; seed <= 3; seed++) {
        byHand[seed - 1] =
            new double[] {
              (score(results, algorithm, "CartPole", seed) - low) / (high - low),
              (score(results, algorithm, "Corridor", seed) + 1) / 2
            };
      }
      Scores scores = results.scores().getOrDefault(algorithm, Scores.ofOneTask(0));
      assertThat(scores.toArray()).containsExactly(Scores.of(byHand).toArray());
      assertThat(results.verdict().comparison().rows())
          .filteredOn(row -> row.name().equals(algorithm))
          .allMatch(row -> row.iqm() == Aggregate.interquartileMean(Scores.of(byHand)));
    }
    assertThat(results.verdict().notes())
        .anyMatch(note -> note.contains("Corridor low -1.00, high 1.00 as given"))
        .anyMatch(note -> note.contains("CartPole low") && note.contains("of these runs"));
    assertThat(results.verdict().sentences().get(0)).contains("3 seeds of each");
  }

  @Test
  void stopped_it_goes_on_and_ends_as_if_it_never_was() throws Exception {
    Preset mine =
        A3C.named("mine")
            .networkOf(
                outputs -> Networks.mlp(Space.Box.floats(4), outputs, Nonlinearity.TANH, 16));
    int moreThanSideBySide = Runtime.getRuntime().availableProcessors() + 2;
    Compare.Builder builder =
        small(A3C, mine).seeds(moreThanSideBySide).steps(3_000).evaluateEvery(500);
    CompareResults reference = builder.out(folder.resolve("whole")).build().start().await();
    Compare plan = builder.out(out()).build();
    StudyRun<CompareResults> run = plan.start();
    while (run.progress().done() < 2) {
      assertThat(run.await(1)).isFalse();
    }
    run.stop();
    CompareResults sofar = run.await();
    assertThat(sofar.isComplete()).isFalse();
    assertThat(sofar.runs()).hasSizeGreaterThanOrEqualTo(2);
    Map<Path, byte[]> finished = new TreeMap<>();
    for (FinishedRun each : sofar.runs()) {
      finished.put(each.folder(), Files.readAllBytes(each.folder().resolve("run.json")));
    }

    List<String> messages = new CopyOnWriteArrayList<>();
    CompareResults results = plan.start(messages::add).await();

    assertThat(results.isComplete()).isTrue();
    for (Map.Entry<Path, byte[]> each : finished.entrySet()) {
      assertThat(Files.readAllBytes(each.getKey().resolve("run.json"))).isEqualTo(each.getValue());
    }
    assertThat(results.runs().stream().map(FinishedRun::score))
        .isEqualTo(reference.runs().stream().map(FinishedRun::score).toList());
    assertThat(results.verdict().sentences()).isEqualTo(reference.verdict().sentences());
    assertThat(messages).noneMatch(line -> line.contains("starts anew"));
  }

  @Test
  void paused_it_waits_and_ends_as_if_it_never_had() throws Exception {
    Compare.Builder builder = small(A3C, NStepQ).seeds(3).steps(20_000).evaluateEvery(5_000);
    CompareResults reference = builder.out(folder.resolve("whole")).build().start().await();
    StudyRun<CompareResults> run = builder.out(out()).build().start();
    run.pause(); // Before the first run has begun.
    while (run.progress().now().isEmpty()) {
      assertThat(run.await(1)).isFalse();
    }
    double held = run.progress().fraction();
    assertThat(run.await(200)).isFalse();
    assertThat(run.progress().fraction()).isBetween(held, held + 0.002); // Rollouts end.
    assertThat(run.state()).isEqualTo("paused");
    assertThat(run.toString()).startsWith("compare: paused, ").contains(" of 6 runs done");
    run.resume();

    do { // Also between two runs.
      run.pause();
      run.resume();
    } while (!run.await(1));
    run.pause();

    assertThat(run.state()).isEqualTo("finished");
    assertThat(run.await().runs().stream().map(FinishedRun::score))
        .isEqualTo(reference.runs().stream().map(FinishedRun::score).toList());
  }

  @Test
  void progress_begins_where_it_was_stopped() throws Exception {
    Compare plan = small(A3C, NStepQ).seeds(1).steps(50_000_000).evaluateEvery(25_000_000).build();
    StudyRun<CompareResults> run = plan.start();
    while (run.progress().fraction() < 0.0005) {
      assertThat(run.await(1)).isFalse();
    }
    run.stop();
    run.await();
    double before = run.progress().fraction();

    StudyRun<CompareResults> rest = plan.start();
    int sideBySide = Math.min(2, Runtime.getRuntime().availableProcessors());
    while (rest.progress().now().size() < sideBySide) {
      assertThat(rest.await(1)).isFalse();
    }
    StudyProgress now = rest.progress();
    rest.stop();
    rest.await();

    assertThat(before).isGreaterThan(0);
    assertThat(now.fraction()).isBetween(before, 1.0);
    assertThat(now.secondsLeft()).matches(left -> Double.isNaN(left) || left >= 0);
  }

  @Test
  void what_fails_beside_the_runs_is_the_studys_state_and_among_its_failures() throws Exception {
    Compare plan = small(A3C, NStepQ).seeds(1).build();
    Path record = plan.start().await().runs().get(0).folder().resolve("run.json");
    Files.writeString(record, "{");

    StudyRun<CompareResults> run = plan.start();

    assertThatThrownBy(run::await).hasMessageContaining("run.json");
    assertThat(run.state()).isEqualTo("failed");
    assertThat(run.failures().get(0)).startsWith("compare: ").contains("run.json");
  }

  @Test
  void environments_that_are_named_after_shared_ones_are_the_runs_own_to_close() {
    Experiment.Builder shared = Experiment.of().envOfMany(purpose -> new CartPole());

    assertThat(shared.build().closesEnvironments()).isFalse();
    assertThat(shared.env("CartPole").build().closesEnvironments()).isTrue();
  }

  @Test
  void the_end_of_a_run_does_not_close_environments_of_ones_own_under_the_others() {
    AtomicInteger closed = new AtomicInteger();
    EnvironmentFactory own =
        new EnvironmentFactory() {
          @Override
          public Environment create(Purpose purpose) {
            return new CartPole();
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    Compare plan =
        Compare.of(A3C, NStepQ)
            .env(own)
            .seeds(2)
            .steps(400)
            .threads(1)
            .evaluationEpisodes(3)
            .out(out())
            .build();

    assertThat(plan.start().await().isComplete()).isTrue();
    assertThat(closed).hasValue(0);
  }

  @Test
  void paused_it_can_be_stopped() throws Exception {
    for (int i = 0; i < 20; i++) {
      Compare plan =
          small(A3C, NStepQ)
              .steps(50_000_000)
              .evaluateEvery(25_000_000)
              .out(folder.resolve("stopped" + i))
              .build();
      StudyRun<CompareResults> run = plan.start();
      run.await(i);
      run.pause();
      run.stop();
      run.pause();

      assertThat(run.await().runs()).isEmpty();
      assertThat(run.isPaused()).isFalse();
      assertThat(run.state()).isEqualTo("stopped");
    }
  }

  @Test
  void a_run_that_fails_leaves_the_others_whole_is_told_and_is_done_again() {
    AtomicInteger made = new AtomicInteger();
    EnvironmentFactory third =
        purpose -> {
          if (purpose == EnvironmentFactory.Purpose.TRAINING && made.incrementAndGet() == 3) {
            throw new IllegalStateException("the wheel fell off");
          }
          return new CartPole();
        };
    Compare plan =
        Compare.of(A3C, NStepQ)
            .env(third)
            .seeds(3)
            .steps(200)
            .threads(1)
            .evaluationEpisodes(2)
            .out(out())
            .build();
    List<String> messages = new CopyOnWriteArrayList<>();

    StudyRun<CompareResults> run = plan.start(messages::add);
    CompareResults results = run.await();

    assertThat(run.failures()).hasSize(1).allMatch(why -> why.contains("the wheel fell off"));
    assertThat(run.progress().failed()).isEqualTo(1);
    assertThat(run.progress().fraction()).isEqualTo(1);
    assertThat(messages).anyMatch(line -> line.contains("the wheel fell off"));
    assertThat(results.runs()).hasSize(5);
    assertThat(results.verdict().notes())
        .anyMatch(note -> note.startsWith("1 of 6 runs are not complete"));
    assertThat(results.verdict().sentences().get(0))
        .containsAnyOf("3 and 2 seeds", "2 and 3 seeds");

    assertThat(plan.start().await().isComplete()).isTrue();
  }

  @Test
  void where_every_run_fails_the_first_cause_is_thrown() {
    Compare plan =
        Compare.of(A3C, NStepQ)
            .env(
                purpose -> {
                  throw new IllegalStateException("no wheel at all");
                })
            .seeds(2)
            .steps(200)
            .out(out())
            .build();

    StudyRun<CompareResults> run = plan.start();

    assertThatThrownBy(run::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no run is complete")
        .hasMessageContaining("no wheel at all")
        .hasCauseInstanceOf(RunFailedException.class);
    assertThatThrownBy(() -> run.results().verdict()).hasMessageContaining("no seed is complete");
  }

  @Test
  void seeds_and_algorithms_may_be_added_and_the_runs_that_are_there_count() throws Exception {
    CompareResults two = small(A3C, NStepQ).seeds(2).build().start().await();
    Map<Path, byte[]> before = new TreeMap<>();
    for (FinishedRun each : two.runs()) {
      before.put(each.folder(), Files.readAllBytes(each.folder().resolve("run.json")));
    }

    CompareResults more = small(A3C, NStepQ, OneStepQ).seeds(3).build().start().await();

    assertThat(more.runs()).hasSize(9).containsAll(two.runs());
    for (Map.Entry<Path, byte[]> each : before.entrySet()) {
      assertThat(Files.readAllBytes(each.getKey().resolve("run.json"))).isEqualTo(each.getValue());
    }
    assertThat(more.verdict().comparison().verdicts()).hasSize(3);
  }

  @Test
  void figures_show_the_evaluations() {
    CompareResults results = small(A3C, NStepQ).seeds(3).evaluateEvery(100).build().start().await();

    List<CompareResults.CurveMean> curve = results.learningCurve("A3C", "CartPole");
    double[] first =
        results.runs().stream()
            .filter(run -> run.algorithm().equals("A3C"))
            .mapToDouble(run -> run.evaluations().get(0).mean())
            .toArray();

    assertThat(curve.stream().map(CompareResults.CurveMean::step))
        .containsExactly(100L, 200L, 300L, 400L);
    assertThat(curve.get(0).mean()).isEqualTo(Arrays.stream(first).average().orElseThrow());
    assertThat(curve).allMatch(point -> point.interval().contains(point.mean()));
    assertThat(results.iqmBySteps().get("A3C"))
        .hasSize(4)
        .first()
        .matches(
            p -> p.iqm() == Aggregate.interquartileMean(Scores.ofOneTask(first)), "IQM by hand");
    assertThat(results.profiles().get("A3C"))
        .isSortedAccordingTo((a, b) -> Double.compare(b.fraction(), a.fraction()))
        .allMatch(p -> p.fraction() == above(results, "A3C", p.tau()), "fraction by hand")
        .first()
        .matches(p -> p.fraction() == 1, "all are above");
    assertThat(results.profiles().get("NStepQ")).last().matches(p -> p.fraction() == 0);
  }

  @Test
  void a_csv_has_a_line_for_each_run() throws IOException {
    CompareResults results =
        small(A3C.named("A3C, \"plain\""), NStepQ).seeds(1).build().start().await();
    Path csv = folder.resolve("results.csv");

    results.csv(csv);

    assertThat(Files.readAllLines(csv))
        .hasSize(3)
        .contains("algorithm,env,seed,score,evaluations,last_step,folder")
        .anyMatch(
            line ->
                line.startsWith(
                    "\"A3C, \"\"plain\"\"\",CartPole,1," + results.runs().get(0).score() + ","));
  }

  @Test
  void algorithms_of_one_name_are_told_apart_by_their_settings() {
    assertThat(small(A3C, A3C.lambda(0.95)).build().algorithms().keySet())
        .containsExactly("A3C (lambda 1.0)", "A3C (lambda 0.95)");
    assertThatThrownBy(() -> small(A3C, A3C.lambda(1)).build())
        .hasMessageContaining("two algorithms are called \"A3C\"")
        .hasMessageContaining("A3C.named(\"mine\")");
    assertThatThrownBy(() -> small(A3C).build()).hasMessageContaining("at least 2 algorithms");
  }

  @Test
  void a_folder_with_runs_of_other_settings_is_refused_in_words() throws IOException {
    small(A3C, NStepQ).seeds(1).build().start().await();

    assertThatThrownBy(() -> small(A3C, NStepQ).steps(500).build().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("have steps: 400, but 500 was asked for");
    assertThatThrownBy(() -> small(A3C.entropy(0.5), NStepQ).build().start())
        .hasMessageContaining("have entropy of A3C: 0.01, but 0.5 was asked for");
    assertThatThrownBy(
            () ->
                Sweep.of(A3C)
                    .vary(Knob.ENTROPY, KnobValues.oneOf(0.1))
                    .env("CartPole")
                    .steps(400)
                    .out(out())
                    .build()
                    .start())
        .hasMessageContaining("have kind: compare, but sweep was asked for");
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("thesis.tex"), "");
    assertThatThrownBy(() -> small(A3C, NStepQ).out(other).build().start())
        .hasMessageContaining("there are other things in");
    assertThat(Files.list(other)).hasSize(1);
  }

  @Test
  void two_do_not_write_into_one_folder() {
    Compare plan = small(A3C, NStepQ).steps(50_000_000).evaluateEvery(25_000_000).build();
    StudyRun<CompareResults> run = plan.start();

    assertThatThrownBy(plan::start).hasMessageContaining("are under way in");

    run.stop();
    assertThat(run.await().runs()).isEmpty();
    StudyRun<CompareResults> again = plan.start();
    again.stop();
    assertThat(again.await().runs()).isEmpty();
  }

  @Test
  void what_is_missing_or_does_not_go_together_is_said() {
    assertThatThrownBy(() -> Compare.of(A3C, NStepQ).env("CartPole").out(out()).build())
        .hasMessageContaining("steps(200_000)");
    assertThatThrownBy(() -> Compare.of(A3C, NStepQ).steps(10).out(out()).build())
        .hasMessageContaining("env(\"CartPole\")");
    assertThatThrownBy(() -> Compare.of(A3C, NStepQ).env("CartPole").steps(10).build())
        .hasMessageContaining("out: say where");
    assertThatThrownBy(() -> small(A3C.named("gae"), A3C.lambda(0.9).named("GAE")).build())
        .hasMessageContaining("two algorithms are called \"GAE\"");
    assertThatThrownBy(() -> small(A3C, NStepQ).env("CartPole"))
        .hasMessageContaining("CartPole again");
    assertThatThrownBy(() -> small(A3C, NStepQ).env("CartPol"))
        .hasMessageContaining("did you mean \"CartPole\"");
    assertThatThrownBy(() -> small(A3C, NStepQ).evaluateEvery(401).build())
        .hasMessageContaining("at most 400 steps");
    assertThatThrownBy(() -> small(A3C, NStepQ).scale("Catch", 0, 1).build())
        .hasMessageContaining("one of the environments compared, CartPole, but got Catch");
  }

  private Compare.Builder small(Preset... algorithms) {
    return Compare.of(algorithms)
        .env("CartPole")
        .steps(400)
        .threads(1)
        .evaluationEpisodes(3)
        .out(out());
  }

  private Path out() {
    return folder.resolve("out");
  }

  private static java.util.stream.DoubleStream scores(CompareResults results, String env) {
    return results.runs().stream()
        .filter(run -> run.env().equals(env))
        .mapToDouble(FinishedRun::score);
  }

  /** The mean of the last line of evaluations.csv, by another way than that which is tested. */
  private static double score(CompareResults results, String algorithm, String env, int seed) {
    FinishedRun run =
        results.runs().stream()
            .filter(r -> r.algorithm().equals(algorithm) && r.env().equals(env) && r.seed() == seed)
            .findFirst()
            .orElseThrow();
    List<EvaluationRecord> evaluations = RunDirectory.readEvaluations(run.folder());
    return evaluations.get(evaluations.size() - 1).mean();
  }

  private static double above(CompareResults results, String algorithm, double tau) {
    double[] scores =
        results.runs().stream()
            .filter(run -> run.algorithm().equals(algorithm))
            .mapToDouble(FinishedRun::score)
            .toArray();
    return Arrays.stream(scores).filter(score -> score > tau).count() / (double) scores.length;
  }
}
