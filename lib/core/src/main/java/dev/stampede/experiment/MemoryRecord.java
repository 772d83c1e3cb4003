package dev.stampede.experiment;

import dev.stampede.runtime.MemoryProgress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code run.json} says of a run's memory. */
final class MemoryRecord {
  private MemoryRecord() {}

  static Map<String, Object> of(MemoryProgress memory) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("transitionsPerSecond", memory.transitionsPerSecond());
    record.put("batchesPerSecond", memory.batchesPerSecond());
    record.put("size", memory.size());
    record.put("capacity", memory.capacity());
    record.put("added", memory.added());
    record.put("drawn", memory.drawn());
    record.put("priorities", memory.priorities());
    record.put("meanAge", finite(memory.meanAge()));
    record.put("bytes", memory.bytes());
    record.put("learningSeconds", finite(memory.learningSeconds()));
    record.put("drawsPerTransition", finite(memory.drawsPerTransition()));
    record.put("actorsWaited", finite(memory.actorsWaited()));
    record.put("learnerWaited", finite(memory.learnerWaited()));
    record.put("gradientsDropped", finite(memory.gradientsDropped()));
    record.put("actors", memory.actors().stream().map(MemoryRecord::actor).toList());
    return record;
  }

  private static Map<String, Object> actor(MemoryProgress.Actor actor) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("actor", actor.id());
    actor.epsilon().ifPresent(epsilon -> record.put("epsilon", epsilon));
    record.put("meanReturn", finite(actor.meanReturn()));
    return record;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null; // JSON has no NaN.
  }
}
