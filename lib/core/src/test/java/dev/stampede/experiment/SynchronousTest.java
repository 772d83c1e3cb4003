package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A2C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose environments step together. */
class SynchronousTest {
  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"})
  void one_seed_gives_the_same_bits_with_many_environments(String fused) {
    float[][] theta = new float[2][];
    for (int i = 0; i < 2; i++) {
      Run run =
          Experiment.of()
              .algorithm(A2C.set("fused", fused))
              .threads(16)
              .deterministic(true)
              .steps(8_000)
              .seed(5)
              .build()
              .run();
      theta[i] = run.theta().orElseThrow();
    }
    assertThat(theta[0]).isEqualTo(theta[1]);
  }

  /** Shards add the same samples in another order than one network does: equal but for rounding. */
  @Test
  void shards_learn_what_one_network_learns() {
    float[] fused = afterOneUpdate("yes");
    float[] shards = afterOneUpdate("no");
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < fused.length; i++) {
      largest = Math.max(largest, Math.abs(fused[i]));
      difference = Math.max(difference, Math.abs(fused[i] - shards[i]));
    }
    assertThat(difference).isLessThanOrEqualTo(1e-5 * largest);
  }

  private static float[] afterOneUpdate(String fused) {
    Run run =
        Experiment.of()
            .algorithm(A2C.set("fused", fused))
            .threads(16)
            .steps(80)
            .seed(5)
            .build()
            .run();
    assertThat(run.updates()).isEqualTo(1);
    return run.theta().orElseThrow();
  }

  @Test
  void environments_that_can_step_in_one_call_do_so_and_learn_the_same() {
    AtomicInteger calls = new AtomicInteger();
    EnvironmentFactory inOneCall =
        new EnvironmentFactory() {
          @Override
          public Environment create(Purpose purpose) {
            return new CartPole();
          }

          @Override
          public Optional<EnvironmentBatch> batch(List<Environment> environments) {
            return Optional.of(counting(environments, calls));
          }
        };

    float[] together = afterTwentyUpdates(inOneCall);

    assertThat(calls).hasValue(100);
    assertThat(together).isEqualTo(afterTwentyUpdates(purpose -> new CartPole()));
  }

  private static EnvironmentBatch counting(List<Environment> environments, AtomicInteger calls) {
    return new EnvironmentBatch() {
      @Override
      public List<Step> stepBeforeReset(List<Action> actions) {
        calls.incrementAndGet();
        return step(actions);
      }

      @Override
      public List<Step> step(List<Action> actions) {
        return IntStream.range(0, actions.size())
            .mapToObj(e -> environments.get(e).step(actions.get(e)))
            .toList();
      }

      @Override
      public List<Observation> reset(List<Integer> which) {
        return which.stream().map(e -> environments.get(e).reset()).toList();
      }
    };
  }

  private static float[] afterTwentyUpdates(EnvironmentFactory environments) {
    Run run =
        Experiment.of()
            .algorithm(A2C)
            .env(environments)
            .threads(16)
            .deterministic(true)
            .steps(20 * 16 * 5)
            .seed(5)
            .build()
            .run();
    assertThat(run.updates()).isEqualTo(20);
    return run.theta().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void an_environment_that_fails_ends_the_run_with_its_cause_and_every_one_is_closed(
      boolean elsewhere) {
    AtomicInteger open = new AtomicInteger();
    EnvironmentFactory failing =
        new EnvironmentFactory() {
          @Override
          public Environment create(Purpose purpose) {
            int number = open.incrementAndGet();
            return new Wrapper(new CartPole()) {
              private int steps;

              @Override
              public Step step(Action action) {
                if (number == 3 && ++steps == 50) {
                  throw new IllegalStateException("the third one has had enough");
                }
                return super.step(action);
              }

              @Override
              public void close() {
                open.decrementAndGet();
                super.close();
              }
            };
          }

          @Override
          public boolean stepsElsewhere() {
            return elsewhere;
          }
        };
    Experiment experiment =
        Experiment.of()
            .algorithm(A2C.set("fused", "no"))
            .env(failing)
            .threads(8)
            .steps(100_000)
            .build();

    assertThatThrownBy(experiment::run)
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("the third one has had enough");
    assertThat(open).hasValue(0);
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("batch-") || name.startsWith("environment-")))
        .isEmpty();
  }

  @Test
  void a_step_too_large_for_numbers_fails_in_words_from_whichever_shard() {
    Experiment experiment =
        Experiment.of()
            .algorithm(A2C.set("fused", "no").learningRate(10).set("rms-epsilon", "1e-12"))
            .env(
                purpose ->
                    new Wrapper(new CartPole()) {
                      @Override
                      public Step step(Action action) {
                        Step step = super.step(action);
                        return step.withReward(Double.NaN);
                      }
                    })
            .threads(8)
            .steps(100_000)
            .build();

    assertThatThrownBy(experiment::run)
        .hasMessageContaining("the loss is NaN")
        .hasMessageContaining("All results so far are kept");
  }
}
