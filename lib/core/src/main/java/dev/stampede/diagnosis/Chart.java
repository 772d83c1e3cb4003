package dev.stampede.diagnosis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.LearningRecord;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;

/**
 * All that is known of a run when it is diagnosed.
 *
 * @param run what {@code run.json} says
 * @param learning what its updates looked like
 * @param episodes the finished training episodes, in the order they ended
 * @param play what the current policy does
 * @param notPlayed why there is no {@code play}, if there is none
 */
public record Chart(
    JsonNode run,
    List<LearningRecord> learning,
    List<EpisodeRecord> episodes,
    Optional<Play> play,
    String notPlayed) {
  /** Of the way from the worst return to the best. */
  private static final double BEST = 0.95;

  public Chart {
    learning = List.copyOf(learning);
    episodes = List.copyOf(episodes);
  }

  String title() {
    return "%s on %s, seed %s"
        .formatted(
            run.at("/algorithm/name").asText(),
            run.at("/experiment/env").asText(),
            run.at("/experiment/seed").asText());
  }

  String state() {
    return run.path("state").asText();
  }

  Optional<String> failure() {
    return Optional.ofNullable(run.path("failure").textValue());
  }

  long steps() {
    return run.path("steps").asLong();
  }

  long updates() {
    return run.path("updates").asLong();
  }

  long budget() {
    return run.at("/experiment/stepsBudget/value").asLong();
  }

  double seconds() {
    return run.path("wallSeconds").asDouble();
  }

  int threads() {
    return run.at("/experiment/threads").asInt();
  }

  /** Whether it ended because it had reached the mean return that was asked for. */
  boolean solved() {
    return run.at("/experiment/until").isObject() && run.path("solvedAtStep").isNumber();
  }

  /** How many actions there are to choose from; 0 if they are numbers, or nobody knows. */
  int choices() {
    int written = run.at("/experiment/choices").asInt();
    return written > 0 ? written : play.map(Play::choices).orElse(0);
  }

  /** A setting's value as it is written; empty text if the algorithm has none. */
  String knob(String label) {
    return run.at("/algorithm/knobs").path(label).path("value").asText("");
  }

  /** Whether there were not as many threads from its beginning to its end. */
  boolean threadsChanged() {
    return StreamSupport.stream(run.path("changes").spliterator(), false)
        .anyMatch(change -> change.path("knob").asText().equals("threads"));
  }

  /** A setting and its value in brackets, to go into advice; nothing if the algorithm has none. */
  String now(String label) {
    return knob(label).isEmpty() ? "" : " (" + label + ", now " + knob(label) + ")";
  }

  /** Empty if it is no number. */
  OptionalDouble number(String label) {
    try {
      return OptionalDouble.of(Double.parseDouble(knob(label)));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /**
   * The updates of a part of the steps so far.
   *
   * @param from where it begins, from 0 to 1
   * @param to where it ends
   */
  Updates updates(double from, double to) {
    double steps = learning.isEmpty() ? 0 : learning.get(learning.size() - 1).step();
    return new Updates(
        learning.stream().filter(r -> from * steps < r.step() && r.step() <= to * steps).toList());
  }

  /** The same of the steps from {@code from} to {@code to}. */
  Returns returnsOfSteps(double from, double to) {
    return Returns.of(episodes.stream().filter(e -> from < e.step() && e.step() <= to).toList());
  }

  /** The returns of a part of the episodes, in the order they ended. */
  Returns returns(double from, double to) {
    int n = episodes.size();
    return Returns.of(episodes.subList((int) Math.floor(from * n), (int) Math.ceil(to * n)));
  }

  /**
   * The returns of the first tenth of the episodes, of 50 at most: an easy task is soon learned.
   */
  Returns firstReturns() {
    int tenth = (int) Math.ceil(0.1 * episodes.size());
    return Returns.of(episodes.subList(0, Math.min(tenth, Returns.FEWEST_EPISODES)));
  }

  /**
   * Whether the last tenth of the episodes brought clearly more than the first ones, or about the
   * best that was ever seen: some tasks are learned within the first ones.
   */
  boolean learned() {
    Returns last = returns(0.9, 1);
    DoubleSummaryStatistics all =
        episodes.stream().mapToDouble(EpisodeRecord::score).summaryStatistics();
    double range = all.getMax() - all.getMin();
    boolean best = range > 0 && last.mean() >= all.getMin() + BEST * range;
    return best || last.clearlyAbove(firstReturns());
  }

  /** Why rules about updates can say nothing, if they cannot. */
  Optional<String> tooFewUpdates(long needed) {
    if (learning.isEmpty() && updates() > 0) {
      return Optional.of("there is no record of the updates");
    }
    if (updates() < needed) {
      return Optional.of(Text.tooFew(updates(), "updates", needed));
    }
    return learning.size() < Updates.FEWEST_PIECES
        ? Optional.of(Text.tooFew(learning.size(), "records of updates", Updates.FEWEST_PIECES))
        : Optional.empty();
  }

  /** Why rules about returns can say nothing, if they cannot. */
  Optional<String> tooFewEpisodes() {
    return episodes.size() < Returns.FEWEST_EPISODES
        ? Optional.of(Text.tooFew(episodes.size(), "finished episodes", Returns.FEWEST_EPISODES))
        : Optional.empty();
  }
}
