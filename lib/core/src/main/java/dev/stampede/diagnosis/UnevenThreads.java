package dev.stampede.diagnosis;

import dev.stampede.result.EpisodeRecord;
import java.util.Map;
import java.util.stream.Collectors;

/** One thread does far fewer steps than the others. */
final class UnevenThreads implements Rule {
  /** Of the mean of all threads. */
  private static final double FEW = 0.25;

  /** For each thread in the mean, so that no single episode decides. */
  private static final int FEWEST_EPISODES = 20;

  /** In less, a busy machine may not have let each thread have its turn. */
  private static final double SHORTEST_SECONDS = 2;

  @Override
  public String name() {
    return "uneven-threads";
  }

  @Override
  public Opinion look(Chart chart) {
    int threads = chart.threads();
    if (threads < 2) {
      return Opinion.unjudged("there is one thread only");
    }
    if (chart.threadsChanged()) {
      return Opinion.unjudged("the number of threads was changed while it ran");
    }
    if (chart.episodes().size() < FEWEST_EPISODES * threads) {
      return Opinion.unjudged(
          Text.tooFew(
              chart.episodes().size(), "finished episodes", (long) FEWEST_EPISODES * threads));
    }
    if (chart.seconds() < SHORTEST_SECONDS) {
      return Opinion.unjudged(
          Text.format(
              "it ran for %.1f s, and it takes %.0f to tell", chart.seconds(), SHORTEST_SECONDS));
    }
    Map<Integer, Long> steps =
        chart.episodes().stream()
            .collect(
                Collectors.groupingBy(
                    EpisodeRecord::thread, Collectors.summingLong(EpisodeRecord::length)));
    double mean = steps.values().stream().mapToLong(Long::longValue).sum() / (double) threads;
    for (int thread = 0; thread < threads; thread++) {
      long own = steps.getOrDefault(thread, 0L);
      if (own < FEW * mean) {
        return found(thread, own, mean);
      }
    }
    return Opinion.fine();
  }

  private Finding found(int thread, long steps, double mean) {
    return new Finding(
        name(),
        Severity.HINT,
        Text.format(
            "Thread %d falls behind: its episodes have %,d steps, where a thread has %,.0f in the"
                + " mean.",
            thread, steps, mean),
        Map.of("thread", (double) thread, "steps", (double) steps, "mean", mean),
        "Look whether its environment is slower than the others, or whether more threads run than"
            + " there are cores.");
  }
}
