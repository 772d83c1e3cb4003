package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers as actions, chosen from pixels: {@link dev.stampede.env.classic.ReachDot}. */
class PixelControlTest {
  /** The optimum is 1, a random policy gets about 0.04. */
  private static final double LEARNED = 0.75;

  @Test
  void a3c_learns_from_pixels_with_the_network_of_supplement_9() {
    Run run =
        Experiment.of()
            .algorithm(A3C)
            .env("ReachDot")
            .threads(2)
            .steps(40_000)
            .until(LEARNED)
            .build()
            .run();

    assertThat(run.algorithm().value(Knob.NETWORK)).isEqualTo("linear-conv");
    assertThat(run.algorithm().value(Knob.LSTM)).isEqualTo("128");
    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(LEARNED);
  }
}
