package dev.stampede.record;

import java.nio.file.Path;
import java.util.List;

/**
 * What was recorded.
 *
 * @param file where it is
 * @param environment by name
 * @param scores the sum of the rewards of each episode that ended
 * @param steps of all episodes, one that did not end included
 */
public record Recording(Path file, String environment, List<Double> scores, long steps) {
  public Recording {
    scores = List.copyOf(scores);
  }
}
