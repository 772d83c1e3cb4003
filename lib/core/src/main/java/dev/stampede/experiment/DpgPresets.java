package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.common;
import static dev.stampede.experiment.Algorithms.value;
import static dev.stampede.experiment.Algorithms.with;

import ai.djl.nn.Block;
import dev.stampede.algorithm.ActionNoise;
import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.ApexDPG;
import dev.stampede.algorithm.DDPG;
import dev.stampede.algorithm.ReplayAlgorithm.Pace;
import dev.stampede.env.Space;
import dev.stampede.experiment.Preset.Setting;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.runtime.CriticPlan;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The presets of deterministic policy gradients, and the critics that go with them. */
final class DpgPresets {
  private static final String DDPG_PAPER = "Lillicrap et al. (2016), section 7";
  private static final String ALGORITHM_1 = "Lillicrap et al. (2016), Algorithm 1";
  private static final String APEX_PAPER = "Horgan et al. (2018), section 4.2 and appendix D";
  private static final String NOT_STATED = "not stated for DPG; as for Atari";

  /** Most numbers of a state that small networks and large steps are for. */
  private static final int SMALL_STATE = 8;

  private static final Map<Knob, String> SMALL_DDPG =
      small(Map.of(Knob.TAU, "0.005", Knob.WEIGHT_DECAY, "0.0"));

  private static final Map<Knob, String> SMALL_APEX =
      small(
          Map.of(
              Knob.NONLINEARITY, "relu",
              Knob.MINIBATCH, "64",
              Knob.N_STEP, "1",
              Knob.LOCAL_BUFFER, "10",
              Knob.PULL_EVERY, "10 steps",
              Knob.DRAWS_PER_TRANSITION, "64.0"));

  /**
   * What learns HalfCheetah sooner: lib/docs/algorithms/ddpg.md. With its paper's own values and
   * without its batch normalisation DDPG stood still for 90 000 steps.
   */
  private static final Map<Knob, String> CONTINUOUS =
      Map.of(
          Knob.LEARNING_RATE, "0.001",
          Knob.CRITIC_LEARNING_RATE, "0.001",
          Knob.WEIGHT_DECAY, "0.0",
          Knob.TAU, "0.005",
          // As often as DDPG draws: with "free" two cores gave each transition four draws.
          Knob.DRAWS_PER_TRANSITION, "64.0");

  /** How DDPG explores there; Ape-X's actors keep the noise of their paper. */
  private static final Map<Knob, String> RANDOM_START =
      Map.of(
          Knob.RANDOM_START, "yes",
          Knob.LEARNING_STARTS, "10000",
          Knob.NOISE_THETA, "1.0",
          Knob.NOISE_SIGMA, "0.1");

  private DpgPresets() {}

  static Preset ddpg() {
    return Preset.ofPaper(
        "DDPG",
        with(
            valuesOfBoth(),
            value(Knob.LEARNING_RATE, "1.0E-4", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.CRITIC_LEARNING_RATE, "0.001", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.WEIGHT_DECAY, "0.01", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.TAU, "0.001", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.MINIBATCH, "64", DDPG_PAPER, Certainty.RECALLED),
            value(
                Knob.LEARNING_STARTS,
                "64",
                ALGORITHM_1 + " has none: one minibatch",
                Certainty.CHOSEN),
            value(Knob.N_STEP, "1", ALGORITHM_1, Certainty.SECONDARY),
            value(Knob.PRIORITY_EXPONENT, "no", ALGORITHM_1 + ": uniform", Certainty.SECONDARY),
            value(Knob.IMPORTANCE_EXPONENT, "0.4", "with priorities: as Ape-X", Certainty.CHOSEN),
            value(Knob.HIDDEN, "400-300", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.NONLINEARITY, "relu", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.NOISE_THETA, "0.15", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.NOISE_SIGMA, "0.2", DDPG_PAPER, Certainty.RECALLED),
            value(Knob.RANDOM_START, "no", ALGORITHM_1, Certainty.SECONDARY)),
        SMALL_DDPG,
        DpgPresets::makeDdpg);
  }

  static Preset apexDpg() {
    return Preset.ofPaper(
        "ApexDPG",
        with(
            valuesOfBoth(),
            value(Knob.LEARNING_RATE, "1.0E-4", APEX_PAPER, Certainty.RECALLED),
            value(Knob.CRITIC_LEARNING_RATE, "1.0E-4", APEX_PAPER, Certainty.RECALLED),
            value(Knob.WEIGHT_DECAY, "0.0", APEX_PAPER + " names none", Certainty.RECALLED),
            value(Knob.TARGET_UPDATES, "100", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.ACTION_GRADIENT_CLIP, "1.0", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.MINIBATCH, "256", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.LEARNING_STARTS, "10000", "not stated for DPG", Certainty.CHOSEN),
            value(Knob.N_STEP, "3", NOT_STATED, Certainty.CHOSEN),
            value(Knob.PRIORITY_EXPONENT, "0.6", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.IMPORTANCE_EXPONENT, "0.4", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.HIDDEN, "300-200", APEX_PAPER, Certainty.RECALLED),
            value(
                Knob.NONLINEARITY,
                "tanh",
                APEX_PAPER + "; what follows the second layer is not sure",
                Certainty.RECALLED),
            value(Knob.NOISE_SIGMA, "0.3", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.LOCAL_BUFFER, "50", NOT_STATED, Certainty.CHOSEN),
            value(Knob.PULL_EVERY, "400 frames", NOT_STATED, Certainty.CHOSEN),
            value(Knob.REMOVE_EVERY, "1", APEX_PAPER + "; a hard limit", Certainty.SECONDARY),
            value(
                Knob.DRAWS_PER_TRANSITION,
                "free",
                "nobody waits for anybody",
                Certainty.SECONDARY)),
        SMALL_APEX,
        DpgPresets::makeApex);
  }

  private static Map<Knob, Setting> valuesOfBoth() {
    Map<Knob, Setting> values = common();
    values.remove(Knob.NORMALIZE_REWARDS);
    values.remove(Knob.NORMALIZE_OBSERVATIONS);
    return with(
        values,
        value(Knob.OPTIMIZER, "shared-adam", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.RMS_EPSILON, "1.0E-8", "Adam's usual value", Certainty.PRACTICE),
        value(Knob.CLIP_NORM, "Infinity", "the papers name no norm", Certainty.RECALLED),
        value(Knob.ANNEAL_STEPS, "never", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.REDUCTION, "mean", ALGORITHM_1 + ": 1/N Σ", Certainty.SECONDARY),
        value(Knob.GAMMA, "0.99", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.REPLAY_CAPACITY, "1000000", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.NETWORK, "mlp", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.CRITIC_HIDDEN, "400-300", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.INITIALIZATION, "ddpg", DDPG_PAPER, Certainty.RECALLED),
        value(Knob.FUSED, "no", "how it is computed; no part of a paper", Certainty.CHOSEN));
  }

  /** What learns the pendulum in some ten thousand steps. */
  private static Map<Knob, String> small(Map<Knob, String> own) {
    Map<Knob, String> all =
        new EnumMap<>(
            Map.of(
                Knob.LEARNING_RATE, "0.001",
                Knob.CRITIC_LEARNING_RATE, "0.001",
                Knob.HIDDEN, "64-64",
                Knob.CRITIC_HIDDEN, "64-64",
                Knob.REWARD_SCALE, "0.1",
                Knob.LEARNING_STARTS, "1000",
                Knob.REPLAY_CAPACITY, "100000",
                Knob.FUSED, "yes"));
    all.putAll(own);
    return all;
  }

  /** The preset as it will run. */
  static Preset adapted(Preset preset, Space.Box observations, Space actions) {
    if (!(actions instanceof Space.Box)) {
      return preset; // It will be refused.
    }
    if (Networks.smallestSide(observations) > 0) {
      return preset.adapted(Knob.NETWORK, "small-conv", "adapted to pictures");
    }
    if (observations.size() <= SMALL_STATE) {
      return preset.classicControl();
    }
    String why = "adapted to continuous control";
    Preset result = preset.adaptedTo(CONTINUOUS, why);
    boolean alone = preset.settings().containsKey(Knob.RANDOM_START);
    return alone ? result.adaptedTo(RANDOM_START, why) : result;
  }

  /** The critic of a preset that has one. */
  static Optional<CriticPlan> critic(Preset p, Space.Box observations, Space actions) {
    if (!p.settings().containsKey(Knob.CRITIC_HIDDEN)) {
      return Optional.empty();
    }
    CriticNetwork network =
        new CriticNetwork(
            block(p, observations, actions.size()),
            observations,
            actions.size(),
            p.yes(Knob.FUSED));
    return Optional.of(
        new CriticPlan(network, p.number(Knob.CRITIC_LEARNING_RATE), p.number(Knob.WEIGHT_DECAY)));
  }

  private static Block block(Preset p, Space.Box observations, int actions) {
    int[] hidden =
        Arrays.stream(p.value(Knob.CRITIC_HIDDEN).split("-")).mapToInt(Integer::parseInt).toArray();
    Nonlinearity nonlinearity =
        Nonlinearity.valueOf(p.value(Knob.NONLINEARITY).toUpperCase(Locale.ROOT));
    if (p.value(Knob.NETWORK).equals("mlp")) {
      return Networks.critic(observations, actions, nonlinearity, hidden);
    }
    int[] both = hidden.length > 1 ? Arrays.copyOfRange(hidden, 1, hidden.length) : hidden;
    return Networks.critic(observations, actions, p.convFeatures(observations), nonlinearity, both);
  }

  private static Algorithm makeDdpg(Preset p, int framesPerStep) {
    return new DDPG(
        ReplayPresets.memory(p),
        p.number(Knob.TAU),
        new ActionNoise(p.number(Knob.NOISE_THETA), p.number(Knob.NOISE_SIGMA)),
        ReplayPresets.constantBeta(p),
        p.yes(Knob.RANDOM_START));
  }

  private static Algorithm makeApex(Preset p, int framesPerStep) {
    String draws = p.value(Knob.DRAWS_PER_TRANSITION);
    return new ApexDPG(
        ReplayPresets.memory(p),
        new Pace(draws.equals("free") ? Double.POSITIVE_INFINITY : Double.parseDouble(draws)),
        p.number(Knob.NOISE_SIGMA),
        p.whole(Knob.LOCAL_BUFFER),
        Math.toIntExact(p.steps(Knob.PULL_EVERY, framesPerStep)),
        ReplayPresets.constantBeta(p),
        p.number(Knob.ACTION_GRADIENT_CLIP),
        p.whole(Knob.TARGET_UPDATES),
        p.whole(Knob.REMOVE_EVERY));
  }
}
