package dev.stampede.paper;

import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Preset;
import dev.stampede.paper.PaperFigure.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** What the experiments have in common. */
final class Plans {
  /** The paper's four methods, in its order. */
  static final List<Preset> METHODS =
      List.of(Algorithms.OneStepQ, Algorithms.OneStepSarsa, Algorithms.NStepQ, Algorithms.A3C);

  static final List<Integer> THREADS = List.of(1, 2, 4, 8, 16);

  /** What a learning curve shows. */
  static final String SCORE = "mean return of evaluations";

  /** An epoch of the paper: frames of all threads. */
  static final double EPOCH = 4_000_000;

  static final String SMALL_SEARCH =
      "60,000 steps for each learning rate, log-uniform in [10⁻⁴, 10⁻¹]";

  private static final int EVALUATIONS = 20;
  private static final long EVALUATE_EVERY_PAPER = 1_000_000;
  private static final long SEARCH_STEPS = 60_000;

  private Plans() {}

  /** Threads where their number is not what is looked at: the paper's, or some for two cores. */
  static int threads(Scale scale) {
    return scale == Scale.SMALL ? 4 : 16;
  }

  static PlannedRun run(Scale scale, Preset algorithm, Task task, int threads, long seed) {
    return run(scale, algorithm, task, threads, task.steps(), seed, false);
  }

  static PlannedRun run(
      Scale scale, Preset algorithm, Task task, int threads, long steps, long seed, boolean timed) {
    return new PlannedRun(
        algorithm,
        task.env(),
        threads,
        steps,
        seed,
        scale == Scale.SMALL ? steps / EVALUATIONS : EVALUATE_EVERY_PAPER,
        timed,
        scale == Scale.SMALL && threads == 1 && !timed);
  }

  /** One run for each learning rate, each with a seed of its own, as in the paper's searches. */
  static List<PlannedRun> search(
      Scale scale, Preset algorithm, Task task, List<Double> learningRates) {
    List<PlannedRun> runs = new ArrayList<>();
    for (int i = 0; i < learningRates.size(); i++) {
      Preset preset = task.with(algorithm).learningRate(learningRates.get(i));
      long steps = Math.min(task.steps(), scale == Scale.SMALL ? SEARCH_STEPS : Task.DAY);
      runs.add(run(scale, preset, task, threads(scale), steps, i + 1, false));
    }
    return runs;
  }

  /**
   * Learning rates of one experiment, log-uniform: from [10⁻⁴, 10⁻²] as in section 5.1, for native
   * tasks up to 10⁻¹, since their networks take larger steps. The same ones for each method.
   */
  static List<Double> learningRates(Scale scale, int n) {
    double decades = scale == Scale.SMALL ? 3 : 2;
    SplittableRandom random = new SplittableRandom(0);
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double rate = Math.pow(10, -4 + decades * random.nextDouble());
      rates.add(Double.parseDouble(String.format(Locale.ROOT, "%.4g", rate)));
    }
    return rates;
  }

  static Axis trainingAxis(Scale scale) {
    return Axis.of(
        scale == Scale.SMALL
            ? "thousand agent steps of all threads"
            : "epochs (4 million frames of all threads)");
  }

  /** Frames that are 1 on the {@link #trainingAxis}. */
  static double framesPerUnit(Scale scale) {
    return scale == Scale.SMALL ? 1_000 : EPOCH;
  }

  /** What a native task is not, one sentence each. */
  static List<String> smallTasks(List<Task> tasks, int threads) {
    List<String> deviations = new ArrayList<>();
    deviations.add(
        "tasks: "
            + Task.names(tasks)
            + ", native and seen as small vectors, instead of Atari games; budgets of "
            + tasks.stream()
                .map(task -> String.format(Locale.ROOT, "%,d (%s)", task.steps(), task.env()))
                .collect(Collectors.joining(", "))
            + " agent steps");
    if (threads > 0) {
      deviations.add(threads + " threads instead of 16");
    }
    List<String> settings = Task.settingsInWords(tasks);
    if (!settings.isEmpty()) {
      deviations.add(
          "settings chosen by hand, so that something is learned: " + String.join("; ", settings));
    }
    return deviations;
  }

  /** What even the full protocol is not, one sentence each. */
  static List<String> atari() {
    return List.of(
        "episodes start with up to 30 no-ops, not from states of human play, which are not"
            + " published",
        "a run's budget is the paper's day, 80 million agent steps, where the paper's figure does"
            + " not say one that could be read with certainty",
        "threads share the cores of the machine named below; the paper had 16 for 16 threads");
  }
}
