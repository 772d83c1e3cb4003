package dev.stampede.record;

import dev.stampede.env.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts episodes, steps and rewards. An episode begins with its first step: a reset after a reset
 * begins none.
 */
final class Tally {
  private final List<Double> scores = new ArrayList<>();
  private int episode;
  private long step;
  private long steps;
  private double score;

  void reset() {
    step = 0;
    score = 0;
  }

  void add(Step taken) {
    if (step == 0) {
      episode++;
    }
    step++;
    steps++;
    score += taken.reward();
    if (taken.last() && taken.ending() != Step.Ending.LOST) {
      scores.add(score);
    }
  }

  /** Counted from 1; before the first step of an episode the one before it. */
  int episode() {
    return episode;
  }

  /** Of this episode. */
  long step() {
    return step;
  }

  /** Of all episodes. */
  long steps() {
    return steps;
  }

  /** Of this episode so far. */
  double score() {
    return score;
  }

  /** Of the episodes that ended. */
  List<Double> scores() {
    return scores;
  }
}
