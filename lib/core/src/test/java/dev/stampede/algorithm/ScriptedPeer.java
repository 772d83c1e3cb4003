package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * A worker on a random chain: each state has random tiles, and where a step leads is random too. It
 * writes down what it did and what it heard.
 */
final class ScriptedPeer implements Peer {
  static final int STATES = 7;
  static final int ACTIONS = 3;
  static final int FEATURES = 10;
  static final int TILINGS = 4;
  static final double LEARNING_RATE = 0.3;

  /** One step, and Q(s′, ·) as the worker saw it then. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Seen(int[] s, int a, double r, Ending ending, int[] sPrime, float[] qPrime) {}

  final List<Seen> steps = new ArrayList<>();
  final List<List<double[]>> heard = new ArrayList<>();
  final List<double[]> sent = new ArrayList<>();
  final List<double[]> inbox = new ArrayList<>();
  private final int id;
  private final int mostSteps;
  private final int mostExchanges;
  private final Exchanges exchanges;
  private final ToDoubleFunction<ScriptedPeer> reward;
  private final Parameters theta = new Parameters(ACTIONS * FEATURES);
  private final Parameters thetaPrime;
  private final int[][] tiles = new int[STATES][];
  private final SplittableRandom world;
  private final SplitMix random;
  private int state;
  private boolean over = true;
  private double losses;

  /**
   * @param mostSteps it runs until it has made so many
   * @param mostExchanges or so many of these
   * @param reward of a step, by what the worker is then
   */
  ScriptedPeer(
      int id,
      Exchanges exchanges,
      int mostSteps,
      int mostExchanges,
      boolean hasThetaPrime,
      ToDoubleFunction<ScriptedPeer> reward) {
    this.id = id;
    this.exchanges = exchanges;
    this.mostSteps = mostSteps;
    this.mostExchanges = mostExchanges;
    this.reward = reward;
    this.thetaPrime = hasThetaPrime ? new Parameters(theta.size()) : theta;
    this.world = new SplittableRandom(id);
    this.random = new SplitMix(id + 1_000L);
    SplittableRandom start = new SplittableRandom(99); // The same for all.
    for (int i = 0; i < theta.size(); i++) {
      theta.add(i, start.nextDouble(-1, 1));
    }
    for (int s = 0; s < STATES; s++) {
      tiles[s] = world.ints(0, FEATURES).distinct().limit(TILINGS).toArray();
    }
  }

  /** Lets workers exchange on threads of their own. */
  static final class Exchanges {
    private final int workers;
    private double[][] given;
    private int count;
    private long rounds;
    private List<double[]> last = List.of();

    Exchanges(int workers) {
      this.workers = workers;
      this.given = new double[workers][];
    }

    synchronized List<double[]> exchange(int id, double[] message) throws InterruptedException {
      given[id] = message;
      if (++count == workers) {
        last = List.of(given);
        given = new double[workers][];
        count = 0;
        rounds++;
        notifyAll();
        return last;
      }
      for (long mine = rounds; rounds == mine; ) {
        wait();
      }
      return last;
    }
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public int peers() {
    return exchanges.workers;
  }

  @Override
  public boolean running() {
    return steps.size() < mostSteps && heard.size() < mostExchanges;
  }

  @Override
  public void sync() {
    if (over) {
      state = world.nextInt(STATES);
      over = false;
    }
  }

  @Override
  public float[] act() {
    float[] out = new float[ACTIONS];
    for (int a = 0; a < ACTIONS; a++) {
      for (int i : tiles[state]) {
        out[a] += (float) thetaPrime.get(a * FEATURES + i);
      }
    }
    return out;
  }

  /** Ends that share of the steps, at random, by the death of the environment. */
  ScriptedPeer losing(double share) {
    losses = share;
    return this;
  }

  @Override
  public Step step(Action a) {
    int[] s = tiles[state];
    double r = reward.applyAsDouble(this);
    if (losses > 0 && world.nextDouble() < losses) {
      over = true;
      steps.add(new Seen(s, a.index(), 0, Ending.LOST, s, act()));
      return new Step(Observation.of(state), 0, Ending.LOST, Optional.empty());
    }
    state = world.nextInt(STATES);
    int ends = world.nextInt(10);
    Ending ending = ends == 0 ? Ending.TERMINATED : ends == 1 ? Ending.TRUNCATED : Ending.NONE;
    over = ending != Ending.NONE;
    steps.add(new Seen(s, a.index(), r, ending, tiles[state], act()));
    return new Step(Observation.of(state), r, ending, Optional.empty());
  }

  /** Whether the step that is being made is the first of its episode. */
  boolean atStartOfEpisode() {
    return steps.isEmpty() || steps.get(steps.size() - 1).ending != Ending.NONE;
  }

  /** A reward that is random. */
  double randomReward() {
    return world.nextDouble(-1, 1);
  }

  @Override
  public Parameters theta() {
    return theta;
  }

  @Override
  public Parameters thetaPrime() {
    return thetaPrime;
  }

  @Override
  public int[] active() {
    return tiles[state];
  }

  @Override
  public int features() {
    return FEATURES;
  }

  @Override
  public double learningRate() {
    return LEARNING_RATE;
  }

  @Override
  public List<double[]> exchange(double[] message) {
    sent.add(message);
    try {
      List<double[]> all = exchanges.exchange(id, message);
      heard.add(all);
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  @Override
  public void send(double[] message) {
    sent.add(message);
  }

  @Override
  public List<double[]> received() {
    List<double[]> all = List.copyOf(inbox);
    inbox.clear();
    return all;
  }

  @Override
  public void updated() {}

  @Override
  public long T() {
    return steps.size();
  }

  @Override
  public long t() {
    return steps.size();
  }

  @Override
  public <S extends Saveable> S keep(S part) {
    return part;
  }

  @Override
  public boolean atStart() {
    return over;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Space actionSpace() {
    return new Space.Discrete(ACTIONS);
  }
}
