package dev.stampede.bench;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.result.Interval;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** What choosing every action uniformly at random scores: the floor under every learning claim. */
public final class RandomPolicy {
  private RandomPolicy() {}

  /**
   * Prints the mean, its 95 % interval and each return.
   *
   * @param arguments environment, episodes, seed
   */
  public static void main(String[] arguments) {
    int episodes = Integer.parseInt(arguments[1]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
    double[] returns = new double[episodes];
    try (EnvironmentFactory factory =
            Environments.open(arguments[0], 1, line -> System.err.println(line));
        Environment environment = EpisodeStatistics.around(factory.create(Purpose.EVALUATION))) {
      int actions = ((Space.Discrete) environment.actionSpace()).n();
      environment.reset(random.nextLong() >>> 1);
      for (int i = 0; i < episodes; i++) {
        if (i > 0) {
          environment.reset();
        }
        Step step;
        do {
          step = environment.step(Action.of(random.nextInt(actions)));
        } while (!step.last());
        returns[i] = step.episode().orElseThrow().score();
      }
    }
    Interval interval = Interval.ofMean(returns, 0);
    System.out.printf(
        Locale.ROOT,
        "%s, %d episodes, uniformly random actions, seed %s: mean %.2f, 95 %% interval [%.2f,"
            + " %.2f]%nreturns: %s%n",
        arguments[0],
        episodes,
        arguments[2],
        Arrays.stream(returns).average().orElseThrow(),
        interval.low(),
        interval.high(),
        Arrays.toString(returns));
  }
}
