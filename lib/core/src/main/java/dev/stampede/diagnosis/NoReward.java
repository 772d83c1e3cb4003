package dev.stampede.diagnosis;

import dev.stampede.result.EpisodeRecord;
import java.util.Map;
import java.util.Optional;

/** All episodes brought the same: nothing says which action is better. */
final class NoReward implements Rule {
  @Override
  public String name() {
    return "no-reward";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> few = chart.tooFewEpisodes();
    if (few.isPresent()) {
      return Opinion.unjudged(few.get());
    }
    double score = chart.episodes().get(0).score();
    boolean same =
        chart.episodes().stream().mapToDouble(EpisodeRecord::score).allMatch(s -> s == score);
    return same ? found(chart, score) : Opinion.fine();
  }

  private Finding found(Chart chart, double score) {
    int n = chart.episodes().size();
    return new Finding(
        name(),
        Severity.SEVERE,
        score == 0
            ? Text.format("No reward was ever seen: all of %,d episodes scored 0.", n)
            : Text.format(
                "All of %,d episodes scored the same, %s: nothing tells a good action from a bad"
                    + " one.",
                n, Text.brief(score)),
        Map.of("episodes", (double) n, "score", score),
        "Try the environment by hand: does it reward anything that random actions reach? A reward"
            + " for steps on the way, a shorter way to the first reward, more exploration or a"
            + " longer run help.");
  }
}
