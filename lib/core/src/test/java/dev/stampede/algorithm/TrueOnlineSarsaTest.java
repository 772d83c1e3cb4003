package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import dev.stampede.nn.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The control loop, held against plain agents on a random chain whose episodes end in each way. */
class TrueOnlineSarsaTest {
  private static final int STEPS = 120;
  private static final int STATES = 7;
  private static final int ACTIONS = 3;
  private static final int FEATURES = 10;
  private static final int TILINGS = 4;
  private static final double GAMMA = 0.9;
  private static final double LEARNING_RATE = 0.3;
  private static final double EPSILON = 0.25;

  static Stream<Arguments> seedsAndLambdas() {
    return IntStream.range(0, 20)
        .boxed()
        .flatMap(seed -> Stream.of(0.0, 0.7, 1.0).map(lambda -> Arguments.of(seed, lambda)));
  }

  @ParameterizedTest
  @MethodSource("seedsAndLambdas")
  void theta_is_that_of_a_plain_agent_with_the_forward_view(int seed, double lambda) {
    Chain chain = new Chain(seed);
    EpsilonGreedy greedy = new EpsilonGreedy(List.of(EPSILON), List.of(1.0), 1, false);
    new TrueOnlineSarsa(GAMMA, lambda, greedy).run(chain);

    assertThat(chain.endings).contains(Ending.TERMINATED, Ending.TRUNCATED);
    assertThat(chain.updates).isEqualTo(STEPS);
    assertThat(chain.theta.theta()).containsExactly(forwardView(seed, lambda), within(1e-9));
    if (lambda == 0) {
      assertThat(chain.theta.theta()).containsExactly(sarsa(seed), within(1e-9));
    }
  }

  private static double[] forwardView(int seed, double lambda) {
    double alpha = LEARNING_RATE / TILINGS;
    ForwardView forward = new ForwardView(new double[ACTIONS * FEATURES], GAMMA, lambda, alpha);
    play(
        seed,
        forward::theta,
        step -> {
          forward.learn(step.psi, step.R, step.psiPrime);
          if (step.last) {
            forward.endEpisode();
          }
        });
    return forward.theta();
  }

  /** Sarsa(0), as textbooks have it. */
  private static double[] sarsa(int seed) {
    double[] theta = new double[ACTIONS * FEATURES];
    play(
        seed,
        () -> theta,
        step -> {
          double Q = ForwardView.dot(theta, step.psi);
          double target = step.R + GAMMA * ForwardView.dot(theta, step.psiPrime);
          for (int i = 0; i < theta.length; i++) {
            theta[i] += LEARNING_RATE / TILINGS * (target - Q) * step.psi[i];
          }
        });
    return theta;
  }

  /** One step as a plain agent sees it; ψ′ is 0 where S′ is terminal. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Seen(double[] psi, double R, double[] psiPrime, boolean last) {}

  private static void play(int seed, Supplier<double[]> theta, Consumer<Seen> learn) {
    Chain chain = new Chain(seed);
    RandomGenerator random = chain.random();
    random.nextDouble(); // The thread's draw of its ε.
    int a = -1;
    while (chain.running()) {
      chain.sync();
      a = a < 0 ? epsilonGreedy(chain, theta.get(), random) : a;
      double[] psi = chain.psi(a);
      Step step = chain.step(Action.of(a));
      a = epsilonGreedy(chain, theta.get(), random);
      double[] psiPrime = step.terminated() ? new double[psi.length] : chain.psi(a);
      learn.accept(new Seen(psi, step.reward(), psiPrime, step.last()));
      a = step.last() ? -1 : a;
    }
  }

  private static int epsilonGreedy(Chain chain, double[] theta, RandomGenerator random) {
    if (random.nextDouble() < (chain.T() == 0 ? 1 : EPSILON)) { // It falls from 1 within a step.
      return random.nextInt(ACTIONS);
    }
    int best = 0;
    for (int b = 1; b < ACTIONS; b++) {
      float q = (float) ForwardView.dot(theta, chain.psi(b)); // Networks give floats.
      best = q > (float) ForwardView.dot(theta, chain.psi(best)) ? b : best;
    }
    return best;
  }

  /** Each state has random tiles; where a step leads is random too, and the same for one seed. */
  private static final class Chain implements ActorLearner, LinearLearner {
    final DoubleWeights theta = new DoubleWeights(new double[ACTIONS * FEATURES]);
    final List<Ending> endings = new ArrayList<>();
    int updates;
    private final int[][] tiles = new int[STATES][];
    private final SplittableRandom world;
    private final SplitMix random;
    private int state;
    private boolean over = true;
    private long T;

    Chain(int seed) {
      world = new SplittableRandom(seed);
      random = new SplitMix(seed + 1_000L);
      for (int s = 0; s < STATES; s++) {
        tiles[s] = world.ints(0, FEATURES).distinct().limit(TILINGS).toArray();
      }
    }

    @Override
    public boolean atStart() {
      return over;
    }

    @Override
    public int id() {
      return 0;
    }

    /** ψ of the current state and an action, dense. */
    double[] psi(int a) {
      double[] psi = new double[ACTIONS * FEATURES];
      for (int i : tiles[state]) {
        psi[a * FEATURES + i] = 1;
      }
      return psi;
    }

    @Override
    public boolean running() {
      return T < STEPS;
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
        out[a] = (float) ForwardView.dot(theta.theta(), psi(a));
      }
      return out;
    }

    @Override
    public Step step(Action a) {
      T++;
      double reward = world.nextDouble(-1, 1) + a.index();
      state = world.nextInt(STATES);
      int ends = world.nextInt(10);
      Ending ending = ends == 0 ? Ending.TERMINATED : ends == 1 ? Ending.TRUNCATED : Ending.NONE;
      over = ending != Ending.NONE;
      endings.add(ending);
      return new Step(Observation.of(state), reward, ending, Optional.empty());
    }

    @Override
    public LinearLearner linear() {
      return this;
    }

    @Override
    public Weights theta() {
      return theta;
    }

    @Override
    public int size() {
      return ACTIONS * FEATURES;
    }

    @Override
    public int features() {
      return FEATURES;
    }

    @Override
    public int[] active() {
      return tiles[state];
    }

    @Override
    public double learningRate() {
      return LEARNING_RATE;
    }

    @Override
    public void updated() {
      updates++;
    }

    @Override
    public long T() {
      return T;
    }

    @Override
    public int stepsSinceSync() {
      throw new AssertionError("it updates after each step");
    }

    @Override
    public long t() {
      return T;
    }

    @Override
    public <S extends Saveable> S keep(S part) {
      return part;
    }

    @Override
    public RandomGenerator random() {
      return random;
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(ACTIONS);
    }

    @Override
    public void update(Loss loss) {
      throw new UnsupportedOperationException("it has no gradient");
    }

    @Override
    public float[] outputs() {
      throw new UnsupportedOperationException("it has no rollout");
    }

    @Override
    public float[] targetOutputs() {
      throw new UnsupportedOperationException("it has no θ⁻");
    }

    @Override
    public float[] target() {
      throw new UnsupportedOperationException("it has no θ⁻");
    }

    @Override
    public void refreshTarget(long interval) {
      throw new UnsupportedOperationException("it has no θ⁻");
    }
  }
}
