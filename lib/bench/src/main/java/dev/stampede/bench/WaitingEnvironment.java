package dev.stampede.bench;

import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import java.util.Locale;

/**
 * Steps per second of A3C by threads where an environment's step only waits, as for a remote
 * simulator or a robot: how much threads hide. Arguments: milliseconds to wait, seconds to measure,
 * numbers of threads, such as {@code 5 20 1 16}.
 */
public final class WaitingEnvironment {
  private WaitingEnvironment() {}

  private static final class Waiting extends Wrapper {
    private final long milliseconds;

    Waiting(long milliseconds) {
      super(new CartPole());
      this.milliseconds = milliseconds;
    }

    @Override
    public Step step(Action action) {
      try {
        Thread.sleep(milliseconds);
      } catch (InterruptedException e) {
        throw new EnvironmentException("interrupted while it waited", e);
      }
      return super.step(action);
    }
  }

  /** Prints a line for each number of threads. */
  public static void main(String[] arguments) throws InterruptedException {
    long milliseconds = Long.parseLong(arguments[0]);
    long seconds = Long.parseLong(arguments[1]);
    double first = Double.NaN;
    for (int i = 2; i < arguments.length; i++) {
      int threads = Integer.parseInt(arguments[i]);
      Run run =
          Experiment.of()
              .algorithm(Algorithms.A3C)
              .env(purpose -> new Waiting(milliseconds))
              .threads(threads)
              .steps(Long.MAX_VALUE)
              .build()
              .start();
      Thread.sleep(2_000); // Classes load, code is compiled.
      long before = run.steps();
      long start = System.nanoTime();
      Thread.sleep(seconds * 1_000);
      double speed = (run.steps() - before) / ((System.nanoTime() - start) / 1e9);
      run.stop();
      run.await();
      first = Double.isNaN(first) ? speed : first;
      System.out.printf(
          Locale.ROOT,
          "%d threads: %.1f steps/s, %.2f times the first%n",
          threads,
          speed,
          speed / first);
    }
  }
}
