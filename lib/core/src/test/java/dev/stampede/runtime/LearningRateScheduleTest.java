package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {
  @ParameterizedTest
  @CsvSource({
    "LINEAR, 0, 1",
    "LINEAR, 0.25, 0.75",
    "LINEAR, 1, 0",
    "CONSTANT, 0, 1",
    "CONSTANT, 1, 1",
    "COSINE, 0, 1",
    "COSINE, 0.25, 0.8535533905932737", // (1 + √½)/2
    "COSINE, 0.5, 0.5",
    "COSINE, 1, 0",
    "EXPONENTIAL, 0, 1",
    "EXPONENTIAL, 0.5, 0.1",
    "EXPONENTIAL, 0.75, 0.03162277660168379", // 10^−1.5
    "EXPONENTIAL, 1, 0.01"
  })
  void falls_as_its_name_says(LearningRateSchedule schedule, double progress, double factor) {
    assertThat(schedule.factor(progress)).isCloseTo(factor, within(1e-12));
  }
}
