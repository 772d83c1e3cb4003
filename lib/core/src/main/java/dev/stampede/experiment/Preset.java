package dev.stampede.experiment;

import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.EpsilonSchedule;
import dev.stampede.algorithm.QueuedAlgorithm;
import dev.stampede.algorithm.ReplayAlgorithm;
import dev.stampede.algorithm.RolloutLoss;
import dev.stampede.env.Space;
import dev.stampede.nn.Layers;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Features;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.OptimizerKind;
import dev.stampede.nn.TileCoding;
import dev.stampede.runtime.LearningRateSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm with a value for each of its knobs, each with where it comes from. Immutable: every
 * method that changes something gives a new one.
 *
 * <p>A paper's preset holds the paper's values, which are for Atari. On an environment of another
 * kind those values that nobody set are {@linkplain #adaptedTo adapted}; {@link
 * #differencesFromPaper} lists whatever differs.
 */
public final class Preset {

  /**
   * The value of a knob.
   *
   * @param source where the value is from: a section, a web page, or who set it
   */
  public record Setting(String value, String source, Certainty certainty) {}

  /** A value that is not the paper's. */
  public record Difference(String what, String unit, String paper, String here, String reason) {
    @Override
    public String toString() {
      return what + ": " + inUnit(here) + " instead of " + inUnit(paper) + " (" + reason + ")";
    }

    private String inUnit(String value) {
      boolean number = Character.isDigit(value.charAt(0));
      return number && !unit.isEmpty() ? value + " " + unit : value;
    }
  }

  private static final Map<Knob, String> SHORT_ATARI =
      Map.of(
          Knob.LEARNING_RATE, "0.001",
          Knob.ANNEAL_STEPS, "never",
          Knob.T_MAX, "20",
          Knob.RMS_EPSILON, "0.001",
          Knob.INITIALIZATION, "he");

  private static final Map<Knob, String> CONTINUOUS =
      Map.of(
          Knob.ENTROPY, "1.0E-4", // These two are A3C's for MuJoCo, supplement 9.
          Knob.VALUE_NETWORK, "separate",
          Knob.LEARNING_RATE, "3.0E-4",
          Knob.RMS_EPSILON, "1.0E-5",
          Knob.T_MAX, "20",
          Knob.LAMBDA, "0.95",
          Knob.REDUCTION, "sum");

  /**
   * What learns HalfCheetah and its like sooner than the paper's network with LSTM cells, whatever
   * the scale of their observations and rewards: lib/docs/gymnasium-learning.md.
   */
  private static final Map<Knob, String> CONTINUOUS_STATES =
      Map.of(
          Knob.HIDDEN, "64-64",
          Knob.LSTM, "0",
          Knob.NORMALIZE_OBSERVATIONS, "yes",
          Knob.NORMALIZE_REWARDS, "yes",
          Knob.LEARNING_RATE, "0.001",
          Knob.REDUCTION, "mean",
          Knob.CLIP_NORM, "0.5");

  /**
   * What learns MinAtar's games within five million frames; the target's and ε's spans are those of
   * its authors' DQN. Measured with A3C and n-step Q: lib/docs/gymnasium-learning.md.
   */
  private static final Map<Knob, String> SMALL_PICTURES =
      Map.of(
          Knob.NETWORK, "grid-conv",
          Knob.INITIALIZATION, "he",
          Knob.LEARNING_RATE, "0.001",
          Knob.TARGET_INTERVAL, "1000 steps",
          Knob.EPSILON_ANNEAL, "100000 steps");

  /** The same for methods with a policy. */
  private static final Map<Knob, String> SMALL_PICTURES_POLICY =
      Map.of(Knob.T_MAX, "20", Knob.RMS_EPSILON, "1.0E-5");

  /** The same for methods that learn Q(s, a). */
  private static final Map<Knob, String> SMALL_PICTURES_VALUES =
      Map.of(Knob.T_MAX, "10", Knob.RMS_EPSILON, "0.001");

  /**
   * The same for methods that learn from a memory of transitions: its authors' DQN, but for Adam in
   * place of RMSProp with momentum, whose ε of 0.01/32 is recalled from others' runs of MinAtar,
   * and for an update every four steps. Two seeds: lib/docs/replay-learning.md.
   */
  private static final Map<Knob, String> SMALL_PICTURES_MEMORY =
      Map.of(
          Knob.OPTIMIZER, "shared-adam",
          Knob.LEARNING_RATE, "2.5E-4",
          Knob.RMS_EPSILON, "3.125E-4",
          Knob.REDUCTION, "mean",
          Knob.REPLAY_CAPACITY, "100000",
          Knob.LEARNING_STARTS, "5000",
          Knob.MINIBATCH, "32",
          // Ape-X's are as often: each transition drawn eight times, 1000 steps between targets.
          Knob.TARGET_UPDATES, "250",
          Knob.DRAWS_PER_TRANSITION, "8.0");

  /** Shortest side of a picture that grid-conv is for; Catch, 10 × 5, has dense layers. */
  private static final int SMALL_PICTURE = 7;

  /** Shortest side of a picture that the paper's convolutions are for. */
  private static final int PICTURE = 36;

  private static final Setting CONTINUOUS_PIXELS =
      new Setting(
          "linear-conv",
          "supplement 9, without its filters: those of section 5.1",
          Certainty.SECONDARY);

  /** What learns CartPole without its velocities. */
  private static final Map<Knob, String> SMALL_RECURRENT =
      Map.of(
          Knob.T_MAX, "20",
          Knob.LEARNING_RATE, "0.003",
          Knob.ANNEAL_STEPS, "never",
          Knob.REDUCTION, "mean",
          Knob.OPTIMIZER, "shared-adam",
          Knob.RMS_EPSILON, "1.0E-5",
          Knob.VALUE_NETWORK, "separate");

  /** What every run is planned with, and a method that changes θ itself never looks at. */
  private static final Map<Knob, String> WITHOUT_GRADIENTS =
      Map.of(
          Knob.NORMALIZE_OBSERVATIONS, "no",
          Knob.NORMALIZE_REWARDS, "no",
          Knob.SPATIAL_SOFTMAX, "no",
          Knob.REDUCTION, "sum",
          Knob.OPTIMIZER, "momentum",
          Knob.RMS_DECAY, "0.0",
          Knob.RMS_EPSILON, "1.0",
          Knob.CLIP_NORM, "1.0",
          Knob.INITIALIZATION, "torch",
          Knob.FUSED, "yes");

  /** What every run is planned with, and a method that learns from a memory does not have. */
  private static final Map<Knob, String> WITH_MEMORY =
      Map.of(Knob.NORMALIZE_OBSERVATIONS, "no", Knob.NORMALIZE_REWARDS, "no");

  /** The same of one that has no step size, or no discount. */
  private static final Map<Knob, String> WITHOUT_STEPS =
      Map.of(
          Knob.GAMMA, "1.0",
          Knob.LEARNING_RATE, "1.0",
          Knob.ANNEAL_STEPS, "never",
          Knob.LEARNING_RATE_SCHEDULE, "linear");

  /** Tiles of one grid where all weights are solved for at once. */
  private static final double MOST_TILES_SOLVED = 100;

  /** Shorter runs on small vectors anneal as one of this many agent steps does. */
  private static final long CLASSIC_ANNEALING = 300_000;

  /** Tiles of one grid: those of 8 in each of four dimensions, and a few more. */
  private static final double MOST_TILES = 16_384;

  private final String algorithm;
  private final String name;
  private final Map<Knob, Setting> paper;
  private final Map<Knob, Setting> settings;
  private final Own own;
  private final Paper origin;

  /** Makes the algorithm that a preset describes. */
  interface Maker {
    Algorithm make(Preset preset, int framesPerStep);
  }

  /**
   * What all variants of one algorithm share.
   *
   * @param values the paper's, for Atari
   * @param continuous the same paper's where they differ for actions that are numbers
   * @param classic what learns CartPole and its like, where it differs between algorithms
   * @param own whether it is the user's, and no paper's
   */
  private record Paper(
      String algorithm,
      Map<Knob, Setting> values,
      Map<Knob, Setting> continuous,
      Map<Knob, String> classic,
      Maker maker,
      boolean own) {}

  /**
   * Parts of the user's own, which files cannot hold.
   *
   * @param heads outputs for the loss alone: names and sizes
   * @param headsInNetwork whether they are layers of the network that is made
   */
  private record Own(
      @Nullable NetworkMaker network,
      @Nullable EpsilonSchedule exploration,
      @Nullable RolloutLoss loss,
      Map<String, Integer> heads,
      boolean headsInNetwork) {
    static final Own NONE = new Own(null, null, null, Map.of(), false);
  }

  /** A network of the user's own. */
  interface NetworkMaker {
    Block make(Space.Box observations, int outputs);
  }

  private Preset(
      Paper origin, String name, Map<Knob, Setting> paper, Map<Knob, Setting> settings, Own own) {
    this.origin = origin;
    this.algorithm = origin.algorithm;
    this.name = name;
    this.paper = paper;
    this.settings = settings;
    this.own = own;
  }

  static Preset ofPaper(
      String algorithm, Map<Knob, Setting> values, Map<Knob, String> classic, Maker maker) {
    return ofPaper(algorithm, values, classic, Map.of(), maker);
  }

  static Preset ofPaper(
      String algorithm,
      Map<Knob, Setting> values,
      Map<Knob, String> classic,
      Map<Knob, Setting> continuous,
      Maker maker) {
    Map<Knob, Setting> all = Collections.unmodifiableMap(new EnumMap<>(values));
    Paper origin = new Paper(algorithm, all, continuous, classic, maker, false);
    return new Preset(origin, algorithm, all, all, Own.NONE);
  }

  static Preset ofUser(
      String algorithm, Map<Knob, Setting> values, Map<Knob, String> classic, Maker maker) {
    Map<Knob, Setting> all = Collections.unmodifiableMap(new EnumMap<>(values));
    Paper origin = new Paper(algorithm, all, Map.of(), classic, maker, true);
    return new Preset(origin, algorithm, all, all, Own.NONE);
  }

  /** The name that figures and tables show. */
  public String name() {
    return name;
  }

  /** The name of the algorithm itself. */
  public String algorithm() {
    return algorithm;
  }

  /** The same under another name. */
  public Preset named(String newName) {
    return new Preset(origin, newName, paper, settings, own);
  }

  public Map<Knob, Setting> settings() {
    return settings;
  }

  /** A value in its usual form. */
  public String value(Knob knob) {
    Setting setting = settings.get(knob);
    if (setting == null && !hasGradients() && WITHOUT_GRADIENTS.containsKey(knob)) {
      return WITHOUT_GRADIENTS.get(knob);
    }
    if (setting == null && WITH_MEMORY.containsKey(knob)) {
      return WITH_MEMORY.get(knob);
    }
    if (setting == null && !hasGradients() && WITHOUT_STEPS.containsKey(knob)) {
      return WITHOUT_STEPS.get(knob);
    }
    if (setting == null) {
      throw new IllegalArgumentException(algorithm + " has no knob \"" + knob.label() + "\"");
    }
    return setting.value();
  }

  public double number(Knob knob) {
    return Double.parseDouble(value(knob));
  }

  int whole(Knob knob) {
    return Integer.parseInt(value(knob));
  }

  boolean yes(Knob knob) {
    return value(knob).equals("yes");
  }

  /** A span in agent steps. */
  long steps(Knob knob, int framesPerStep) {
    return Span.parse(value(knob)).steps(framesPerStep);
  }

  /**
   * Turns the knob of that name.
   *
   * @throws IllegalArgumentException if there is no such knob, or it cannot have this value
   */
  public Preset set(String knob, String value) {
    return set(Knob.named(knob), value);
  }

  /** Turns a knob. */
  public Preset set(Knob knob, String value) {
    return with(knob, knob.parse(value), "set by the user");
  }

  public Preset learningRate(double eta) {
    return set(Knob.LEARNING_RATE, Double.toString(eta));
  }

  /** How the learning rate falls over {@code anneal-steps}; in a line for the paper. */
  public Preset learningRateSchedule(LearningRateSchedule schedule) {
    return set(Knob.LEARNING_RATE_SCHEDULE, schedule.name());
  }

  /**
   * β, weight of the policy's entropy.
   *
   * @param betas one for all threads, or several: thread i, of a synchronous algorithm environment
   *     i, has entry i mod n
   */
  public Preset entropy(double... betas) {
    return set(
        Knob.ENTROPY, String.join(",", Arrays.stream(betas).mapToObj(Double::toString).toList()));
  }

  public Preset gamma(double gamma) {
    return set(Knob.GAMMA, Double.toString(gamma));
  }

  public Preset valueWeight(double factor) {
    return set(Knob.VALUE_WEIGHT, Double.toString(factor));
  }

  public Preset tMax(int steps) {
    return set(Knob.T_MAX, Integer.toString(steps));
  }

  public Preset clipNorm(double norm) {
    return set(Knob.CLIP_NORM, Double.toString(norm));
  }

  /** Generalised advantages instead of n-step returns: λ of Schulman et al. (2016). */
  public Preset lambda(double lambda) {
    return set(Knob.LAMBDA, Double.toString(lambda));
  }

  /**
   * Observations of real numbers with mean 0 and variance 1, by statistics of all threads. Not of
   * the paper.
   */
  public Preset normalizeObservations() {
    return set(Knob.NORMALIZE_OBSERVATIONS, "yes");
  }

  /**
   * Rewards divided by the standard deviation of discounted returns, by statistics of all threads.
   * Not of the paper; scores stay as they are.
   */
  public Preset normalizeRewards() {
    return set(Knob.NORMALIZE_REWARDS, "yes");
  }

  /** Such as {@code SHARED_ADAM}. */
  public Preset optimizer(OptimizerKind kind) {
    return set(Knob.OPTIMIZER, kind.label());
  }

  /** I_target: how often θ⁻ ← θ. */
  public Preset targetInterval(Span interval) {
    return set(Knob.TARGET_INTERVAL, interval.toString());
  }

  /** Heads for V and for the advantages instead of one for Q. */
  public Preset dueling() {
    return set(Knob.DUELING, "yes");
  }

  /** Transitions of n steps: R = r_t + γr_{t+1} + … + γ^(n−1)r_{t+n−1}. */
  public Preset nStep(int n) {
    return set(Knob.N_STEP, Integer.toString(n));
  }

  /** Draws by priority, α = 0.6: Schaul et al. (2016), arXiv:1511.05952. */
  public Preset prioritized() {
    return prioritized(0.6);
  }

  /** Draws transition i with P(i) ∝ p_i^α. */
  public Preset prioritized(double alpha) {
    return set(Knob.PRIORITY_EXPONENT, Double.toString(alpha));
  }

  /** Errors beyond ±1 count linearly, instead of squared. */
  public Preset huber() {
    return set(Knob.HUBER, "yes");
  }

  /** θ chooses the action of the target, θ⁻ values it. */
  public Preset doubleQ() {
    return set(Knob.DOUBLE_Q, "yes");
  }

  /**
   * ε of your own, in place of all that the knobs of ε say.
   *
   * @param schedule called from all threads; it is no part of a checkpoint
   * @throws IllegalArgumentException if the algorithm does not explore by ε
   */
  public Preset exploration(EpsilonSchedule schedule) {
    if (!settings.containsKey(Knob.EPSILON_FINAL)) {
      throw new IllegalArgumentException(
          "exploration: "
              + algorithm
              + " draws its actions from a policy and has no ε; OneStepQ, OneStepSarsa and NStepQ"
              + " have one, and entropy(…) is for policies");
    }
    return with(new Own(own.network, schedule, own.loss, own.heads, own.headsInNetwork));
  }

  /** Dense layers of these widths instead of the paper's network. */
  public Preset hidden(int... units) {
    String layers = String.join("-", Arrays.stream(units).mapToObj(Integer::toString).toList());
    return set(Knob.NETWORK, "mlp").set(Knob.HIDDEN, layers);
  }

  /**
   * A recurrent network: LSTM cells after the last hidden layer, 256 in the paper. Their state is
   * carried from rollout to rollout and starts anew with each episode; gradients go back through
   * time to the rollout's first step. On small vectors other values are {@linkplain #adaptedTo
   * adapted} too; by hand, {@link #classicControl} comes after this.
   *
   * @param cells 0 for none
   */
  public Preset lstm(int cells) {
    return set(Knob.LSTM, Integer.toString(cells));
  }

  /**
   * A network of your own.
   *
   * @param make gives a new DJL block for the number of outputs it must have: shape (batch,
   *     outputs), {@linkplain dev.stampede.nn.Recurrent recurrent} or not
   */
  public Preset networkOf(IntFunction<Block> make) {
    if (own.headsInNetwork) {
      throw headsInTwoPlaces();
    }
    NetworkMaker maker = (observations, outputs) -> make.apply(outputs);
    return with(new Own(maker, own.exploration, own.loss, own.heads, false));
  }

  /** A network of your own, layer by layer, with the heads that it names. */
  public Preset layers(Consumer<Layers> describe) {
    Layers layers = new Layers();
    describe.accept(layers);
    if (!own.heads.isEmpty()) {
      throw headsInTwoPlaces();
    }
    Map<String, Integer> heads = layers.heads();
    return with(new Own(layers::block, own.exploration, own.loss, heads, !heads.isEmpty()));
  }

  /**
   * Outputs beside the algorithm's, for a term of {@link #lossOf}: a linear layer on the last
   * hidden one, of a network of your own its last outputs.
   *
   * @param size how many numbers
   */
  public Preset head(String headName, int size) {
    if (own.headsInNetwork) {
      throw headsInTwoPlaces();
    }
    if (size < 1 || own.heads.containsKey(headName)) {
      throw new IllegalArgumentException(
          "head: expected a new name and at least 1 output but got \""
              + headName
              + "\" with "
              + size
              + " beside "
              + own.heads);
    }
    Map<String, Integer> heads = new LinkedHashMap<>(own.heads);
    heads.put(headName, size);
    return with(
        new Own(own.network, own.exploration, own.loss, Collections.unmodifiableMap(heads), false));
  }

  private IllegalArgumentException headsInTwoPlaces() {
    return new IllegalArgumentException(
        "head: expected all heads in one place, but there are "
            + own.heads.keySet()
            + " already; name them inside the network, or leave them to head(…) and the network to"
            + " the preset");
  }

  /**
   * A loss of your own, in place of the whole sum: the knobs of its weights are gone.
   *
   * @param loss called from all threads
   * @throws IllegalArgumentException if the algorithm takes none
   */
  public Preset lossOf(RolloutLoss loss) {
    if (!algorithm.equals("A3C")) {
      throw new IllegalArgumentException(
          "loss: expected A3C, whose loss can be one's own, but got "
              + algorithm
              + "; write it as an algorithm of your own, or use A3C");
    }
    return new Preset(
        origin,
        name,
        withoutWeights(paper),
        withoutWeights(settings),
        new Own(own.network, own.exploration, loss, own.heads, own.headsInNetwork));
  }

  private static Map<Knob, Setting> withoutWeights(Map<Knob, Setting> all) {
    Map<Knob, Setting> rest = new EnumMap<>(all);
    rest.keySet().removeAll(List.of(Knob.ENTROPY, Knob.VALUE_WEIGHT));
    return Collections.unmodifiableMap(rest);
  }

  private Preset with(Own parts) {
    return new Preset(origin, name, paper, settings, parts);
  }

  /**
   * Values that learn CartPole and its like from small vectors: a small dense network and a larger
   * step. What the user set before stays.
   */
  public Preset classicControl() {
    return classicControl(CLASSIC_ANNEALING);
  }

  private Preset classicControl(long budget) {
    if (isTileCoded()) {
      return this; // Its paper's values are for small vectors.
    }
    String why = "adapted to small observations";
    Preset result = this;
    if (hasCritic()) {
      return ofSmallTasks(why);
    }
    if (cells() > 0) {
      for (Map.Entry<Knob, String> each : SMALL_RECURRENT.entrySet()) {
        result = result.adapted(each.getKey(), each.getValue(), why + " and LSTM cells");
      }
    }
    return result
        .ofSmallTasks(why)
        .adapted(
            Knob.ANNEAL_STEPS,
            budget > CLASSIC_ANNEALING ? "budget" : Long.toString(CLASSIC_ANNEALING),
            why)
        .adapted(Knob.NETWORK, "mlp", why)
        .adapted(Knob.HIDDEN, "64", why)
        .adapted(Knob.NONLINEARITY, "tanh", why);
  }

  private Preset ofSmallTasks(String why) {
    return adaptedTo(origin.classic, why);
  }

  /**
   * Values with which A3C learns an Atari game's first steps within some hundred thousand steps,
   * where the paper's own values show nothing before millions: start values that keep the signal
   * through the layers, a larger step with less damping, longer rollouts, no annealing. What the
   * user set before stays. Measured on Breakout only; see lib/docs/results.md.
   */
  public Preset shortAtari() {
    return adaptedTo(SHORT_ATARI, "adapted to a short run");
  }

  /**
   * This preset as it will run.
   *
   * @param observations what the environment shows
   * @param actions what it takes
   * @param budget agent steps of the whole run
   */
  public Preset adaptedTo(Space.Box observations, Space actions, long budget) {
    if (isTileCoded()) {
      return tileCodedFor(observations.size());
    }
    if (hasCritic()) {
      return DpgPresets.adapted(this, observations, actions);
    }
    int side = Networks.smallestSide(observations);
    boolean image = side >= PICTURE;
    if (side >= SMALL_PICTURE && !image && !(actions instanceof Space.Box)) {
      return smallPictures();
    }
    Preset result =
        actions instanceof Space.Box && hasGradients() ? continuousControl(image) : this;
    return image ? result : result.classicControl(budget);
  }

  private Preset smallPictures() {
    Map<Knob, String> values = new EnumMap<>(SMALL_PICTURES);
    values.putAll(takesNumbers() ? SMALL_PICTURES_POLICY : SMALL_PICTURES_VALUES);
    if (settings.containsKey(Knob.EPOCHS)) {
      values.remove(Knob.T_MAX); // Rollouts of 20 steps are too short to be learned from so often.
    }
    if (settings.containsKey(Knob.N_STEP)) {
      values.putAll(SMALL_PICTURES_MEMORY);
    }
    return adaptedTo(values, "adapted to small pictures");
  }

  /** Those of the values that it has, where nobody has set them. */
  Preset adaptedTo(Map<Knob, String> values, String why) {
    Preset result = this;
    for (Map.Entry<Knob, String> each : values.entrySet()) {
      result = result.adapted(each.getKey(), each.getValue(), why);
    }
    return result;
  }

  /**
   * Values for actions that are numbers and states that are no pictures: policy and value share
   * nothing, and the entropy weighs less, as supplement 9 of the paper has it. Its LSTM cells and
   * 200 units are left out: two dense layers learn small tasks sooner. Observations and rewards are
   * normalised, gradients averaged and cut off at 0.5. What the user set before stays.
   */
  public Preset continuousControl() {
    return continuousControl(false);
  }

  private Preset continuousControl(boolean image) {
    if (hasCritic()) {
      return this; // They adapt by themselves.
    }
    String why = "adapted to continuous actions";
    if (settings.containsKey(Knob.EPOCHS)) {
      return continuousEpochs(image ? Map.of() : PpoPresets.CONTINUOUS, why);
    }
    Preset result = image ? ofSupplement9().pixels() : ofSupplement9();
    Map<Knob, String> values = new EnumMap<>(CONTINUOUS);
    if (!image) {
      values.putAll(CONTINUOUS_STATES);
    }
    for (Map.Entry<Knob, String> each : values.entrySet()) {
      Setting papers = origin.continuous.get(each.getKey());
      boolean itsOwn = papers != null && papers.value().equals(each.getValue());
      result = itsOwn ? result : result.adapted(each.getKey(), each.getValue(), why);
    }
    return result;
  }

  /** Of methods that learn from a rollout several times: all their paper has, but for these. */
  private Preset continuousEpochs(Map<Knob, String> adaptations, String why) {
    Map<Knob, String> values = new EnumMap<>(Knob.class);
    origin.continuous.forEach((knob, papers) -> values.put(knob, papers.value()));
    values.putAll(adaptations);
    Preset result = ofSupplement9();
    for (Map.Entry<Knob, String> each : values.entrySet()) {
      result = result.adapted(each.getKey(), each.getValue(), why);
    }
    return result;
  }

  /** With the values that the paper itself has for actions that are numbers. */
  private Preset ofSupplement9() {
    Preset result = this;
    for (Map.Entry<Knob, Setting> each : origin.continuous.entrySet()) {
      result = result.asInPaper(each.getKey(), each.getValue());
    }
    return result;
  }

  private Preset pixels() {
    return origin.continuous.isEmpty() ? this : asInPaper(Knob.NETWORK, CONTINUOUS_PIXELS);
  }

  /** With another value of the paper, for another kind of task; what the user set stays. */
  private Preset asInPaper(Knob knob, Setting value) {
    Map<Knob, Setting> papers = new EnumMap<>(paper);
    Map<Knob, Setting> changed = new EnumMap<>(settings);
    papers.put(knob, value);
    Setting now = settings.get(knob);
    boolean free = now != null && (isFrom(now, paper.get(knob)) || isFrom(now, value));
    if (free
        && !(own.network != null && knob == Knob.LSTM)) { // A network of one's own has its cells.
      changed.put(knob, value);
    }
    return new Preset(
        origin,
        name,
        Collections.unmodifiableMap(papers),
        Collections.unmodifiableMap(changed),
        own);
  }

  /** What is not as in the paper; nothing of an algorithm that has none. */
  public List<Difference> differencesFromPaper() {
    if (origin.own) {
      return List.of();
    }
    List<Difference> differences = new ArrayList<>();
    settings.forEach(
        (knob, setting) -> {
          Setting original = paper.get(knob);
          if (original != null && !original.value().equals(setting.value())) {
            differences.add(
                new Difference(
                    knob.label(),
                    knob.unit(),
                    original.value(),
                    setting.value(),
                    setting.source()));
          }
        });
    if (own.network != null) {
      String papers = isTileCoded() ? "tiles" : inPaper(Knob.NETWORK);
      differences.add(ofTheUser(Knob.NETWORK.label(), papers, "a block of the user's own"));
    }
    if (own.exploration != null) {
      String papers = inPaper(Knob.EPSILON_FINAL);
      differences.add(
          ofTheUser(Knob.EPSILON_FINAL.label(), papers, "a schedule of the user's own"));
    }
    if (own.loss != null) {
      differences.add(ofTheUser("loss", "the sum of the paper", "a sum of the user's own"));
    }
    own.heads.forEach(
        (head, size) ->
            differences.add(ofTheUser("head \"" + head + "\"", "none", size + " outputs")));
    return differences;
  }

  private static Difference ofTheUser(String what, String paper, String here) {
    return new Difference(what, "", paper, here, "set by the user");
  }

  private String inPaper(Knob knob) {
    return Objects.requireNonNull(paper.get(knob), knob::label).value();
  }

  /** The algorithm with these values. */
  Algorithm make(int framesPerStep) {
    return origin.maker.make(this, framesPerStep);
  }

  /**
   * A new block.
   *
   * @param outputs those of the algorithm; the heads' come after them
   */
  Block makeNetwork(Space.Box observations, int outputs) {
    int cells = cells();
    if (yes(Knob.SPATIAL_SOFTMAX) && (own.network != null || value(Knob.NETWORK).equals("mlp"))) {
      throw new IllegalArgumentException(
          "spatial-softmax=yes comes after the convolutions of network=small-conv or linear-conv,"
              + " but the network is "
              + (own.network != null ? "one of your own" : "an mlp")
              + "; leave it out, or put new SpatialSoftmax() into a network of your own");
    }
    int extra = own.heads.values().stream().mapToInt(size -> size).sum();
    if (own.network != null) {
      if (cells > 0) {
        throw new IllegalArgumentException(
            "lstm="
                + cells
                + " and a network of your own: cells are put into the networks made here only; use"
                + " lstm(0) and Networks.recurrent(body, "
                + cells
                + ", head) as your network");
      }
      return own.network.make(observations, outputs + extra);
    }
    if (isTileCoded()) {
      int[] tiles =
          Arrays.stream(value(Knob.TILES).split("-")).mapToInt(Integer::parseInt).toArray();
      return Networks.tiles(
          TileCoding.of(observations, whole(Knob.TILINGS), tiles, number(Knob.TILE_BOUND)),
          outputs);
    }
    boolean separate =
        settings.containsKey(Knob.VALUE_NETWORK) && value(Knob.VALUE_NETWORK).equals("separate");
    return separate // The heads stand on the value's layers.
        ? Networks.separate(
            layersOfPaper(observations, outputs - 1), layersOfPaper(observations, 1 + extra))
        : layersOfPaper(observations, outputs + extra);
  }

  private Block layersOfPaper(Space.Box observations, int outputs) {
    if (!value(Knob.NETWORK).equals("mlp")) {
      return convNetwork(observations, outputs);
    }
    int[] hidden =
        Arrays.stream(value(Knob.HIDDEN).split("-")).mapToInt(Integer::parseInt).toArray();
    Nonlinearity nonlinearity =
        Nonlinearity.valueOf(value(Knob.NONLINEARITY).toUpperCase(Locale.ROOT));
    return cells() > 0
        ? Networks.mlpLstm(observations, outputs, cells(), nonlinearity, hidden)
        : Networks.mlp(observations, outputs, nonlinearity, hidden);
  }

  private Block convNetwork(Space.Box observations, int outputs) {
    SequentialBlock layers = convLayers();
    if (cells() == 0 && isDueling() && unitsOfConv() > 0) {
      return Networks.channelsFirst(
          observations, Networks.dueling(layers, unitsOfConv(), outputs - 1));
    }
    SequentialBlock body = Networks.channelsFirst(observations, layers);
    return cells() > 0 ? Networks.lstm(body, cells(), outputs) : Networks.linear(body, outputs);
  }

  private boolean isDueling() {
    return settings.containsKey(Knob.DUELING) && yes(Knob.DUELING);
  }

  /** Of the dense layer behind the convolutions; 0 if there is none. */
  private int unitsOfConv() {
    return switch (value(Knob.NETWORK)) {
      case "large-conv" -> whole(Knob.HIDDEN);
      case "linear-conv" -> 0;
      case "grid-conv" -> Networks.GRID_UNITS;
      default -> Networks.SMALL_UNITS;
    };
  }

  /** All but the last layers of a network for pictures. */
  SequentialBlock convFeatures(Space.Box observations) {
    return Networks.channelsFirst(observations, convLayers());
  }

  private SequentialBlock convLayers() {
    Features seen = yes(Knob.SPATIAL_SOFTMAX) ? Features.POINTS : Features.MAPS;
    return switch (value(Knob.NETWORK)) {
      case "large-conv" -> Networks.largeConvFeatures(seen, whole(Knob.HIDDEN));
      case "linear-conv" -> Networks.linearConvFeatures(seen);
      case "grid-conv" -> Networks.gridConvFeatures();
      default -> Networks.smallConvFeatures(seen);
    };
  }

  /** Whether its environments step together, so that a run can be repeated bit for bit. */
  public boolean isSynchronous() {
    return make(1) instanceof BatchAlgorithm;
  }

  /** Whether several roles share its work, each on threads of their own. */
  boolean hasRoles() {
    Algorithm made = make(1);
    return made instanceof QueuedAlgorithm || made instanceof ReplayAlgorithm;
  }

  /** Whether its policy can be over numbers as well as over a choice of actions. */
  public boolean takesNumbers() {
    return settings.containsKey(Knob.VALUE_NETWORK) || hasCritic();
  }

  /** Whether it takes a choice of actions. */
  public boolean takesChoices() {
    return !hasCritic();
  }

  private boolean hasCritic() {
    return settings.containsKey(Knob.CRITIC_HIDDEN);
  }

  private boolean isTileCoded() {
    return settings.containsKey(Knob.TILINGS);
  }

  private boolean hasGradients() {
    return settings.containsKey(Knob.OPTIMIZER);
  }

  private boolean solves() {
    return settings.containsKey(Knob.RIDGE);
  }

  /**
   * A tile coding for this many dimensions: its tiles are as many as these to that power. Its
   * paper's task ends by itself and has no reward that is larger than the values at the start.
   */
  private Preset tileCodedFor(int dimensions) {
    int tiles = Integer.parseInt(value(Knob.TILES).split("-")[0]);
    double most = solves() ? MOST_TILES_SOLVED : MOST_TILES;
    while (tiles > (solves() ? 1 : 2) && Math.pow(tiles + 1, dimensions) > most) {
      tiles--;
    }
    if (Math.pow(tiles + 1, dimensions) > most) {
      return this; // There is no tile coding for these.
    }
    String fewer = Integer.toString(tiles);
    Preset result = ofSmallTasks("adapted to tasks of any kind");
    return value(Knob.TILES).equals(fewer)
        ? result
        : result.adapted(Knob.TILES, fewer, "adapted to " + dimensions + " dimensions");
  }

  private int cells() {
    return settings.containsKey(Knob.LSTM) ? whole(Knob.LSTM) : 0;
  }

  Optional<EpsilonSchedule> ownExploration() {
    return Optional.ofNullable(own.exploration);
  }

  Optional<RolloutLoss> ownLoss() {
    return Optional.ofNullable(own.loss);
  }

  /** Outputs beside the algorithm's: names and sizes, in their order. */
  public Map<String, Integer> heads() {
    return own.heads;
  }

  boolean hasOwnNetwork() {
    return own.network != null;
  }

  /** Whether the algorithm itself is the user's. */
  boolean isOwnAlgorithm() {
    return origin.own;
  }

  Preset adapted(Knob knob, String value, String why) {
    Setting now = settings.get(knob);
    boolean neverFalls = knob == Knob.ANNEAL_STEPS && value.equals("never");
    if (neverFalls && !value(Knob.LEARNING_RATE_SCHEDULE).equals("linear")) {
      return this; // A schedule of the user's falls.
    }
    // Also to the value that it has: a later adaptation must not change it then.
    return now != null && isFrom(now, paper.get(knob)) ? with(knob, value, why) : this;
  }

  /**
   * Whether that is the paper's setting; one that was read from a checkpoint lost its certainty.
   */
  private static boolean isFrom(Setting now, @Nullable Setting papers) {
    return papers != null
        && now.value().equals(papers.value())
        && now.source().equals(papers.source());
  }

  /** Whether nothing has changed a knob of {@link Algorithms} yet. */
  boolean isThePapers(Knob knob) {
    return Objects.equals(settings.get(knob), origin.values.get(knob));
  }

  Preset with(Knob knob, String value, String source) {
    if (own.loss != null && (knob == Knob.ENTROPY || knob == Knob.VALUE_WEIGHT)) {
      throw new IllegalArgumentException(
          knob.label() + ": the loss is a sum of your own; its weights stand there");
    }
    if (!settings.containsKey(knob)) {
      throw new IllegalArgumentException(
          algorithm
              + " has no knob \""
              + knob.label()
              + "\" ("
              + knob.meaning()
              + "); it is one of "
              + String.join(
                  ", ",
                  Algorithms.all().stream()
                      .filter(each -> each.settings.containsKey(knob))
                      .map(Preset::algorithm)
                      .toList()));
    }
    Map<Knob, Setting> changed = new EnumMap<>(settings);
    changed.put(knob, new Setting(value, source, Certainty.CHOSEN));
    return new Preset(origin, name, paper, Collections.unmodifiableMap(changed), own);
  }

  @Override
  public String toString() {
    return name;
  }
}
