package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.actorCritic;
import static dev.stampede.experiment.Algorithms.value;
import static dev.stampede.experiment.Algorithms.with;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.KlPenalty;
import dev.stampede.algorithm.PerThread;
import dev.stampede.experiment.Preset.Setting;
import java.util.Arrays;
import java.util.Map;

/**
 * The presets of PPO and DPPO. The papers' values are from memory, checked against nothing here:
 * none of them is more than SECONDARY.
 */
final class PpoPresets {
  private static final String ATARI = "table 5, Atari, from memory";
  private static final String MUJOCO = "table 3, MuJoCo, from memory";
  private static final String BASELINES = "OpenAI baselines, ppo2, from memory";
  private static final String COADY = "github.com/pat-coady/trpo, from memory; not in the paper";
  private static final String HEESS = "algorithms 1 to 3";
  private static final String NUMBERS_ONLY = "the paper has no pictures";

  /** The paper's values for MuJoCo, where they differ from those for Atari. */
  private static final Map<Knob, Setting> MUJOCO_VALUES =
      Map.ofEntries(
          value(Knob.LEARNING_RATE, "3.0E-4", MUJOCO, Certainty.SECONDARY),
          value(Knob.ANNEAL_STEPS, "never", MUJOCO, Certainty.SECONDARY),
          value(Knob.EPOCHS, "10", MUJOCO, Certainty.SECONDARY),
          value(Knob.MINIBATCH, "64", MUJOCO, Certainty.SECONDARY),
          value(Knob.T_MAX, "2048", MUJOCO + ", with one actor", Certainty.SECONDARY),
          value(Knob.CLIP, "0.2", "table 1", Certainty.SECONDARY),
          value(Knob.CLIP_ANNEAL, "no", "table 1", Certainty.SECONDARY),
          value(Knob.ENTROPY, "0.0", "section 6.1", Certainty.SECONDARY),
          value(Knob.VALUE_NETWORK, "separate", "section 6.1", Certainty.SECONDARY),
          value(Knob.HIDDEN, "64-64", "section 6.1", Certainty.SECONDARY),
          value(Knob.NONLINEARITY, "tanh", "section 6.1", Certainty.SECONDARY));

  /** What learns CartPole. */
  private static final Map<Knob, String> PPO_CLASSIC =
      Map.ofEntries(
          Map.entry(Knob.LEARNING_RATE, "0.001"),
          Map.entry(Knob.EPOCHS, "10"),
          Map.entry(Knob.MINIBATCH, "64"),
          Map.entry(Knob.T_MAX, "64"),
          Map.entry(Knob.CLIP, "0.2"),
          Map.entry(Knob.CLIP_ANNEAL, "no"),
          Map.entry(Knob.CLIP_NORM, "0.5"),
          Map.entry(Knob.VALUE_NETWORK, "separate"));

  /** What learns CartPole. */
  private static final Map<Knob, String> DPPO_CLASSIC =
      Map.of(
          Knob.LEARNING_RATE, "0.003",
          Knob.T_MAX, "128",
          Knob.RETURN_LENGTH, "128",
          Knob.KL_TARGET, "0.01");

  private static final Map<Knob, Setting> DPPO_NUMBERS =
      Map.ofEntries(value(Knob.LEARNING_RATE, "0.001", "not known here", Certainty.CHOSEN));

  /**
   * What learns from small states by actions that are numbers; of what the paper has for MuJoCo,
   * only rollouts are shorter, for there are several environments.
   */
  static final Map<Knob, String> CONTINUOUS =
      Map.of(
          Knob.T_MAX, "128",
          Knob.EPOCHS, "10",
          Knob.BASELINE_EPOCHS, "10",
          Knob.HIDDEN, "64-64",
          Knob.NORMALIZE_OBSERVATIONS, "yes",
          Knob.NORMALIZE_REWARDS, "yes",
          Knob.RETURN_LENGTH, "128");

  private PpoPresets() {}

  static Preset ppo() {
    return Preset.ofPaper("PPO", ppoValues(), PPO_CLASSIC, MUJOCO_VALUES, PpoPresets::makePpo);
  }

  static Preset dppo() {
    return Preset.ofPaper("DPPO", dppoValues(), DPPO_CLASSIC, DPPO_NUMBERS, PpoPresets::makeDppo);
  }

  private static Map<Knob, Setting> ppoValues() {
    return with(
        actorCritic(),
        value(Knob.LEARNING_RATE, "2.5E-4", ATARI, Certainty.SECONDARY),
        value(Knob.ANNEAL_STEPS, "budget", ATARI + ": α from 1 to 0", Certainty.SECONDARY),
        value(Knob.LEARNING_RATE_SCHEDULE, "linear", ATARI, Certainty.SECONDARY),
        value(Knob.GAMMA, "0.99", ATARI, Certainty.SECONDARY),
        value(Knob.LAMBDA, "0.95", ATARI, Certainty.SECONDARY),
        value(Knob.T_MAX, "128", ATARI + ", with 8 actors", Certainty.SECONDARY),
        value(Knob.EPOCHS, "3", ATARI, Certainty.SECONDARY),
        value(Knob.MINIBATCH, "256", ATARI + ": 32 × 8", Certainty.SECONDARY),
        value(Knob.CLIP, "0.1", ATARI, Certainty.SECONDARY),
        value(Knob.CLIP_ANNEAL, "yes", ATARI, Certainty.SECONDARY),
        value(Knob.VALUE_WEIGHT, "2.0", ATARI + ": c₁ = 1 of (V − V^targ)²", Certainty.SECONDARY),
        value(Knob.ENTROPY, "0.01", ATARI, Certainty.SECONDARY),
        value(Knob.NORMALIZE_ADVANTAGES, "yes", BASELINES, Certainty.PRACTICE),
        value(Knob.REDUCTION, "mean", "equation 9", Certainty.SECONDARY),
        value(Knob.OPTIMIZER, "shared-adam", ATARI, Certainty.SECONDARY),
        value(Knob.RMS_EPSILON, "1.0E-5", BASELINES, Certainty.PRACTICE),
        value(Knob.CLIP_NORM, "Infinity", "none in the paper; ppo2: 0.5", Certainty.PRACTICE));
  }

  private static Map<Knob, Setting> dppoValues() {
    Map<Knob, Setting> all =
        with(
            actorCritic(),
            value(Knob.LEARNING_RATE, "1.0E-4", "not known here", Certainty.CHOSEN),
            value(Knob.ANNEAL_STEPS, "never", "none in the paper", Certainty.SECONDARY),
            value(Knob.GAMMA, "0.995", COADY, Certainty.PRACTICE),
            value(Knob.T_MAX, "2048", "T, not known here", Certainty.CHOSEN),
            value(Knob.RETURN_LENGTH, "50", "K, not known here", Certainty.CHOSEN),
            value(Knob.EPOCHS, "20", COADY, Certainty.PRACTICE),
            value(Knob.BASELINE_EPOCHS, "20", COADY, Certainty.PRACTICE),
            value(Knob.MISSING, "0", "D, not known here", Certainty.CHOSEN),
            value(Knob.KL_TARGET, "0.003", COADY, Certainty.PRACTICE),
            value(Knob.KL_WEIGHT, "1.0", COADY, Certainty.PRACTICE),
            value(Knob.KL_LOW, "0.5", COADY, Certainty.PRACTICE),
            value(Knob.KL_HIGH, "2.0", COADY, Certainty.PRACTICE),
            value(Knob.KL_ALPHA, "1.5", COADY, Certainty.PRACTICE),
            value(Knob.KL_XI, "50.0", COADY, Certainty.PRACTICE),
            value(Knob.VALUE_WEIGHT, "2.0", HEESS + ": (R̂ − V)²", Certainty.SECONDARY),
            value(Knob.ENTROPY, "0.0", "none in the paper", Certainty.SECONDARY),
            value(Knob.VALUE_NETWORK, "separate", HEESS + ": θ and φ", Certainty.SECONDARY),
            value(Knob.NORMALIZE_ADVANTAGES, "yes", "section 2.2", Certainty.SECONDARY),
            value(Knob.REDUCTION, "mean", "how sums over t are scaled", Certainty.CHOSEN),
            value(Knob.OPTIMIZER, "shared-adam", COADY, Certainty.PRACTICE),
            value(Knob.RMS_EPSILON, "1.0E-5", "Stampede's usual value", Certainty.CHOSEN),
            value(Knob.CLIP_NORM, "Infinity", "none in the paper", Certainty.SECONDARY),
            value(Knob.NETWORK, "small-conv", NUMBERS_ONLY, Certainty.CHOSEN));
    all.remove(Knob.LAMBDA); // Its returns are of K steps.
    return all;
  }

  private static Algorithm makePpo(Preset p, int framesPerStep) {
    checkReduction(p);
    return new dev.stampede.algorithm.PPO(
        p.number(Knob.GAMMA),
        p.number(Knob.LAMBDA),
        entropy(p),
        p.number(Knob.VALUE_WEIGHT),
        p.number(Knob.CLIP),
        p.yes(Knob.CLIP_ANNEAL),
        p.whole(Knob.T_MAX),
        p.whole(Knob.EPOCHS),
        p.whole(Knob.MINIBATCH),
        p.yes(Knob.NORMALIZE_ADVANTAGES));
  }

  private static Algorithm makeDppo(Preset p, int framesPerStep) {
    checkReduction(p);
    return new dev.stampede.algorithm.DPPO(
        p.number(Knob.GAMMA),
        entropy(p),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.T_MAX),
        p.whole(Knob.RETURN_LENGTH),
        p.whole(Knob.EPOCHS),
        p.whole(Knob.BASELINE_EPOCHS),
        p.whole(Knob.MISSING),
        new KlPenalty(
            p.number(Knob.KL_WEIGHT),
            p.number(Knob.KL_TARGET),
            p.number(Knob.KL_LOW),
            p.number(Knob.KL_HIGH),
            p.number(Knob.KL_ALPHA),
            p.number(Knob.KL_XI)),
        p.yes(Knob.NORMALIZE_ADVANTAGES));
  }

  private static void checkReduction(Preset p) {
    if (p.value(Knob.REDUCTION).equals("environment-mean")) {
      throw new IllegalArgumentException(
          "reduction: expected mean or sum for "
              + p.algorithm()
              + ", whose updates are not over whole rollouts of all environments, but got"
              + " environment-mean");
    }
  }

  private static PerThread entropy(Preset p) {
    return new PerThread(
        Arrays.stream(p.value(Knob.ENTROPY).split(",")).map(Double::valueOf).toList());
  }
}
