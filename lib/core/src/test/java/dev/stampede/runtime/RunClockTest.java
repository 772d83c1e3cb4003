package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunClockTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong now = new AtomicLong(-5 * SECOND); // Below 0, as nanoTime may be.
  private final RunClock clock = new RunClock(now::get);

  private void pass(int seconds) {
    now.addAndGet(seconds * SECOND);
  }

  @Test
  void it_counts_from_start_to_stop_without_pauses() {
    pass(3);
    assertThat(clock.seconds()).isZero();
    clock.start();
    pass(2);
    assertThat(clock.seconds()).isEqualTo(2);
    clock.start(); // Each thread that is ready calls it.
    assertThat(clock.pause()).isTrue();
    pass(10);
    assertThat(clock.seconds()).isEqualTo(2);
    assertThat(clock.resume()).isTrue();
    pass(4);
    assertThat(clock.pause()).isTrue();
    pass(10);
    assertThat(clock.resume()).isTrue();
    pass(1);
    assertThat(clock.seconds()).isEqualTo(7);
    clock.stop();
    pass(10);
    clock.start();
    pass(10);
    assertThat(clock.seconds()).isEqualTo(7);
  }

  @Test
  void a_pause_from_before_the_start_lasts_until_it_is_ended() {
    assertThat(clock.pause()).isTrue();
    pass(1);
    clock.start();
    pass(1);
    assertThat(clock.isPaused()).isTrue();
    assertThat(clock.seconds()).isZero();
    assertThat(clock.resume()).isTrue();
    pass(3);
    assertThat(clock.seconds()).isEqualTo(3);
  }

  @Test
  void only_the_first_of_two_pauses_counts_and_so_with_two_ends() {
    clock.start();
    assertThat(clock.resume()).isFalse();
    assertThat(clock.pause()).isTrue();
    pass(1);
    assertThat(clock.pause()).isFalse();
    pass(1);
    assertThat(clock.isPaused()).isTrue();
    assertThat(clock.resume()).isTrue();
    assertThat(clock.resume()).isFalse();
    assertThat(clock.isPaused()).isFalse();
    assertThat(clock.seconds()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void what_has_ended_is_not_paused_and_cannot_be(boolean pausedThen) {
    clock.start();
    pass(1);
    if (pausedThen) {
      clock.pause();
      pass(1);
    }
    clock.stop();
    assertThat(clock.isPaused()).isFalse();
    assertThat(clock.pause()).isFalse();
    assertThat(clock.resume()).isFalse();
    pass(1);
    assertThat(clock.seconds()).isEqualTo(1);
  }
}
