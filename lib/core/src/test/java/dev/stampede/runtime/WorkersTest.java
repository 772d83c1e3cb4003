package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.Chief;
import dev.stampede.algorithm.ChiefAlgorithm;
import dev.stampede.algorithm.Worker;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.OptimizerKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the chief makes of its workers' gradients: θ is a bias alone, whose gradient a test says.
 */
@Timeout(60)
class WorkersTest {
  private static final Space.Box BOX = Space.Box.floats(1);
  private static final Network NETWORK = new Network(Networks.mlp(BOX, 1, Nonlinearity.TANH), BOX);
  private static final double ETA = 0.5;

  @Test
  void an_update_is_the_average_of_all_workers_gradients() {
    Script script = new Script(0, 3);
    float[] theta = train(script, 4, 4 * 5); // Five rounds of a step each.

    double mean = (1 + 2 + 3 + 4) / 4.0;
    assertThat(script.updates).hasValue(5 * 3);
    assertThat(moved(theta)).isCloseTo(-ETA * 5 * 3 * mean, within(1e-4));
  }

  @Test
  void a_worker_that_skips_is_not_waited_for_and_not_counted() {
    Script script = new Script(0, 3);
    script.skipping = 0; // Its gradient is 1.
    float[] theta = train(script, 3, 3 * 2);

    double all = (1 + 2 + 3) / 3.0;
    double others = (2 + 3) / 2.0;
    assertThat(moved(theta)).isCloseTo(-ETA * 2 * (all + 2 * others), within(1e-4));
  }

  @Test
  void updates_that_all_workers_skip_are_none() {
    Script script = new Script(0, 2);
    script.skipping = 0;
    float[] theta = train(script, 1, 3);

    assertThat(moved(theta)).isCloseTo(-ETA * 3, within(1e-4)); // The first one of each round.
  }

  /** Worker 2 stands still in its first step until the others are through three rounds. */
  @Test
  void those_that_are_missing_are_left_behind_and_their_late_gradients_dropped() {
    CountDownLatch threeRounds = new CountDownLatch(2 * 3);
    Script script = new Script(1, 1);
    script.beforeStep =
        id -> {
          if (id == 2) {
            await(threeRounds);
          } else {
            threeRounds.countDown();
          }
        };
    float[] theta = train(script, 3, 60);

    // Had they waited, nobody would have come here; had the late one counted alone, θ had its 3.
    assertThat(script.sizes.get(0)).isCloseTo(1.5, within(1e-4));
    assertThat(script.sizes.get(1)).isCloseTo(1.5, within(1e-4));
    assertThat(script.sizes).allMatch(mean -> mean >= 1.5 - 1e-4 && mean <= 2.5 + 1e-4);
    assertThat(moved(theta)).isNegative();
  }

  @Test
  void neither_optimizer_moves_by_the_moments_of_the_other() {
    Script script = new Script(0, 1);
    script.baseline = true;
    float[] theta = train(script, 2, 2);

    double one = 0.5 * 1.5; // v ← αv + (1 − α)dθ; with one v the second would be larger.
    assertThat(moved(theta)).isCloseTo(-ETA * (one + one), within(1e-4));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double moved(float[] theta) {
    return theta[theta.length - 1];
  }

  private static float[] train(Script script, int workers, long steps) {
    Plan plan =
        new Plan(
            script,
            NETWORK,
            Map.of(),
            Initialization.TORCH,
            purpose -> new Still(),
            workers,
            steps,
            1,
            1,
            ETA,
            OptionalLong.empty(),
            LearningRateSchedule.LINEAR,
            Reduction.SUM,
            OptimizerKind.MOMENTUM,
            script.baseline ? 0.5 : 0,
            0.1,
            Double.POSITIVE_INFINITY,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            1,
            false,
            Normalization.NONE,
            false,
            Optional.empty());
    Training training = new Training(plan, plan.environments().create(Purpose.TRAINING));
    float[] before = training.theta();
    script.bias = () -> moved(training.theta());
    training.run();
    assertThat(training.failure()).isEmpty();
    float[] after = training.theta();
    for (int i = 0; i < after.length; i++) {
      after[i] -= before[i];
    }
    return after;
  }

  /** Worker i sends the gradient i + 1, so many times in each round. */
  private static final class Script implements ChiefAlgorithm {
    final AtomicInteger updates = new AtomicInteger();
    final List<Double> sizes = new CopyOnWriteArrayList<>();
    private final int missing;
    private final int times;
    private int skipping = -1;
    private boolean baseline;
    private IntConsumer beforeStep = id -> {};
    private DoubleSupplier bias = () -> 0;

    Script(int missing, int times) {
      this.missing = missing;
      this.times = times;
    }

    @Override
    public void run(Chief chief) {
      while (chief.running()) {
        for (int i = 0; i < times; i++) {
          double before = bias.getAsDouble();
          chief.updatePolicy(missing);
          sizes.add((before - bias.getAsDouble()) / ETA);
          updates.incrementAndGet();
        }
        if (baseline) {
          chief.updateBaseline(missing);
        }
      }
    }

    @Override
    public void run(ActorLearner actor) {
      Worker worker = actor.worker();
      while (actor.running()) {
        actor.sync();
        beforeStep.accept(actor.id());
        actor.step(Action.of(0));
        worker.send(gradient(actor.id() + 1));
        if (actor.id() == skipping) {
          worker.skip(times - 1);
        } else {
          for (int i = 1; i < times + (baseline ? 1 : 0); i++) {
            worker.send(gradient(actor.id() + 1));
          }
        }
      }
    }

    private static ActorLearner.Loss gradient(int size) {
      return (out, dOut) -> {
        dOut[0] = size;
        return new ActorLearner.Terms(size, 0, 0);
      };
    }

    @Override
    public int rolloutLength() {
      return 1;
    }

    @Override
    public int outputs(Space actions) {
      return 1;
    }

    @Override
    public Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
      return Action.of(0);
    }
  }

  /** Shows 0 for ever, so that the weight's gradient is 0. */
  private static final class Still implements Environment {
    @Override
    public Space observationSpace() {
      return BOX;
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(1);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      return Observation.of(0f);
    }

    @Override
    public Step step(Action action) {
      return new Step(reset(), 0, false, false);
    }
  }
}
