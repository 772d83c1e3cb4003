package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.common;
import static dev.stampede.experiment.Algorithms.exploration;
import static dev.stampede.experiment.Algorithms.value;
import static dev.stampede.experiment.Algorithms.with;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.ApexDQN;
import dev.stampede.algorithm.DQN;
import dev.stampede.algorithm.Gorila;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.ParameterServerUse;
import dev.stampede.algorithm.ReplayAlgorithm.Pace;
import dev.stampede.experiment.Preset.Setting;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/** The presets of methods that learn from a memory. */
final class ReplayPresets {
  private static final String DQN_PAPER = "Mnih et al. (2015), extended data table 1";
  private static final String APEX_CODE = "a replication, github.com/uber-research/ape-x";
  private static final String RLLIB = "RLlib's apex_dqn.py";
  private static final String APEX_PAPER = "Horgan et al. (2018), section 4.1 and appendix C";

  private ReplayPresets() {}

  static Preset dqn() {
    return Preset.ofPaper(
        "DQN",
        with(
            valuesOfDqn(),
            value(
                Knob.IMPORTANCE_EXPONENT,
                "0.4,1.0",
                "with priorities: Schaul et al. (2016), β from 0.4 to 1",
                Certainty.RECALLED)),
        classicDqn(),
        ReplayPresets::makeDqn);
  }

  /** What Gorila has as well. */
  private static Map<Knob, Setting> valuesOfDqn() {
    return with(
        valuesFromMemory(),
        value(Knob.LEARNING_RATE, "2.5E-4", DQN_PAPER, Certainty.RECALLED),
        value(Knob.RMS_DECAY, "0.95", DQN_PAPER, Certainty.RECALLED),
        value(Knob.RMS_EPSILON, "0.01", DQN_PAPER, Certainty.RECALLED),
        value(Knob.CLIP_NORM, "Infinity", DQN_PAPER + ": the error alone", Certainty.RECALLED),
        value(Knob.NETWORK, "large-conv", "methods, model architecture", Certainty.RECALLED),
        value(Knob.HIDDEN, "512", "methods, model architecture", Certainty.RECALLED),
        value(Knob.MINIBATCH, "32", DQN_PAPER, Certainty.RECALLED),
        value(Knob.REPLAY_CAPACITY, "1000000", DQN_PAPER, Certainty.RECALLED),
        value(Knob.LEARNING_STARTS, "50000", DQN_PAPER, Certainty.RECALLED),
        value(Knob.UPDATE_EVERY, "4", DQN_PAPER, Certainty.RECALLED),
        value(
            Knob.TARGET_INTERVAL,
            "40000 steps",
            DQN_PAPER + ": 10 000 updates",
            Certainty.RECALLED),
        value(Knob.N_STEP, "1", "Algorithm 1", Certainty.SECONDARY),
        value(Knob.HUBER, "yes", "methods: the error clipped to ±1", Certainty.RECALLED),
        value(Knob.DOUBLE_Q, "no", "Algorithm 1", Certainty.SECONDARY),
        value(Knob.DUELING, "no", "Algorithm 1", Certainty.SECONDARY),
        value(Knob.PRIORITY_EXPONENT, "no", "Algorithm 1: uniform", Certainty.SECONDARY),
        value(Knob.EPSILON_FINAL, "0.1", DQN_PAPER, Certainty.RECALLED),
        value(Knob.EPSILON_PROBABILITIES, "1.0", DQN_PAPER, Certainty.RECALLED),
        value(Knob.EPSILON_ANNEAL, "1000000 frames", DQN_PAPER, Certainty.RECALLED),
        value(Knob.EPSILON_REDRAW, "never", DQN_PAPER, Certainty.RECALLED));
  }

  private static Map<Knob, String> classicDqn() {
    return smallVectors(
        Map.of(
            Knob.REPLAY_CAPACITY, "50000",
            Knob.LEARNING_STARTS, "1000",
            Knob.UPDATE_EVERY, "1",
            Knob.MINIBATCH, "32",
            Knob.TARGET_INTERVAL, "100 steps",
            Knob.EPSILON_FINAL, "0.05",
            Knob.EPSILON_ANNEAL, "10000 steps"));
  }

  static Preset gorila() {
    return Preset.ofPaper(
        "Gorila",
        with(
            valuesOfDqn(),
            value(Knob.DOUBLE_Q, "no", "Algorithm 1", Certainty.SECONDARY),
            value(Knob.SHARDS, "31", "Nair et al. (2015), section 5.1", Certainty.SECONDARY),
            value(
                Knob.MOST_STALE,
                "1000",
                "section 4.3 drops gradients that are too old; it does not say how old",
                Certainty.CHOSEN)),
        classicDqn(),
        ReplayPresets::makeGorila);
  }

  static Preset apexDqn() {
    return Preset.ofPaper(
        "ApexDQN",
        with(
            valuesFromMemory(),
            value(Knob.LEARNING_RATE, "6.25E-5", APEX_CODE + ": 0.00025/4", Certainty.VERIFIED),
            value(Knob.RMS_DECAY, "0.95", APEX_CODE, Certainty.VERIFIED),
            value(Knob.RMS_EPSILON, "1.5E-7", APEX_CODE, Certainty.VERIFIED),
            value(Knob.CLIP_NORM, "40.0", APEX_CODE, Certainty.VERIFIED),
            value(Knob.REDUCTION, "mean", APEX_CODE, Certainty.VERIFIED),
            value(Knob.NETWORK, "large-conv", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.HIDDEN, "512", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.MINIBATCH, "512", APEX_CODE, Certainty.VERIFIED),
            value(Knob.REPLAY_CAPACITY, "2000000", RLLIB, Certainty.VERIFIED),
            value(Knob.LEARNING_STARTS, "50000", RLLIB, Certainty.VERIFIED),
            value(Knob.N_STEP, "3", APEX_CODE, Certainty.VERIFIED),
            value(Knob.HUBER, "no", APEX_PAPER + ": ½(G − q)²", Certainty.SECONDARY),
            value(Knob.DOUBLE_Q, "yes", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.DUELING, "yes", APEX_PAPER, Certainty.SECONDARY),
            value(Knob.PRIORITY_EXPONENT, "0.6", APEX_CODE, Certainty.VERIFIED),
            value(Knob.IMPORTANCE_EXPONENT, "0.4", APEX_CODE, Certainty.VERIFIED),
            value(Knob.TARGET_UPDATES, "2500", APEX_CODE, Certainty.VERIFIED),
            value(Knob.ACTOR_EPSILON, "0.4", APEX_CODE, Certainty.VERIFIED),
            value(Knob.ACTOR_EPSILON_EXPONENT, "7.0", APEX_CODE, Certainty.VERIFIED),
            value(Knob.LOCAL_BUFFER, "50", RLLIB, Certainty.VERIFIED),
            value(Knob.PULL_EVERY, "400 frames", APEX_PAPER, Certainty.SECONDARY),
            value(
                Knob.REMOVE_EVERY,
                "100",
                "github.com/praveen-palanisamy/Ape-X-DQN, parameters",
                Certainty.VERIFIED),
            value(
                Knob.DRAWS_PER_TRANSITION,
                "free",
                "nobody waits for anybody",
                Certainty.SECONDARY)),
        smallVectors(
            Map.of(
                Knob.REPLAY_CAPACITY,
                "50000",
                Knob.LEARNING_STARTS,
                "1000",
                Knob.MINIBATCH,
                "32",
                Knob.TARGET_UPDATES,
                "200",
                Knob.HUBER,
                "yes",
                Knob.N_STEP,
                "5",
                Knob.PULL_EVERY,
                "50 steps",
                Knob.LOCAL_BUFFER,
                "10",
                Knob.DRAWS_PER_TRANSITION,
                "32.0")),
        ReplayPresets::makeApexDqn);
  }

  /** What all of them have in common. */
  private static Map<Knob, Setting> valuesFromMemory() {
    Map<Knob, Setting> values = common();
    values.remove(Knob.NORMALIZE_REWARDS);
    values.remove(Knob.NORMALIZE_OBSERVATIONS);
    return with(
        values,
        value(Knob.OPTIMIZER, "shared-centered-rmsprop", DQN_PAPER, Certainty.RECALLED),
        value(Knob.ANNEAL_STEPS, "never", DQN_PAPER, Certainty.RECALLED),
        value(Knob.GAMMA, "0.99", DQN_PAPER, Certainty.SECONDARY));
  }

  /** What learns CartPole and its like. */
  private static Map<Knob, String> smallVectors(Map<Knob, String> own) {
    Map<Knob, String> all =
        new EnumMap<>(
            Map.of(
                Knob.LEARNING_RATE, "0.001",
                Knob.OPTIMIZER, "shared-adam",
                Knob.RMS_EPSILON, "1.0E-5",
                Knob.REDUCTION, "mean",
                Knob.CLIP_NORM, "10.0"));
    all.putAll(own);
    return all;
  }

  private static Algorithm makeDqn(Preset p, int framesPerStep) {
    String[] beta = p.value(Knob.IMPORTANCE_EXPONENT).split(",");
    return new DQN(
        memory(p),
        p.whole(Knob.UPDATE_EVERY),
        p.steps(Knob.TARGET_INTERVAL, framesPerStep),
        exploration(p, framesPerStep),
        Double.parseDouble(beta[0]),
        Double.parseDouble(beta[beta.length - 1]),
        p.yes(Knob.DUELING),
        p.yes(Knob.DOUBLE_Q),
        p.yes(Knob.HUBER));
  }

  private static Algorithm makeGorila(Preset p, int framesPerStep) {
    return new Gorila(
        memory(p),
        new ParameterServerUse(p.whole(Knob.SHARDS), p.whole(Knob.MOST_STALE)),
        p.whole(Knob.UPDATE_EVERY),
        p.steps(Knob.TARGET_INTERVAL, framesPerStep),
        exploration(p, framesPerStep),
        p.yes(Knob.DUELING),
        p.yes(Knob.DOUBLE_Q),
        p.yes(Knob.HUBER));
  }

  private static Algorithm makeApexDqn(Preset p, int framesPerStep) {
    String draws = p.value(Knob.DRAWS_PER_TRANSITION);
    return new ApexDQN(
        memory(p),
        new Pace(draws.equals("free") ? Double.POSITIVE_INFINITY : Double.parseDouble(draws)),
        p.number(Knob.ACTOR_EPSILON),
        p.number(Knob.ACTOR_EPSILON_EXPONENT),
        p.whole(Knob.LOCAL_BUFFER),
        Math.toIntExact(p.steps(Knob.PULL_EVERY, framesPerStep)),
        constantBeta(p),
        p.whole(Knob.TARGET_UPDATES),
        p.whole(Knob.REMOVE_EVERY),
        p.yes(Knob.DUELING),
        p.yes(Knob.DOUBLE_Q),
        p.yes(Knob.HUBER));
  }

  /** β of methods whose β stays as it is. */
  static double constantBeta(Preset p) {
    String beta = p.value(Knob.IMPORTANCE_EXPONENT);
    if (beta.contains(",")) {
      throw new IllegalArgumentException(
          "importance-exponent: expected one number for "
              + p.algorithm()
              + ", where it stays as it is, but got "
              + beta
              + "; DQN takes one for the start and one for the end");
    }
    return Double.parseDouble(beta);
  }

  static MemoryUse memory(Preset p) {
    String alpha = p.value(Knob.PRIORITY_EXPONENT);
    return new MemoryUse(
        p.whole(Knob.REPLAY_CAPACITY),
        p.whole(Knob.LEARNING_STARTS),
        p.whole(Knob.N_STEP),
        p.number(Knob.GAMMA),
        alpha.equals("no") ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(alpha)),
        p.whole(Knob.MINIBATCH));
  }
}
