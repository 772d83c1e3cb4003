package dev.stampede.diagnosis;

import dev.stampede.result.LearningRecord;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the updates of a part of a run looked like. */
record Updates(List<LearningRecord> records) {
  /** Fewer pieces of a run show no course. */
  static final int FEWEST_PIECES = 10;

  long count() {
    return records.stream().mapToLong(LearningRecord::updates).sum();
  }

  /** The mean over the updates, of those pieces that have the number; NaN if none has. */
  double mean(ToDoubleFunction<LearningRecord> number) {
    double sum = 0;
    long weight = 0;
    for (LearningRecord each : records) {
      double value = number.applyAsDouble(each);
      if (!Double.isNaN(value)) {
        sum += value * each.updates();
        weight += each.updates();
      }
    }
    return sum / weight;
  }

  /** The middle one of the pieces that have the number; NaN if none has. */
  double median(ToDoubleFunction<LearningRecord> number) {
    double[] sorted =
        records.stream()
            .mapToDouble(number)
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
