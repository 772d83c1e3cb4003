package dev.stampede.paper;

import dev.stampede.experiment.Preset;
import dev.stampede.result.PaperScores;
import dev.stampede.result.PaperScores.Column;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is learned.
 *
 * @param env the environment's name
 * @param steps agent steps in which it is learned, or the paper's day
 * @param reference the score whose time is taken
 * @param best the best possible mean return, or of an Atari game the published A3C FF, 1 day
 * @param settings knobs, as "knob=value", that it needs beyond the preset's own adaptation
 */
record Task(String env, long steps, double reference, double best, List<String> settings) {
  static final Task CART_POLE = new Task("CartPole", 100_000, 400, 500, List.of());
  static final Task CATCH = new Task("Catch", 100_000, 0.6, 1, List.of());
  static final Task CORRIDOR = new Task("Corridor", 10_000, 0.7, 0.8, List.of());
  static final Task CORRIDOR_TRUNCATED = new Task("CorridorTruncated", 10_000, 1.4, 1.6, List.of());

  // Returns of some −100 need smaller rewards for the sizes of steps that suit CartPole.
  static final Task ACROBOT =
      new Task(
          "Acrobot",
          100_000,
          -150,
          -65,
          List.of(
              "reward-scale=0.1",
              "learning-rate=5.0E-4",
              "rms-epsilon=1.0E-5",
              "target-interval=1000 steps"));

  /** A day of the paper: 320 million frames. */
  static final long DAY = 80_000_000;

  /** Four days of the paper: a billion frames. */
  static final long FOUR_DAYS = 250_000_000;

  private static final List<String> FIVE_GAMES =
      List.of("beam-rider", "breakout", "pong", "qbert", "space-invaders");

  /** Five tasks: native ones, or the games of the paper's figures. */
  static List<Task> five(Scale scale) {
    return scale == Scale.SMALL
        ? List.of(CART_POLE, ACROBOT, CATCH, CORRIDOR, CORRIDOR_TRUNCATED)
        : games(FIVE_GAMES);
  }

  /** Two native tasks that are not too easy, or the games of the paper's figures. */
  static List<Task> two(Scale scale) {
    return scale == Scale.SMALL ? List.of(CART_POLE, CATCH) : games(FIVE_GAMES);
  }

  /** Games by their names in the paper's table. */
  static List<Task> games(List<String> names) {
    PaperScores scores = PaperScores.read();
    return names.stream()
        .map(
            game -> {
              double random = scores.score(game, Column.RANDOM).orElseThrow();
              double published = scores.score(game, Column.A3C_FF_1_DAY).orElseThrow();
              return new Task(
                  bare(game), DAY, random + 0.25 * (published - random), published, List.of());
            })
        .toList();
  }

  /** {@code space-invaders} is {@code SpaceInvaders} as an environment. */
  static String bare(String game) {
    return Arrays.stream(game.split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  /** An algorithm with this task's settings, of those knobs that it has. */
  Preset with(Preset preset) {
    Preset result = preset;
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      boolean has =
          preset.settings().keySet().stream().anyMatch(knob -> knob.label().equals(parts[0]));
      result = has ? result.set(parts[0], parts[1]) : result;
    }
    return result;
  }

  /** Names with what was set, for a report. */
  static List<String> settingsInWords(List<Task> tasks) {
    return tasks.stream()
        .filter(task -> !task.settings().isEmpty())
        .map(task -> task.env() + " by " + String.join(", ", task.settings()))
        .toList();
  }

  static String names(List<Task> tasks) {
    return tasks.stream().map(Task::env).collect(Collectors.joining(", "));
  }
}
