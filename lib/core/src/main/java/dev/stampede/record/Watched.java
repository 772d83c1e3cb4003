package dev.stampede.record;

import java.util.List;
import java.util.Map;

/**
 * Episodes that were played to be watched.
 *
 * @param recording the video
 * @param policyStep agent steps of the run when its policy was as it is seen here
 * @param actions how they were chosen, in words
 * @param table what was known of each state, by name: {@code episode}, {@code step}, {@code
 *     reward}, {@code value}, {@code residual}, and one column for each action; all of one length,
 *     NaN where there is nothing
 */
public record Watched(
    Recording recording, long policyStep, String actions, Map<String, List<Double>> table) {

  /**
   * One column of the table.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public List<Double> column(String name) {
    List<Double> column = table.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "expected one of " + table.keySet() + " but got \"" + name + "\"");
    }
    return column;
  }
}
