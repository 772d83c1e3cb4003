package dev.stampede.experiment;

import dev.stampede.algorithm.ActorCritic;
import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.EpsilonGreedy;
import dev.stampede.algorithm.PerThread;
import dev.stampede.algorithm.QueuedAlgorithm;
import dev.stampede.algorithm.RolloutLoss;
import dev.stampede.env.Nearest;
import dev.stampede.experiment.Preset.Setting;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The algorithms by name, each with its paper's values: Mnih et al. (2016), arXiv:1602.01783, for
 * Atari, section 5 and supplement 8.
 */
public final class Algorithms {
  private static final String WIKI = "authors' e-mail, wiki of muupan/async-rl";
  private static final String SUPPLEMENT_9 = "supplement 9: continuous action control";
  private static final String PAAC_CODE = "the authors' code, github.com/Alfredvc/paac, defaults";
  private static final String NO_PART = "no part of the paper";
  private static final String GA3C_CODE = "the authors' code, github.com/NVlabs/GA3C, ";
  private static final String USUAL = "Stampede's usual value";
  private static final String OPEN = "the paper's (R − V)² has the gradient 2(R − V)";

  /** The paper's other values for A3C on physical states, with actions that are numbers. */
  private static final Map<Knob, Setting> CONTINUOUS_CONTROL =
      Map.ofEntries(
          value(Knob.ENTROPY, "1.0E-4", SUPPLEMENT_9, Certainty.SECONDARY),
          value(Knob.VALUE_NETWORK, "separate", SUPPLEMENT_9, Certainty.SECONDARY),
          value(Knob.NETWORK, "mlp", SUPPLEMENT_9, Certainty.SECONDARY),
          value(Knob.HIDDEN, "200", SUPPLEMENT_9, Certainty.SECONDARY),
          value(Knob.NONLINEARITY, "relu", SUPPLEMENT_9, Certainty.SECONDARY),
          value(Knob.LSTM, "128", SUPPLEMENT_9, Certainty.SECONDARY));

  /** Asynchronous advantage actor-critic: Algorithm S3. */
  public static final Preset A3C =
      Preset.ofPaper(
          "A3C",
          with(
              actorCritic(),
              value(Knob.LSTM, "0", "section 5.1: A3C FF; A3C LSTM has 256", Certainty.SECONDARY)),
          Map.of(Knob.LEARNING_RATE, "0.01"),
          CONTINUOUS_CONTROL,
          Algorithms::a3c);

  /** Asynchronous one-step Q-learning: Algorithm 1. */
  public static final Preset OneStepQ =
      Preset.ofPaper(
          "OneStepQ",
          valueMethod(
              value(Knob.VALUE_WEIGHT, "1.0", OPEN, Certainty.CHOSEN),
              value(Knob.ASYNC_UPDATE, "5", "section 5.1", Certainty.SECONDARY),
              value(Knob.DOUBLE_Q, "no", "Algorithm 1", Certainty.SECONDARY)),
          explorationAnd(Map.of(Knob.LEARNING_RATE, "0.002", Knob.RMS_EPSILON, "1.0E-5")),
          Algorithms::oneStepQ);

  /** Asynchronous one-step Sarsa: Algorithm 1 with the target of section 4. */
  public static final Preset OneStepSarsa =
      Preset.ofPaper(
          "OneStepSarsa",
          valueMethod(
              value(Knob.VALUE_WEIGHT, "1.0", OPEN, Certainty.CHOSEN),
              value(Knob.ASYNC_UPDATE, "5", "section 5.1", Certainty.SECONDARY)),
          explorationAnd(Map.of(Knob.LEARNING_RATE, "0.002", Knob.RMS_EPSILON, "1.0E-5")),
          Algorithms::oneStepSarsa);

  /** Asynchronous n-step Q-learning: Algorithm S2. */
  public static final Preset NStepQ =
      Preset.ofPaper(
          "NStepQ",
          valueMethod(
              value(Knob.VALUE_WEIGHT, "1.0", OPEN, Certainty.CHOSEN),
              value(Knob.T_MAX, "5", "section 5.1", Certainty.SECONDARY),
              value(Knob.DOUBLE_Q, "no", "Algorithm S2", Certainty.SECONDARY)),
          explorationAnd(Map.of(Knob.LEARNING_RATE, "0.003")),
          Algorithms::nStepQ);

  /**
   * Synchronous advantage actor-critic with the values of A3C: the same samples, one batch. {@code
   * threads} are its environments.
   */
  public static final Preset A2C =
      Preset.ofPaper(
          "A2C",
          with(actorCritic(), value(Knob.LSTM, "0", "section 5.1, as A3C FF", Certainty.SECONDARY)),
          Map.of(Knob.LEARNING_RATE, "0.01"),
          CONTINUOUS_CONTROL,
          Algorithms::a2c);

  /** Clemente et al. (2017), arXiv:1705.04862; {@code threads} are its environments n_e. */
  public static final Preset PAAC =
      Preset.ofPaper(
          "PAAC",
          with(
              actorCritic(),
              value(Knob.LEARNING_RATE, "0.0224", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.REDUCTION, "environment-mean", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.CLIP_NORM, "3.0", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.ENTROPY, "0.02", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.VALUE_WEIGHT, "0.5", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.RMS_EPSILON, "0.1", PAAC_CODE, Certainty.VERIFIED),
              value(Knob.LSTM, "0", "their networks are feed-forward", Certainty.SECONDARY)),
          Map.of(Knob.LEARNING_RATE, "0.01"),
          Algorithms::a2c);

  /**
   * Babaeizadeh et al. (2017), arXiv:1611.06256: A3C with predictors and trainers; {@code threads}
   * are its agents, 32 in the paper.
   */
  public static final Preset GA3C =
      Preset.ofPaper(
          "GA3C",
          ga3cValues(),
          // A short queue: what waits in it was done under an old θ.
          Map.of(Knob.LEARNING_RATE, "0.01", Knob.CLIP_NORM, "40.0", Knob.QUEUE_LENGTH, "8"),
          Algorithms::ga3c);

  /**
   * True online Sarsa(λ) with tile coding: van Seijen et al. (2016), JMLR 17(145). For observations
   * of few numbers.
   */
  public static final Preset TrueOnlineSarsa =
      Preset.ofPaper(
          "TrueOnlineSarsa",
          tileCoded(),
          Map.of(Knob.GAMMA, "0.99", Knob.EPSILON_ANNEAL, "20000 steps"),
          Algorithms::trueOnlineSarsa);

  /**
   * Deep Q-learning with replay: Mnih et al. (2015). {@code threads} learn each from a memory of
   * its own and share θ; the paper has one.
   */
  public static final Preset DQN = ReplayPresets.dqn();

  /** Horgan et al. (2018), arXiv:1803.00933; {@code threads} are its actors. */
  public static final Preset ApexDQN = ReplayPresets.apexDqn();

  /** Nair et al. (2015), arXiv:1507.04296; {@code threads} are its bundled workers. */
  public static final Preset Gorila = ReplayPresets.gorila();

  /** Lillicrap et al. (2016), arXiv:1509.02971, for actions that are numbers within bounds. */
  public static final Preset DDPG = DpgPresets.ddpg();

  /** Horgan et al. (2018), arXiv:1803.00933, for such actions; {@code threads} are its actors. */
  public static final Preset ApexDPG = DpgPresets.apexDpg();

  /**
   * Salimans et al. (2017), arXiv:1703.03864; {@code threads} are its workers, which exchange seeds
   * and returns only.
   */
  public static final Preset EvolutionStrategies = RelatedPresets.EVOLUTION_STRATEGIES;

  /**
   * Grounds and Kudenko (2008): Sarsa(λ) with tile coding; {@code threads} are learners that send
   * each other the weights that changed significantly.
   */
  public static final Preset ParallelSarsa = RelatedPresets.PARALLEL_SARSA;

  /**
   * Li and Schuurmans (2011): least-squares policy iteration with tile coding; {@code threads} are
   * its mappers.
   */
  public static final Preset MapReduceLSPI = RelatedPresets.MAP_REDUCE_LSPI;

  /** Wang et al. (2017), arXiv:1611.01224: A3C with replay, for a choice of actions. */
  public static final Preset ACER = AcerPresets.of(common());

  /**
   * Proximal policy optimization, clipped: Schulman et al. (2017), arXiv:1707.06347; {@code
   * threads} are its environments, 8 in the paper for Atari and 1 for MuJoCo.
   */
  public static final Preset PPO = PpoPresets.ppo();

  /** Distributed proximal policy optimization: Heess et al. (2017), arXiv:1707.02286. */
  public static final Preset DPPO = PpoPresets.dppo();

  private static final List<Preset> ALL =
      List.of(
          A3C,
          OneStepQ,
          OneStepSarsa,
          NStepQ,
          A2C,
          PAAC,
          GA3C,
          TrueOnlineSarsa,
          DQN,
          ApexDQN,
          Gorila,
          DDPG,
          ApexDPG,
          EvolutionStrategies,
          ParallelSarsa,
          MapReduceLSPI,
          ACER,
          PPO,
          DPPO);

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

  /**
   * An algorithm of your own, with Stampede's usual values for what every run needs to know; what
   * the algorithm itself does with them, it says itself. No paper stands behind it.
   *
   * @param algorithm one for all threads; it keeps no state between calls
   * @throws IllegalArgumentException if the name is that of a paper's algorithm
   */
  public static Preset own(String name, AsynchronousAlgorithm algorithm) {
    if (name.isBlank() || ALL.stream().anyMatch(p -> p.algorithm().equalsIgnoreCase(name))) {
      throw new IllegalArgumentException(
          "an algorithm of one's own: expected a name that no other has but got \"" + name + "\"");
    }
    String eta = algorithm instanceof ActorCritic ? "0.01" : "0.003";
    return Preset.ofUser(
        name,
        ownValues(algorithm),
        Map.of(Knob.LEARNING_RATE, eta),
        (preset, framesPerStep) -> algorithm);
  }

  /** What every run needs to know. */
  private static Map<Knob, Setting> ownValues(AsynchronousAlgorithm algorithm) {
    Map<Knob, Setting> values = common();
    if (algorithm instanceof ActorCritic) {
      values.put(Knob.VALUE_NETWORK, new Setting("shared", USUAL, Certainty.CHOSEN));
      values.put(Knob.LSTM, new Setting("0", USUAL, Certainty.CHOSEN));
    }
    values.replaceAll((knob, setting) -> new Setting(setting.value(), USUAL, Certainty.CHOSEN));
    return values;
  }

  private static Algorithm a3c(Preset p, int framesPerStep) {
    Optional<RolloutLoss> own = p.ownLoss();
    return new dev.stampede.algorithm.A3C(
        p.number(Knob.GAMMA),
        p.number(Knob.LAMBDA),
        own.isPresent()
            ? new PerThread(List.of(0.0))
            : new PerThread(numbers(p.value(Knob.ENTROPY))),
        own.isPresent() ? 0 : p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.T_MAX),
        own);
  }

  private static Algorithm a2c(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.A2C(
        p.number(Knob.GAMMA),
        p.number(Knob.LAMBDA),
        new PerThread(numbers(p.value(Knob.ENTROPY))),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.T_MAX));
  }

  private static Algorithm ga3c(Preset p, int framesPerStep) {
    if (numbers(p.value(Knob.ENTROPY)).size() > 1) {
      throw new IllegalArgumentException(
          "entropy: expected one weight for GA3C, whose trainers put the rollouts of all agents"
              + " into one batch, but got "
              + p.value(Knob.ENTROPY)
              + "; A3C, A2C and PAAC take one for each thread");
    }
    return new dev.stampede.algorithm.GA3C(
        p.number(Knob.GAMMA),
        p.number(Knob.LAMBDA),
        p.number(Knob.ENTROPY),
        p.number(Knob.VALUE_WEIGHT),
        p.number(Knob.LOG_EPSILON),
        p.whole(Knob.T_MAX),
        p.whole(Knob.TRAINING_BATCH),
        new QueuedAlgorithm.Queues(
            p.whole(Knob.PREDICTORS),
            p.whole(Knob.PREDICTION_BATCH),
            p.whole(Knob.TRAINERS),
            p.whole(Knob.QUEUE_LENGTH)));
  }

  private static Algorithm oneStepQ(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.OneStepQ(
        p.number(Knob.GAMMA),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.ASYNC_UPDATE),
        p.steps(Knob.TARGET_INTERVAL, framesPerStep),
        exploration(p, framesPerStep),
        p.yes(Knob.DUELING),
        p.yes(Knob.DOUBLE_Q));
  }

  private static Algorithm oneStepSarsa(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.OneStepSarsa(
        p.number(Knob.GAMMA),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.ASYNC_UPDATE),
        p.steps(Knob.TARGET_INTERVAL, framesPerStep),
        exploration(p, framesPerStep),
        p.yes(Knob.DUELING));
  }

  private static Algorithm nStepQ(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.NStepQ(
        p.number(Knob.GAMMA),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.T_MAX),
        p.steps(Knob.TARGET_INTERVAL, framesPerStep),
        exploration(p, framesPerStep),
        p.yes(Knob.DUELING),
        p.yes(Knob.DOUBLE_Q));
  }

  private static Algorithm trueOnlineSarsa(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.TrueOnlineSarsa(
        p.number(Knob.GAMMA), p.number(Knob.LAMBDA), exploration(p, framesPerStep));
  }

  /** Linear methods on tile-coded features, with the values of the mountain car. */
  static Map<Knob, Setting> tileCoded() {
    String book = "Sutton and Barto (2018), section 10.1";
    return new EnumMap<>(
        Map.ofEntries(
            value(Knob.LEARNING_RATE, "0.5", book + ": α = 0.5/8", Certainty.SECONDARY),
            value(Knob.ANNEAL_STEPS, "never", "a constant α", Certainty.SECONDARY),
            value(Knob.LEARNING_RATE_SCHEDULE, "linear", "a constant α", Certainty.CHOSEN),
            value(Knob.GAMMA, "1.0", book, Certainty.SECONDARY),
            value(Knob.LAMBDA, "0.9", "usual; the papers vary it", Certainty.PRACTICE),
            value(Knob.REWARD_SCALE, "1.0", "rewards are not scaled", Certainty.SECONDARY),
            value(Knob.EPSILON_FINAL, "0.0", book, Certainty.SECONDARY),
            value(Knob.EPSILON_PROBABILITIES, "1.0", "one ε for all threads", Certainty.CHOSEN),
            value(Knob.EPSILON_ANNEAL, "1 steps", book + ": a constant ε", Certainty.SECONDARY),
            value(Knob.EPSILON_REDRAW, "never", "one ε for all threads", Certainty.CHOSEN),
            value(Knob.TILINGS, "8", book, Certainty.SECONDARY),
            value(Knob.TILES, "8", book, Certainty.SECONDARY),
            value(Knob.TILE_BOUND, "3.5", "for CartPole's velocities", Certainty.CHOSEN)));
  }

  static EpsilonGreedy exploration(Preset p, int framesPerStep) {
    return new EpsilonGreedy(
        numbers(p.value(Knob.EPSILON_FINAL)),
        numbers(p.value(Knob.EPSILON_PROBABILITIES)),
        p.steps(Knob.EPSILON_ANNEAL, framesPerStep),
        p.value(Knob.EPSILON_REDRAW).equals("episode"),
        p.ownExploration());
  }

  private static List<Double> numbers(String list) {
    return Arrays.stream(list.split(",")).map(Double::valueOf).toList();
  }

  /** What the paper's methods have in common, and what is a method's own. */
  @SafeVarargs
  static Map<Knob, Setting> common(Map.Entry<Knob, Setting>... own) {
    Map<Knob, Setting> all =
        new EnumMap<>(
            Map.ofEntries(
                value(
                    Knob.LEARNING_RATE, "7.0E-4", WIKI + ": the 57-game runs", Certainty.VERIFIED),
                value(
                    Knob.ANNEAL_STEPS,
                    "budget",
                    "section 5.1: to 0 over training",
                    Certainty.SECONDARY),
                value(
                    Knob.LEARNING_RATE_SCHEDULE,
                    "linear",
                    "section 5.1: to 0 over training",
                    Certainty.SECONDARY),
                value(Knob.GAMMA, "0.99", "supplement 8", Certainty.SECONDARY),
                value(
                    Knob.REWARD_SCALE,
                    "1.0",
                    "rewards are clipped, not scaled",
                    Certainty.SECONDARY),
                value(Knob.NORMALIZE_OBSERVATIONS, "no", NO_PART, Certainty.SECONDARY),
                value(Knob.NORMALIZE_REWARDS, "no", NO_PART, Certainty.SECONDARY),
                value(
                    Knob.REDUCTION,
                    "sum",
                    "algorithms 1, S2 and S3 accumulate; PFRL too",
                    Certainty.SECONDARY),
                value(
                    Knob.OPTIMIZER,
                    "shared-rmsprop",
                    "section 4 and supplement 7",
                    Certainty.SECONDARY),
                value(Knob.RMS_DECAY, "0.99", WIKI, Certainty.VERIFIED),
                value(Knob.RMS_EPSILON, "0.1", WIKI, Certainty.VERIFIED),
                value(
                    Knob.CLIP_NORM,
                    "40.0",
                    "tuned, but not stated, in the paper; PFRL and GA3C use 40",
                    Certainty.PRACTICE),
                value(Knob.NETWORK, "small-conv", "section 5.1", Certainty.SECONDARY),
                value(
                    Knob.SPATIAL_SOFTMAX,
                    "no",
                    "section 5.1; yes is Levine et al. (2016)",
                    Certainty.SECONDARY),
                value(Knob.HIDDEN, "256", "section 5.1", Certainty.SECONDARY),
                value(Knob.NONLINEARITY, "relu", "section 5.1", Certainty.SECONDARY),
                value(Knob.INITIALIZATION, "torch", WIKI, Certainty.VERIFIED),
                value(
                    Knob.FUSED,
                    "yes",
                    "how it is computed; no part of a paper",
                    Certainty.CHOSEN)));
    for (Map.Entry<Knob, Setting> each : own) {
      all.put(each.getKey(), each.getValue());
    }
    return all;
  }

  static Map<Knob, Setting> actorCritic() {
    return common(
        value(Knob.VALUE_WEIGHT, "0.5", WIKI + ": × 0.5, read as ½(R − V)", Certainty.VERIFIED),
        value(Knob.T_MAX, "5", "section 5.1", Certainty.SECONDARY),
        value(Knob.ENTROPY, "0.01", "supplement 8: Atari and TORCS", Certainty.SECONDARY),
        value(Knob.LAMBDA, "1.0", "section 4.2: n-step returns", Certainty.SECONDARY),
        value(Knob.VALUE_NETWORK, "shared", "section 4", Certainty.SECONDARY));
  }

  private static Map<Knob, Setting> ga3cValues() {
    String config = GA3C_CODE + "Config.py";
    String network = GA3C_CODE + "NetworkVP.py";
    return with(
        actorCritic(),
        value(Knob.LEARNING_RATE, "3.0E-4", config, Certainty.VERIFIED),
        value(Knob.ANNEAL_STEPS, "never", config + ": it ends as it starts", Certainty.VERIFIED),
        value(Knob.GAMMA, "0.99", config, Certainty.VERIFIED),
        value(Knob.ENTROPY, "0.01", config, Certainty.VERIFIED),
        value(Knob.VALUE_WEIGHT, "1.0", network + ": ½(R − V)²", Certainty.VERIFIED),
        value(Knob.LOG_EPSILON, "1.0E-6", config, Certainty.VERIFIED),
        value(Knob.T_MAX, "5", config, Certainty.VERIFIED),
        value(Knob.REDUCTION, "sum", network, Certainty.VERIFIED),
        value(Knob.OPTIMIZER, "shared-rmsprop", network + ": one for all", Certainty.VERIFIED),
        value(Knob.RMS_DECAY, "0.99", config, Certainty.VERIFIED),
        value(Knob.RMS_EPSILON, "0.1", config, Certainty.VERIFIED),
        value(Knob.CLIP_NORM, "Infinity", config + ": off; 40 where it is on", Certainty.VERIFIED),
        value(Knob.INITIALIZATION, "torch", network, Certainty.VERIFIED),
        value(Knob.PREDICTORS, "2", config + ", where they adjust themselves", Certainty.VERIFIED),
        value(Knob.TRAINERS, "2", config + ", where they adjust themselves", Certainty.VERIFIED),
        value(Knob.PREDICTION_BATCH, "128", config, Certainty.VERIFIED),
        value(Knob.TRAINING_BATCH, "0", config, Certainty.VERIFIED),
        value(Knob.QUEUE_LENGTH, "100", config, Certainty.VERIFIED));
  }

  @SafeVarargs
  static Map<Knob, Setting> with(Map<Knob, Setting> most, Map.Entry<Knob, Setting>... own) {
    for (Map.Entry<Knob, Setting> each : own) {
      most.put(each.getKey(), each.getValue());
    }
    return most;
  }

  /** What the methods that learn Q(s, a) add. */
  @SafeVarargs
  private static Map<Knob, Setting> valueMethod(Map.Entry<Knob, Setting>... own) {
    Map<Knob, Setting> all = common(own);
    all.putAll(
        Map.ofEntries(
            value(
                Knob.TARGET_INTERVAL,
                "40000 frames",
                "supplement 8; that it counts emulator frames is not sure",
                Certainty.SECONDARY),
            value(Knob.EPSILON_FINAL, "0.1,0.01,0.5", "section 5.1", Certainty.SECONDARY),
            value(Knob.EPSILON_PROBABILITIES, "0.4,0.3,0.3", "section 5.1", Certainty.SECONDARY),
            value(Knob.EPSILON_ANNEAL, "4000000 frames", "section 5.1", Certainty.SECONDARY),
            value(
                Knob.EPSILON_REDRAW,
                "never",
                "section 4 says \"periodically\", without a period",
                Certainty.PRACTICE),
            value(Knob.DUELING, "no", "Algorithm 1", Certainty.SECONDARY)));
    return all;
  }

  /** For small observations: a target and an exploration that fit runs of minutes. */
  private static Map<Knob, String> explorationAnd(Map<Knob, String> own) {
    Map<Knob, String> all =
        new EnumMap<>(
            Map.of(
                Knob.TARGET_INTERVAL,
                "100 steps",
                Knob.EPSILON_ANNEAL,
                "20000 steps",
                Knob.EPSILON_REDRAW,
                "episode"));
    all.putAll(own);
    return all;
  }

  static Map.Entry<Knob, Setting> value(
      Knob knob, String value, String source, Certainty certainty) {
    return Map.entry(knob, new Setting(value, source, certainty));
  }
}
