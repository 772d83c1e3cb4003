package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.OptimizerKind;
import org.junit.jupiter.api.Test;

/** Plain SGD, so that θ shows the gradients' size, and rollouts that all have the same length. */
class ReductionTest {
  private static final int STEPS_OF_A_ROLLOUT = 5;
  private static final double ETA = 1.0 / 64;

  @Test
  void the_mean_of_a_rollout_is_the_sum_divided_by_its_steps() {
    float[] start = theta("sum", 0);
    float[] sum = theta("sum", ETA);
    float[] mean = theta("mean", ETA);
    double largest = 0;
    for (int i = 0; i < start.length; i++) {
      largest = Math.max(largest, Math.abs(sum[i] - start[i]));
    }
    assertThat(largest).isGreaterThan(0.01);
    for (int i = 0; i < start.length; i++) {
      double expected = (sum[i] - start[i]) / (double) STEPS_OF_A_ROLLOUT;
      assertThat(Math.abs(mean[i] - start[i] - expected)).isLessThan(1e-5 * largest);
    }
  }

  /** θ after one update, from the same start. */
  private static float[] theta(String reduction, double eta) {
    Run run =
        Experiment.of()
            .algorithm(
                A3C.set("reduction", reduction)
                    .set("anneal-steps", "never")
                    .optimizer(OptimizerKind.MOMENTUM)
                    .set("rms-decay", "0")
                    .clipNorm(1e9)
                    .tMax(STEPS_OF_A_ROLLOUT)
                    .learningRate(eta))
            .env(purpose -> new Endless())
            .threads(1)
            .steps(STEPS_OF_A_ROLLOUT)
            .seed(1)
            .deterministic(true)
            .build()
            .run();
    assertThat(run.updates()).isEqualTo(1);
    return run.theta().orElseThrow();
  }

  /** Two numbers that change, and a reward each step. */
  private static final class Endless implements Environment {
    private int t;

    @Override
    public Space observationSpace() {
      return Space.Box.floats(2);
    }

    @Override
    public Space actionSpace() {
      return new Space.Discrete(2);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      t = 0;
      return Observation.of(0, 1);
    }

    @Override
    public Step step(Action action) {
      t++;
      return new Step(
          Observation.of((float) Math.sin(t), (float) Math.cos(t)),
          1 + action.index(),
          false,
          false);
    }
  }
}
