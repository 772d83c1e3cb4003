package dev.stampede.experiment;

import dev.stampede.env.Nearest;
import dev.stampede.experiment.Preset.Setting;
import java.util.List;
import java.util.Map;

/** The algorithms by name, each with its paper's values. */
public final class Algorithms {
  private static final String WIKI = "authors' e-mail, wiki of muupan/async-rl";

  /**
   * Asynchronous advantage actor-critic with the values of Mnih et al. (2016), arXiv:1602.01783,
   * for Atari: section 5 and supplement 8.
   */
  public static final Preset A3C =
      Preset.ofPaper(
          "A3C",
          Map.ofEntries(
              value(Knob.LEARNING_RATE, "7.0E-4", WIKI + ": the 57-game runs", Certainty.VERIFIED),
              value(
                  Knob.ANNEAL_STEPS,
                  "budget",
                  "section 5.1: to 0 over training",
                  Certainty.SECONDARY),
              value(Knob.GAMMA, "0.99", "supplement 8", Certainty.SECONDARY),
              value(Knob.ENTROPY, "0.01", "supplement 8: Atari and TORCS", Certainty.SECONDARY),
              value(
                  Knob.VALUE_WEIGHT, "0.5", WIKI + ": × 0.5, read as ½(R − V)", Certainty.VERIFIED),
              value(Knob.T_MAX, "5", "section 5.1", Certainty.SECONDARY),
              value(Knob.RMS_DECAY, "0.99", WIKI, Certainty.VERIFIED),
              value(Knob.RMS_EPSILON, "0.1", WIKI, Certainty.VERIFIED),
              value(
                  Knob.CLIP_NORM,
                  "40.0",
                  "tuned, but not stated, in the paper; PFRL and GA3C use 40",
                  Certainty.PRACTICE),
              value(Knob.NETWORK, "small-conv", "section 5.1", Certainty.SECONDARY),
              value(Knob.HIDDEN, "256", "section 5.1", Certainty.SECONDARY),
              value(Knob.NONLINEARITY, "relu", "section 5.1", Certainty.SECONDARY),
              value(Knob.INITIALIZATION, "torch", WIKI, Certainty.VERIFIED)));

  private static final List<Preset> ALL = List.of(A3C);

  private Algorithms() {}

  /** Every algorithm's preset. */
  public static List<Preset> all() {
    return ALL;
  }

  /**
   * The preset of that name.
   *
   * @throws IllegalArgumentException with the nearest names if there is none
   */
  public static Preset named(String name) {
    return ALL.stream()
        .filter(preset -> preset.algorithm().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no algorithm \""
                        + name
                        + "\"; did you mean "
                        + Nearest.to(name, ALL.stream().map(Preset::algorithm).toList())
                        + "?"));
  }

  private static Map.Entry<Knob, Setting> value(
      Knob knob, String value, String source, Certainty certainty) {
    return Map.entry(knob, new Setting(value, source, certainty));
  }
}
