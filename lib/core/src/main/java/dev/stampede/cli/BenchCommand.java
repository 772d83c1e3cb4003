package dev.stampede.cli;

import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Knob;
import dev.stampede.experiment.Preset;
import dev.stampede.experiment.Run;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains as fast as it can and tells how far it is each second, in the form that peers are measured
 * by.
 */
@Command(
    name = "bench",
    description = {
      "Trains and prints PROGRESS <unix seconds> <agent steps> each second, then the number of"
          + " updates.",
      "breakout is Breakout with the paper's small network; cartpole is the native CartPole with"
          + " dense layers 64-64."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions experiment = new ExperimentOptions();

  @Option(
      names = "--env",
      defaultValue = "cartpole",
      paramLabel = "breakout|cartpole|ID",
      description = "Default: ${DEFAULT-VALUE}.")
  private String env = "cartpole";

  @Option(names = "--threads", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
  private int threads = 2;

  @Option(names = "--seconds", defaultValue = "30", description = "Default: ${DEFAULT-VALUE}.")
  private int seconds = 30;

  @Override
  public Integer call() throws InterruptedException {
    Preset preset = experiment.preset();
    if (!experiment.sets(Knob.ANNEAL_STEPS)) {
      preset =
          preset.set(Knob.ANNEAL_STEPS, "never"); // A measurement has no end to anneal towards.
    }
    String id =
        switch (env) {
          case "breakout" -> "Breakout";
          case "cartpole" -> "CartPole";
          default -> env;
        };
    if (env.equals("cartpole")) {
      preset = preset.hidden(64, 64);
    }
    Run run =
        Experiment.of()
            .algorithm(preset)
            .env(id)
            .threads(threads)
            .steps(Long.MAX_VALUE)
            .build()
            .start(System.err::println);
    while (run.progress().seconds() == 0 && !run.await(20)) {
      // Until all environments are up.
    }
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    do {
      System.out.printf(
          Locale.ROOT, "PROGRESS %.3f %d%n", System.currentTimeMillis() / 1e3, run.steps());
      System.out.flush();
    } while (System.nanoTime() < end && !run.await(1_000));
    run.stop();
    run.await();
    System.out.printf(
        Locale.ROOT,
        "updates %d, steps %d, %.1f steps/s%n",
        run.updates(),
        run.steps(),
        run.steps() / run.progress().seconds());
    return 0;
  }
}
