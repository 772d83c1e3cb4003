package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CartPoleTest {
  @Test
  void a3c_with_two_threads_solves_cart_pole() {
    Run run = Experiment.of().env("CartPole").threads(2).steps(300_000).until(475).build().run();

    assertThat(run.bestMeanReturn100()).isGreaterThanOrEqualTo(475);
    assertThat(run.solvedAtStep()).isPresent();
  }
}
