package dev.stampede.experiment;

import dev.stampede.env.Nearest;
import dev.stampede.nn.OptimizerKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A setting of an algorithm that can be turned by name: {@code --set name=value}, or the method of
 * the same name.
 */
public enum Knob {
  LEARNING_RATE("learning-rate", "per update", "η at the start", number(0, 10)),
  ANNEAL_STEPS(
      "anneal-steps",
      "agent steps",
      "over which η falls; \"budget\" for the whole run, \"never\" to keep it",
      Knob::annealing),
  LEARNING_RATE_SCHEDULE(
      "learning-rate-schedule",
      "",
      "how η falls: linear and cosine to 0, exponential to a hundredth",
      oneOf("linear", "constant", "cosine", "exponential")),
  GAMMA("gamma", "", "discount γ", number(0, 1)),
  LAMBDA(
      "lambda",
      "",
      "λ of generalised advantages, 1 for n-step returns; or of traces",
      number(0, 1)),
  REWARD_SCALE(
      "reward-scale", "", "by what rewards are multiplied for learning", number(1e-9, 1e9)),
  NORMALIZE_OBSERVATIONS(
      "normalize-observations",
      "",
      "to mean 0 and variance 1 of what all threads saw",
      oneOf("yes", "no")),
  NORMALIZE_REWARDS(
      "normalize-rewards",
      "",
      "divided by the standard deviation of discounted returns",
      oneOf("yes", "no")),
  ENTROPY(
      "entropy",
      "",
      "β, weight of the policy's entropy; of several, such as 0.02,0.01, thread i takes i mod n",
      value -> numbers(value, 100)),
  VALUE_WEIGHT("value-weight", "", "factor of the value gradient (R − V)", number(0, 100)),
  T_MAX("t-max", "agent steps", "longest rollout between updates", Knob::rollout),
  ASYNC_UPDATE("async-update", "agent steps", "I_AsyncUpdate of a thread", Knob::rollout),
  REDUCTION(
      "reduction", "", "of the gradients of a rollout", oneOf("sum", "mean", "environment-mean")),
  TARGET_INTERVAL(
      "target-interval",
      "",
      "I_target of all threads, with its unit, such as 40000 frames",
      value -> Span.parse(value).toString()),
  EPSILON_FINAL(
      "epsilon-final", "", "values of the final ε, such as 0.1,0.5", value -> numbers(value, 1)),
  EPSILON_PROBABILITIES(
      "epsilon-probabilities",
      "",
      "probability of each final ε, such as 0.4,0.6",
      value -> numbers(value, 1)),
  EPSILON_ANNEAL(
      "epsilon-anneal",
      "",
      "over which ε falls from 1, with its unit, such as 4000000 frames",
      value -> Span.parse(value).toString()),
  EPSILON_REDRAW(
      "epsilon-redraw", "", "when a thread draws its final ε anew", oneOf("never", "episode")),
  DOUBLE_Q("double-q", "", "actions of targets chosen by θ", oneOf("yes", "no")),
  DUELING("dueling", "", "heads for V and the advantages", oneOf("yes", "no")),
  OPTIMIZER(
      "optimizer",
      "",
      "how gradients are applied",
      oneOf(
          Arrays.stream(OptimizerKind.values()).map(OptimizerKind::label).toArray(String[]::new))),
  RMS_DECAY("rms-decay", "", "α of RMSProp, or of the momentum", number(0, 1)),
  RMS_EPSILON(
      "rms-epsilon", "", "ε of RMSProp, inside the root; of Adam, outside", number(1e-12, 100)),
  CLIP_NORM(
      "clip-norm",
      "",
      "largest Euclidean norm of a gradient; Infinity for any",
      number(0, Double.POSITIVE_INFINITY)),
  NETWORK(
      "network",
      "",
      "\"small-conv\", \"large-conv\", \"linear-conv\" (no nonlinearity), \"grid-conv\" (small"
          + " pictures) or \"mlp\"",
      oneOf("small-conv", "large-conv", "linear-conv", "grid-conv", "mlp")),
  SPATIAL_SOFTMAX(
      "spatial-softmax",
      "",
      "layers after the convolutions see where each channel is active, not all of it",
      oneOf("yes", "no")),
  HIDDEN("hidden", "units", "hidden layers of the mlp, such as 64 or 64-64", Knob::layers),
  NONLINEARITY("nonlinearity", "", "after each hidden layer of the mlp", oneOf("tanh", "relu")),
  VALUE_NETWORK(
      "value-network",
      "",
      "whether V shares all but its last layer with the policy",
      oneOf("shared", "separate")),
  TILINGS("tilings", "", "grids of a tile coding; they share the learning rate", Knob::rollout),
  TILES("tiles", "", "of each grid, for all dimensions or each, such as 8 or 8-4", Knob::layers),
  TILE_BOUND("tile-bound", "", "± where tiles of unbounded dimensions end", number(1e-9, 1e9)),
  LSTM("lstm", "cells", "LSTM cells after the last hidden layer; 0 for none", Knob::cells),
  INITIALIZATION("initialization", "", "rule for the start values", oneOf("torch", "he", "ddpg")),
  FUSED("fused", "", "small dense networks in plain Java", oneOf("yes", "no")),
  PREDICTORS("predictors", "threads", "that answer agents' states", wholeFrom(1, 1_000)),
  PREDICTION_BATCH(
      "prediction-batch", "states", "most that a predictor answers at once", wholeFrom(1, 10_000)),
  TRAINERS("trainers", "threads", "that update θ", wholeFrom(1, 1_000)),
  TRAINING_BATCH(
      "training-batch",
      "agent steps",
      "a trainer waits for more than these; 0 for one rollout",
      wholeFrom(0, 10_000)),
  QUEUE_LENGTH(
      "queue-length", "", "most states, and most rollouts, that wait", wholeFrom(1, 100_000)),
  LOG_EPSILON("log-epsilon", "", "smallest π(a|s) in the loss's log; 0 for none", number(0, 1)),
  REPLAY_CAPACITY(
      "replay-capacity", "transitions", "kept in memory, in all", wholeFrom(1, 1_000_000_000)),
  LEARNING_STARTS(
      "learning-starts",
      "transitions",
      "in memory, in all, before anything is learned from them",
      wholeFrom(1, 1_000_000_000)),
  MINIBATCH("minibatch", "states", "that one update learns from", wholeFrom(1, 1_000_000)),
  UPDATE_EVERY(
      "update-every", "agent steps", "of a thread between two updates", wholeFrom(1, 1_000_000)),
  N_STEP("n-step", "agent steps", "of a transition", wholeFrom(1, 1_000)),
  PRIORITY_EXPONENT(
      "priority-exponent",
      "",
      "α of P(i) ∝ p_i^α; \"no\" where every transition is as likely as any other",
      numberOr("no", 0, 1)),
  IMPORTANCE_EXPONENT(
      "importance-exponent",
      "",
      "β of the weights that make up for priorities, at the start and at the end, such as 0.4,1",
      value -> numbers(value, 10)),
  HUBER("huber", "", "errors beyond ±1 count linearly", oneOf("yes", "no")),
  TARGET_UPDATES(
      "target-updates", "updates", "of θ between two θ⁻ ← θ", wholeFrom(1, 1_000_000_000)),
  ACTOR_EPSILON("actor-epsilon", "", "ε of ε^(1 + α·i/(N − 1)) of actor i", number(0, 1)),
  ACTOR_EPSILON_EXPONENT(
      "actor-epsilon-exponent", "", "α of ε^(1 + α·i/(N − 1)) of actor i", number(0, 1_000)),
  LOCAL_BUFFER("local-buffer", "transitions", "that an actor sends at once", wholeFrom(1, 100_000)),
  PULL_EVERY(
      "pull-every",
      "",
      "of an actor between two looks at the learner's parameters, with its unit, such as 400"
          + " frames",
      value -> Span.parse(value).toString()),
  REMOVE_EVERY(
      "remove-every",
      "updates",
      "between two removals of what is beyond the capacity",
      wholeFrom(1, 1_000_000)),
  DRAWS_PER_TRANSITION(
      "draws-per-transition",
      "",
      "how often each transition is learned from, whoever is ahead waits; \"free\" for no waiting",
      numberOr("free", 1e-9, 1e9)),
  SHARDS("shards", "", "parts of θ on a parameter server", wholeFrom(1, 100_000)),
  MOST_STALE(
      "most-stale",
      "updates",
      "of a shard since θ was taken, beyond which it drops a gradient",
      wholeFrom(0, 1_000_000_000)),
  CRITIC_HIDDEN(
      "critic-hidden",
      "units",
      "hidden layers of the critic Q(s, a), such as 400-300; a enters at the second",
      Knob::layers),
  CRITIC_LEARNING_RATE(
      "critic-learning-rate",
      "per update",
      "η of the critic at the start; it falls as the policy's does",
      number(0, 10)),
  WEIGHT_DECAY("weight-decay", "", "λ of ½λ‖φ‖² in the loss, or of θ in each update", number(0, 1)),
  TAU("tau", "", "τ of soft targets, θ⁻ ← τθ + (1 − τ)θ⁻", number(0, 1)),
  NOISE_THETA(
      "noise-theta", "", "θ of the noise x ← x − θx + σN(0, 1); 1 for Gaussian", number(1e-9, 1)),
  NOISE_SIGMA("noise-sigma", "", "σ of the noise, in halves of the actions' range", number(0, 100)),
  RANDOM_START(
      "random-start", "", "uniformly random actions until learning starts", oneOf("yes", "no")),
  ACTION_GRADIENT_CLIP(
      "action-gradient-clip",
      "",
      "bound of each element of ∂Q/∂a; Infinity for none",
      number(0, Double.POSITIVE_INFINITY)),
  PERTURBATION("perturbation", "", "σ of the noise on θ", number(1e-9, 1e3)),
  PAIRS(
      "pairs",
      "episodes of both signs",
      "of the same noise, of all workers, for an update",
      wholeFrom(1, 1_000_000)),
  EXCHANGE_INTERVAL(
      "exchange-interval",
      "agent steps",
      "of a worker from one message to the next",
      wholeFrom(1, 1_000_000_000)),
  SIGNIFICANT_CHANGE(
      "significant-change", "", "a weight that changed by more is sent", number(0, 1e9)),
  SAMPLES(
      "samples",
      "agent steps",
      "of all workers, from one policy iteration to the next",
      wholeFrom(1, 100_000_000)),
  ITERATIONS("iterations", "", "most in a policy iteration", wholeFrom(1, 10_000)),
  RIDGE("ridge", "", "what stands on A's diagonal beside its sums", number(1e-12, 1e12)),
  SAVE_REPLAY("save-replay", "", "whether checkpoints hold the memory", oneOf("yes", "no")),
  REPLAY_RATIO(
      "replay-ratio", "", "rollouts of the past learned from after each new one", number(0, 100)),
  TRUNCATION(
      "truncation",
      "",
      "c, where importance weights are cut off; Infinity for never",
      number(0, Double.POSITIVE_INFINITY)),
  TRUST_REGION(
      "trust-region",
      "",
      "δ, how far an update may lead from the average policy; Infinity for any",
      number(0, Double.POSITIVE_INFINITY)),
  AVERAGE_DECAY("average-decay", "per update", "α of the average policy", number(0, 1)),
  EPOCHS("epochs", "", "how often the policy learns from a rollout", wholeFrom(1, 1_000)),
  BASELINE_EPOCHS("baseline-epochs", "", "how often V learns from it", wholeFrom(1, 1_000)),
  CLIP("clip", "", "ε: how far from 1 the ratio of probabilities counts", number(0, 1)),
  CLIP_ANNEAL("clip-anneal", "", "whether ε falls as η does", oneOf("yes", "no")),
  NORMALIZE_ADVANTAGES(
      "normalize-advantages",
      "",
      "to mean 0 and variance 1 in what is learned from at once",
      oneOf("yes", "no")),
  RETURN_LENGTH("return-length", "agent steps", "K, most rewards in a return", Knob::rollout),
  MISSING("missing", "workers", "D, that the chief does not wait for", wholeFrom(0, 1_000)),
  KL_TARGET("kl-target", "nats", "how far the policy should go in a round", number(1e-9, 100)),
  KL_WEIGHT("kl-weight", "", "weight of the divergence at first", number(1e-9, 1e9)),
  KL_LOW("kl-low", "", "× kl-target: below it the weight falls", number(0, 1e9)),
  KL_HIGH("kl-high", "", "× kl-target: above it the weight rises", number(0, 1e9)),
  KL_ALPHA("kl-alpha", "", "by what the weight rises and falls", number(1, 1e9)),
  KL_XI("kl-xi", "", "ξ, weight of the square beyond 2 × kl-target", number(0, 1e9));

  private final String label;
  private final String unit;
  private final String meaning;
  private final Function<String, String> parser;

  Knob(String label, String unit, String meaning, Function<String, String> parser) {
    this.label = label;
    this.unit = unit;
    this.meaning = meaning;
    this.parser = parser;
  }

  /** The name by which it is set and written. */
  public String label() {
    return label;
  }

  /** The unit of its value; empty where there is none. */
  public String unit() {
    return unit;
  }

  /** What it is, in a few words. */
  public String meaning() {
    return meaning;
  }

  /**
   * The knob of that name.
   *
   * @throws IllegalArgumentException with the nearest names if there is none
   */
  public static Knob named(String label) {
    for (Knob knob : values()) {
      if (knob.label.equals(label)) {
        return knob;
      }
    }
    throw new IllegalArgumentException(
        "there is no knob \""
            + label
            + "\"; did you mean "
            + Nearest.to(label, Arrays.stream(values()).map(Knob::label).toList())
            + "?");
  }

  /** The value in its usual form, if this knob can have it. */
  String parse(String value) {
    try {
      return parser.apply(value.trim());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          label + " (" + meaning + "): " + e.getMessage() + " but got \"" + value + "\"", e);
    }
  }

  private static Function<String, String> number(double low, double high) {
    return value -> {
      double parsed;
      try {
        parsed = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("expected a number", e);
      }
      if (!(low <= parsed && parsed <= high)) {
        throw new IllegalArgumentException(
            high == Double.POSITIVE_INFINITY
                ? "expected a number of at least " + low
                : "expected a number in [" + low + ", " + high + "]");
      }
      return Double.toString(parsed); // The one form in which equal values are equal strings.
    };
  }

  private static Function<String, String> numberOr(String word, double low, double high) {
    return value -> {
      try {
        return value.equals(word) ? word : number(low, high).apply(value);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(e.getMessage() + " or \"" + word + "\"", e);
      }
    };
  }

  private static Function<String, String> oneOf(String... choices) {
    return value -> {
      String lower = value.toLowerCase(Locale.ROOT);
      if (!Arrays.asList(choices).contains(lower)) {
        throw new IllegalArgumentException("expected " + String.join(" or ", choices));
      }
      return lower;
    };
  }

  private static String annealing(String value) {
    return value.equals("budget") || value.equals("never")
        ? value
        : Long.toString(
            whole(value, Long.MAX_VALUE, "expected agent steps, \"budget\" or \"never\""));
  }

  private static String numbers(String value, double high) {
    return Arrays.stream(value.split(",", -1))
        .map(each -> number(0, high).apply(each.trim()))
        .collect(Collectors.joining(","));
  }

  private static String rollout(String value) {
    return Long.toString(whole(value, 10_000, "expected a whole number from 1 to 10000"));
  }

  private static String cells(String value) {
    String trimmed = value.replace("_", "");
    return trimmed.equals("0")
        ? trimmed
        : Long.toString(whole(trimmed, 1 << 16, "expected cells from 1 to 65536, or 0 for none"));
  }

  private static Function<String, String> wholeFrom(long low, long high) {
    String expected = "expected a whole number from " + low + " to " + high;
    return value -> {
      String trimmed = value.replace("_", "");
      return low == 0 && trimmed.equals("0")
          ? trimmed
          : Long.toString(whole(trimmed, high, expected));
    };
  }

  private static String layers(String value) {
    for (String layer : value.split("-", -1)) {
      whole(layer, 1 << 20, "expected units of each layer, such as 64-64");
    }
    return value;
  }

  private static long whole(String value, long high, String expected) {
    long parsed;
    try {
      parsed = Long.parseLong(value.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected, e);
    }
    if (parsed < 1 || parsed > high) {
      throw new IllegalArgumentException(expected);
    }
    return parsed;
  }
}
