package dev.stampede.cli;

import dev.stampede.experiment.Device;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Preset;
import dev.stampede.experiment.Run;
import dev.stampede.runtime.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains, shows how it goes, and writes what came out. */
@Command(
    name = "run",
    description = "Trains an algorithm in an environment and writes what came out.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it ended as asked",
      "1:it failed; what was computed until then is written",
      "2:wrong arguments",
      "3:--until-return was not reached within --steps",
      "130:stopped by Ctrl-C; everything is written"
    })
final class RunCommand implements Callable<Integer> {
  /** Not reached, of {@code --until-return}. */
  static final int NOT_REACHED = 3;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ExperimentOptions experiment = new ExperimentOptions();

  @Option(
      names = "--env",
      defaultValue = "CartPole",
      description =
          "A native task (CartPole, Catch), an Atari game by name (Breakout), or any Gymnasium id"
              + " (Acrobot-v1). Default: ${DEFAULT-VALUE}.")
  private String env = "CartPole";

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Actor-learners, each on a thread of its own (default: ${DEFAULT-VALUE}).")
  private int threads = 2;

  @Option(
      names = "--steps",
      description = "Agent steps of all threads together. Default: minutes' worth, by environment.")
  private @Nullable Long steps;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for run.json, episodes.csv, evaluations.csv, parameters.safetensors and"
              + " checkpoints; made if need be.")
  private @Nullable Path out;

  @Option(
      names = "--until-return",
      paramLabel = "RETURN",
      description = "Ends when the mean return of the last 100 episodes reaches this.")
  private @Nullable Double untilReturn;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Agent steps between evaluations of θ in an environment of its own.")
  private @Nullable Long evaluateEvery;

  @Option(
      names = "--evaluation-episodes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Episodes of one evaluation (default: ${DEFAULT-VALUE}).")
  private int evaluationEpisodes = 10;

  @Option(
      names = "--evaluation",
      paramLabel = "greedy|sampled",
      description =
          "Whether evaluations take the best action or draw from the policy. Default: draw, for"
              + " methods with a policy; greedy for methods that learn Q(s, a).")
  private @Nullable String evaluation;

  @Option(names = "--deterministic", description = "The same bits each time; needs --threads 1.")
  private boolean deterministic;

  @Option(
      names = "--device",
      paramLabel = "cpu|gpu",
      defaultValue = "cpu",
      description =
          "What the learner computes on (default: ${DEFAULT-VALUE}). This version computes on the"
              + " CPU only and refuses a GPU.")
  private String device = "cpu";

  @Option(
      names = "--checkpoint-every",
      paramLabel = "SECONDS",
      description =
          "Seconds between checkpoints in --out, 0 for one at the end only (default: 60). A run"
              + " that was stopped or killed goes on from the newest with --resume.")
  private @Nullable Double checkpointEvery;

  @Option(
      names = "--save-replay",
      description =
          "Saves replay memories with each checkpoint, so that --resume need not fill them anew.")
  private boolean saveReplay;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Goes on with the run of this folder from its newest checkpoint, with all its settings;"
              + " --steps may give it a larger budget.")
  private @Nullable Path resume;

  @Override
  public Integer call() {
    Experiment.Builder builder = resume == null ? Experiment.of() : Experiment.resume(resume);
    if (applies("--algorithm") || applies("--set")) {
      builder.algorithm(experiment.preset());
    }
    if (applies("--env")) {
      builder.env(env);
    }
    if (applies("--threads")) {
      builder.threads(threads);
    }
    if (applies("--seed")) {
      builder.seed(seed);
    }
    if (applies("--evaluation-episodes")) {
      builder.evaluationEpisodes(evaluationEpisodes);
    }
    if (applies("--deterministic")) {
      builder.deterministic(deterministic);
    }
    builder.device(Device.named(device));
    if (checkpointEvery != null) {
      if (!(checkpointEvery >= 0 && checkpointEvery <= 1e9)) {
        throw new IllegalArgumentException(
            "--checkpoint-every: expected seconds, 0 or more, but got " + checkpointEvery);
      }
      builder.checkpointEvery(Duration.ofNanos((long) (checkpointEvery * 1e9)));
    }
    if (saveReplay) {
      builder.saveReplay(true);
    }
    if (steps != null) {
      builder.steps(steps);
    }
    if (out != null) {
      builder.out(out);
    }
    if (untilReturn != null) {
      builder.until(untilReturn);
    }
    if (evaluateEvery != null) {
      builder.evaluateEvery(evaluateEvery);
    }
    if (evaluation != null) {
      if (!evaluation.equals("greedy") && !evaluation.equals("sampled")) {
        throw new IllegalArgumentException(
            "--evaluation: expected greedy or sampled but got " + evaluation);
      }
      builder.greedyEvaluation(evaluation.equals("greedy"));
    }
    ProgressLine line = new ProgressLine(System.err);
    Run run = builder.build().start(line::message);
    Thread onInterrupt = new Thread(() -> stopAndWait(run), "stop-run");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    watch(run, line);
    try {
      Runtime.getRuntime().removeShutdownHook(onInterrupt);
    } catch (IllegalStateException e) {
      return 130; // The process is going down already, by Ctrl-C for instance.
    }
    return report(run);
  }

  /** Whether an option has a say: all do in a new run, those that were given in a resumed one. */
  private boolean applies(String option) {
    return resume == null
        || spec != null && spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Shows the progress until the run has ended. */
  static void watch(Run run, ProgressLine line) {
    try {
      while (!run.await(1_000)) {
        line.show(run.algorithm().name() + " " + run.experiment().env(), run.progress());
      }
    } catch (InterruptedException e) {
      stopAndWait(run);
    }
    line.end();
  }

  private static void stopAndWait(Run run) {
    run.stop();
    try {
      run.await(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String score(double mean) {
    return Double.isNaN(mean) ? "not known yet" : String.format(Locale.ROOT, "%.2f", mean);
  }

  private int report(Run run) {
    Progress end = run.progress();
    run.failure()
        .ifPresent(
            failure -> {
              System.err.println(
                  "stampede: the run failed at step " + end.steps() + ": " + failure.getMessage());
              if (!(failure instanceof IllegalArgumentException
                  || failure instanceof IllegalStateException
                  || failure instanceof dev.stampede.env.EnvironmentException)) {
                failure.printStackTrace();
              }
            });
    System.out.printf(
        Locale.ROOT,
        "%s on %s: %,d steps (%,d frames) in %.1f s, %,.0f steps/s, %,d episodes, mean return of"
            + " the last 100 %s, best %s%n",
        run.algorithm().name(),
        run.experiment().env(),
        end.steps(),
        end.frames(),
        end.seconds(),
        end.seconds() > 0 ? end.steps() / end.seconds() : 0,
        end.episodes(),
        score(end.meanReturn()),
        score(end.bestMeanReturn()));
    for (Preset.Difference difference : run.algorithm().differencesFromPaper()) {
      System.out.println("  not as in the paper: " + difference);
    }
    run.solvedAtStep()
        .ifPresent(
            step ->
                System.out.printf(
                    Locale.ROOT,
                    "reached %s at step %,d%n",
                    run.experiment().until().orElse(Double.NaN),
                    step));
    run.experiment()
        .out()
        .ifPresent(folder -> System.out.println("written to " + folder.resolve("run.json")));
    if (run.failure().isPresent()) {
      return end.steps() == 0 && run.failure().get() instanceof IllegalArgumentException ? 2 : 1;
    }
    return run.experiment().until().isPresent() && run.solvedAtStep().isEmpty() ? NOT_REACHED : 0;
  }
}
