package dev.stampede.runtime;

import dev.stampede.env.Saveable;
import dev.stampede.result.LearningRecord;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** What the updates of a run look like, in pieces of so many steps. Safe for many threads. */
final class LearningLog implements Saveable {
  /** Pieces of a short run; the panel and figures draw no more points. */
  private static final int PIECES = 200;

  /** In agent steps; a long run is to be watched as well. */
  private static final long LONGEST_PIECE = 20_000;

  private final long piece;
  private final LongSupplier steps;
  private final DoubleSupplier seconds;
  private final AtomicLong pieces = new AtomicLong();
  private final List<Gauge> gauges = new ArrayList<>();
  private final List<LearningRecord> records = new ArrayList<>();

  /**
   * @param budget agent steps of the run
   * @param steps how many there have been
   * @param seconds the run's clock
   */
  LearningLog(long budget, LongSupplier steps, DoubleSupplier seconds) {
    this.steps = steps;
    this.seconds = seconds;
    this.piece = Math.max(1, Math.min(budget / PIECES, LONGEST_PIECE));
  }

  /** For a thread that learns. */
  Gauge gauge() {
    Gauge gauge = new Gauge();
    synchronized (records) {
      gauges.add(gauge);
    }
    return gauge;
  }

  /** Ends a piece if its steps are done. */
  void note() {
    long now = steps.getAsLong() / piece;
    long last = pieces.get();
    if (now > last && pieces.compareAndSet(last, now)) {
      end();
    }
  }

  /** Ends a piece. */
  void end() {
    synchronized (records) {
      Gauge total = new Gauge();
      gauges.forEach(each -> each.emptyInto(total));
      if (!total.isEmpty()) {
        records.add(total.record(steps.getAsLong(), seconds.getAsDouble()));
      }
    }
  }

  List<LearningRecord> records() {
    synchronized (records) {
      return List.copyOf(records);
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    List<LearningRecord> all = records();
    out.writeInt(all.size());
    for (LearningRecord each : all) {
      out.writeLong(each.step());
      out.writeDouble(each.seconds());
      out.writeLong(each.updates());
      out.writeDouble(each.policyLoss());
      out.writeDouble(each.valueLoss());
      out.writeDouble(each.entropy());
      out.writeDouble(each.explainedVariance());
      out.writeDouble(each.gradientNorm());
      out.writeDouble(each.learningRate());
      out.writeDouble(each.staleness());
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    synchronized (records) {
      for (int left = in.readInt(); left > 0; left--) {
        records.add(
            new LearningRecord(
                in.readLong(),
                in.readDouble(),
                in.readLong(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble()));
      }
      if (!records.isEmpty()) {
        pieces.set(records.get(records.size() - 1).step() / piece);
      }
    }
  }
}
