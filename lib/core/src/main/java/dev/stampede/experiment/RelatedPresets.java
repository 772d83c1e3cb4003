package dev.stampede.experiment;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.experiment.Preset.Setting;
import java.util.EnumMap;
import java.util.Map;

/** The related work that Mnih et al. (2016), section 2, name: workers that share nothing. */
final class RelatedPresets {
  private static final String ES_CODE =
      "the authors' code, github.com/openai/evolution-strategies-starter, ";
  private static final String ES_PAPER = "Salimans et al. (2017), from memory";
  private static final String LSPI = "Lagoudakis and Parr (2003), from memory";
  private static final String NOT_AT_HAND = "the paper was not at hand";

  /** Salimans et al. (2017), arXiv:1703.03864. */
  static final Preset EVOLUTION_STRATEGIES =
      Preset.ofPaper(
          "EvolutionStrategies",
          evolutionStrategies(),
          Map.of(Knob.LEARNING_RATE, "0.05", Knob.PERTURBATION, "0.1", Knob.PAIRS, "8"),
          RelatedPresets::evolutionStrategies);

  /** Grounds and Kudenko (2008). */
  static final Preset PARALLEL_SARSA =
      Preset.ofPaper(
          "ParallelSarsa",
          with(
              Map.entry(Knob.EXCHANGE_INTERVAL, new Setting("200", NOT_AT_HAND, Certainty.CHOSEN)),
              Map.entry(
                  Knob.SIGNIFICANT_CHANGE, new Setting("0.001", NOT_AT_HAND, Certainty.CHOSEN))),
          Map.of(Knob.GAMMA, "0.99", Knob.EPSILON_ANNEAL, "20000 steps"),
          RelatedPresets::parallelSarsa);

  /** Li and Schuurmans (2011). */
  static final Preset MAP_REDUCE_LSPI =
      Preset.ofPaper(
          "MapReduceLSPI",
          leastSquares(),
          Map.of(Knob.GAMMA, "0.99", Knob.EPSILON_ANNEAL, "20000 steps"),
          RelatedPresets::mapReduceLspi);

  private RelatedPresets() {}

  private static Map<Knob, Setting> evolutionStrategies() {
    String humanoid = ES_CODE + "humanoid.json";
    String mnih = ES_PAPER + ": the network of Mnih et al. (2016) on Atari";
    return new EnumMap<>(
        Map.ofEntries(
            Map.entry(Knob.LEARNING_RATE, new Setting("0.01", humanoid, Certainty.VERIFIED)),
            Map.entry(Knob.ANNEAL_STEPS, new Setting("never", humanoid, Certainty.VERIFIED)),
            Map.entry(
                Knob.LEARNING_RATE_SCHEDULE,
                new Setting("linear", "a constant step", Certainty.CHOSEN)),
            Map.entry(
                Knob.REWARD_SCALE, new Setting("1.0", "ranks know no scale", Certainty.SECONDARY)),
            Map.entry(Knob.PERTURBATION, new Setting("0.02", humanoid, Certainty.VERIFIED)),
            Map.entry(
                Knob.PAIRS, new Setting("5000", humanoid + ": 10000 episodes", Certainty.VERIFIED)),
            Map.entry(Knob.WEIGHT_DECAY, new Setting("0.005", humanoid, Certainty.VERIFIED)),
            Map.entry(Knob.NETWORK, new Setting("small-conv", mnih, Certainty.PRACTICE)),
            Map.entry(Knob.HIDDEN, new Setting("256", mnih, Certainty.PRACTICE)),
            Map.entry(Knob.NONLINEARITY, new Setting("relu", mnih, Certainty.PRACTICE))));
  }

  private static Map<Knob, Setting> leastSquares() {
    Map<Knob, Setting> values =
        with(
            Map.entry(Knob.SAMPLES, new Setting("4000", NOT_AT_HAND, Certainty.CHOSEN)),
            Map.entry(
                Knob.ITERATIONS,
                new Setting("20", LSPI + ": it ends after some ten", Certainty.CHOSEN)),
            Map.entry(
                Knob.RIDGE,
                new Setting("0.1", LSPI + ": a small number times I", Certainty.CHOSEN)),
            Map.entry(
                Knob.TILINGS,
                new Setting("4", "few enough to solve for at once", Certainty.CHOSEN)),
            Map.entry(
                Knob.TILES, new Setting("8", "few enough to solve for at once", Certainty.CHOSEN)));
    values.keySet().remove(Knob.LAMBDA);
    values.keySet().remove(Knob.LEARNING_RATE);
    values.keySet().remove(Knob.LEARNING_RATE_SCHEDULE);
    values.keySet().remove(Knob.ANNEAL_STEPS);
    return values;
  }

  @SafeVarargs
  private static Map<Knob, Setting> with(Map.Entry<Knob, Setting>... own) {
    Map<Knob, Setting> values = Algorithms.tileCoded();
    for (Map.Entry<Knob, Setting> each : own) {
      values.put(each.getKey(), each.getValue());
    }
    return values;
  }

  private static Algorithm evolutionStrategies(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.EvolutionStrategies(
        p.number(Knob.PERTURBATION), p.whole(Knob.PAIRS), p.number(Knob.WEIGHT_DECAY));
  }

  private static Algorithm parallelSarsa(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.ParallelSarsa(
        p.number(Knob.GAMMA),
        p.number(Knob.LAMBDA),
        p.whole(Knob.EXCHANGE_INTERVAL),
        p.number(Knob.SIGNIFICANT_CHANGE),
        Algorithms.exploration(p, framesPerStep));
  }

  private static Algorithm mapReduceLspi(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.MapReduceLSPI(
        p.number(Knob.GAMMA),
        p.number(Knob.RIDGE),
        p.whole(Knob.SAMPLES),
        p.whole(Knob.ITERATIONS),
        Algorithms.exploration(p, framesPerStep));
  }
}
