package dev.stampede.cli;

import dev.stampede.env.Environments;
import dev.stampede.experiment.TrainedPolicy;
import dev.stampede.result.Interval;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the parameters of an earlier run. */
@Command(
    name = "evaluate",
    description =
        "Plays whole episodes by the parameters of an earlier run: mean, interval, each return.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--parameters",
      required = true,
      paramLabel = "FILE|DIR",
      description = "Folder of a run, or its parameters.safetensors with run.json beside it.")
  private Path parameters = Path.of("");

  @Option(names = "--env", description = "Default: the environment it was trained in.")
  private @Nullable String env;

  @Option(names = "--episodes", defaultValue = "30", description = "Default: ${DEFAULT-VALUE}.")
  private int episodes = 30;

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "Of the environment and of drawn actions (default: ${DEFAULT-VALUE}).")
  private long seed = 7;

  @Option(
      names = "--sampled",
      description = "Draws actions from the policy instead of taking the most probable one.")
  private boolean sampled;

  @Override
  public Integer call() {
    if (episodes < 1) {
      throw new IllegalArgumentException("--episodes: expected at least 1 but got " + episodes);
    }
    if (env != null) {
      Environments.check(env);
    }
    TrainedPolicy policy = TrainedPolicy.of(parameters);
    List<Double> returns =
        policy.evaluate(Optional.ofNullable(env), episodes, seed, !sampled, System.err::println);
    double[] values = returns.stream().mapToDouble(Double::doubleValue).toArray();
    Interval interval = Interval.ofMean(values, 0);
    double mean = returns.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    System.out.printf(
        Locale.ROOT,
        "%s, %d episodes, %s, seed %d: mean %.2f, 95 %% interval [%.2f, %.2f]%nreturns: %s%n",
        env == null ? policy.env() : env,
        returns.size(),
        sampled ? "actions drawn from the policy" : "most probable action",
        seed,
        mean,
        interval.low(),
        interval.high(),
        returns.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    return 0;
  }
}
