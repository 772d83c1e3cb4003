package dev.stampede.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunScoresTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void variants_of_an_algorithm_are_told_apart_by_the_settings_that_differ() throws IOException {
    new Recorded("a1").seed(1).returns(1).write();
    new Recorded("a2").seed(2).returns(2).write();
    new Recorded("b1").seed(1).knob("entropy", "0.02").returns(3).write();

    RunScores runs = read(Metric.LAST);

    assertThat(runs.env()).isEqualTo("CartPole");
    assertThat(runs.steps()).isEqualTo(1_000);
    assertThat(runs.byAlgorithm().keySet())
        .containsExactly("A3C (entropy 0.01)", "A3C (entropy 0.02)");
    assertThat(runs.byAlgorithm().values().stream().map(Scores::runs)).containsExactly(2, 1);
    assertThat(runs.notes()).isEmpty();
  }

  @Test
  void the_last_hundred_training_episodes_count_where_there_are_no_evaluations()
      throws IOException {
    double[] returns = new double[150];
    java.util.Arrays.setAll(returns, i -> i < 100 ? 8 : 20);
    new Recorded("a").returns(returns).write();

    RunScores last = read(Metric.LAST);

    assertThat(last.measured()).isEqualTo("mean return of the last 100 training episodes");
    assertThat(only(last)).isEqualTo(14);
    assertThat(only(read(Metric.BEST))).isEqualTo(14);
    // From 8 at episode 100 in a straight line to 14 at episode 150.
    assertThat(only(read(Metric.AUC))).isCloseTo(11, within(1e-9));
  }

  @Test
  void evaluations_count_where_all_runs_have_them() throws IOException {
    new Recorded("a")
        .returns(1)
        .evaluation(200, 5, 7)
        .evaluation(400, 30, 30)
        .evaluation(800, 9, 11)
        .write();

    assertThat(read(Metric.LAST).measured())
        .isEqualTo(
            "mean return of the last evaluation, 2 episodes, sampled actions, at steps 800 to 800");
    assertThat(only(read(Metric.LAST))).isEqualTo(10);
    assertThat(only(read(Metric.BEST))).isEqualTo(30);
    assertThat(only(read(Metric.AUC)))
        .isCloseTo((200 * (6 + 30) / 2.0 + 400 * (30 + 10) / 2.0) / 600, within(1e-9));

    new Recorded("b").seed(2).returns(4).write();
    RunScores mixed = read(Metric.LAST);
    assertThat(mixed.measured()).contains("training episodes");
    assertThat(mixed.notes().get(0)).startsWith("1 of 2 runs have evaluations");
  }

  @Test
  void runs_of_different_tasks_are_refused_with_what_differs() throws IOException {
    new Recorded("a").returns(1).write();
    new Recorded("b").seed(2).experiment("env", "Catch").returns(1).write();

    assertThatThrownBy(() -> read(Metric.LAST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the same env")
        .hasMessageContaining("CartPole (")
        .hasMessageContaining("Catch (");

    new Recorded("b")
        .seed(2)
        .experiment("stepsBudget", Map.of("value", 2_000, "unit", "agent steps"))
        .returns(1)
        .write();
    assertThatThrownBy(() -> read(Metric.LAST))
        .hasMessageContaining("the same steps")
        .hasMessageContaining("1000 (")
        .hasMessageContaining("2000 (");
  }

  @Test
  void the_best_of_more_evaluations_is_not_held_against_the_best_of_fewer() throws IOException {
    new Recorded("a").evaluateEvery(100).returns(1).evaluation(900, 5).write();
    new Recorded("b").seed(2).evaluateEvery(300).returns(1).evaluation(900, 5).write();

    assertThat(read(Metric.LAST).byAlgorithm()).hasSize(1);
    assertThatThrownBy(() -> read(Metric.BEST)).hasMessageContaining("the same evaluate-every");
  }

  @Test
  void runs_that_did_not_finish_are_refused() throws IOException {
    new Recorded("a").state("stopped").returns(1).write();

    assertThatThrownBy(() -> read(Metric.LAST))
        .hasMessageContaining("expected a run that finished but its state is stopped");
  }

  @Test
  void a_deterministic_run_counts_once() throws IOException {
    new Recorded("a").experiment("deterministic", true).returns(1).write();
    new Recorded("b").experiment("deterministic", true).returns(1).write();

    assertThatThrownBy(() -> read(Metric.LAST)).hasMessageContaining("each seed counts once");
  }

  @Test
  void what_a_reader_should_know_is_noted() throws IOException {
    new Recorded("a").commit("abc").solvedAt(500).returns(1).write();
    new Recorded("b").commit("def").solvedAt(700).returns(1).write();

    assertThat(read(Metric.LAST).notes())
        .containsExactly(
            "2 of 2 runs ended early, when they reached a mean return: their scores are from"
                + " different steps",
            "the runs were made by different builds of Stampede: 0.1.0 abc, 0.1.0 def",
            "A3C has seed 1 more than once");
  }

  @Test
  void a_folder_given_twice_is_read_once() throws IOException {
    new Recorded("a").returns(1).write();

    RunScores runs =
        RunScores.read(List.of(folder, folder.resolve("a"), folder.resolve(".")), Metric.LAST);

    assertThat(runs.byAlgorithm().values()).singleElement().extracting(Scores::runs).isEqualTo(1);
  }

  @Test
  void what_cannot_be_read_says_where() throws IOException {
    assertThatThrownBy(() -> read(Metric.LAST)).hasMessageContaining("holds none");
    assertThatThrownBy(() -> RunScores.read(List.of(folder.resolve("none")), Metric.LAST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none");

    new Recorded("a").returns(1).write();
    Files.writeString(folder.resolve("a/episodes.csv"), "header\n1,2,3\n");
    assertThatThrownBy(() -> read(Metric.LAST))
        .hasMessageContaining("episodes.csv, line 2: expected 6 cells")
        .hasMessageContaining("\"1,2,3\"");

    new Recorded("a").write();
    assertThatThrownBy(() -> read(Metric.LAST)).hasMessageContaining("no episode ended");
  }

  private RunScores read(Metric metric) {
    return RunScores.read(List.of(folder), metric);
  }

  private static double only(RunScores runs) {
    return runs.byAlgorithm().values().iterator().next().score(0, 0);
  }

  /** A run's folder, as a run of CartPole by A3C leaves it. */
  private final class Recorded {
    private final Path directory;
    private final Map<String, Object> experiment = new LinkedHashMap<>();
    private final Map<String, Object> knobs = new LinkedHashMap<>();
    private final Map<String, Object> record = new HashMap<>();
    private final List<EpisodeRecord> episodes = new ArrayList<>();
    private final List<EvaluationRecord> evaluations = new ArrayList<>();

    Recorded(String name) {
      directory = folder.resolve(name);
      record.put("state", "finished");
      experiment.put("env", "CartPole");
      experiment.put("threads", 1);
      experiment.put("seed", 1);
      experiment.put("stepsBudget", Map.of("value", 1_000, "unit", "agent steps"));
      experiment.put("framesPerStep", Map.of("value", 1, "unit", "emulator frames"));
      experiment.put("deterministic", false);
      knob("entropy", "0.01");
    }

    Recorded experiment(String key, Object value) {
      experiment.put(key, value);
      return this;
    }

    Recorded seed(long seed) {
      return experiment("seed", seed);
    }

    Recorded evaluateEvery(long steps) {
      return experiment("evaluateEvery", Map.of("value", steps, "unit", "agent steps"));
    }

    Recorded knob(String name, String value) {
      knobs.put(name, Map.of("value", value));
      return this;
    }

    Recorded state(String state) {
      record.put("state", state);
      return this;
    }

    Recorded commit(String commit) {
      record.put("versions", Map.of("stampede", "0.1.0", "commit", commit));
      return this;
    }

    Recorded solvedAt(long step) {
      record.put("solvedAtStep", step);
      return experiment("until", Map.of("value", 5, "unit", "mean return of 100 episodes"));
    }

    Recorded returns(double... returns) {
      for (double value : returns) {
        long step = 2L * (episodes.size() + 1);
        episodes.add(new EpisodeRecord(step, step, 0.1, 0, value, 2));
      }
      return this;
    }

    Recorded evaluation(long step, Double... returns) {
      evaluations.add(new EvaluationRecord(step, step, 0.1, false, List.of(returns)));
      return this;
    }

    Recorded evaluation(long step, int... returns) {
      return evaluation(
          step, java.util.Arrays.stream(returns).mapToObj(Double::valueOf).toArray(Double[]::new));
    }

    void write() throws IOException {
      RunDirectory out = RunDirectory.create(directory);
      out.begin();
      out.append(episodes);
      out.write(evaluations);
      record.put("experiment", experiment);
      record.put("protocol", Map.of());
      record.put("algorithm", Map.of("name", "A3C", "networkOfOnesOwn", false, "knobs", knobs));
      out.write(record);
    }
  }
}
