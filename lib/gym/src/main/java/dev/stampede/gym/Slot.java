package dev.stampede.gym;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One environment in a worker process, and the memory that this process shares with it.
 *
 * <p>The file behind the memory has no name any more by the time a slot exists; the memory lives
 * until both sides let go of it. slots.py describes what lies where.
 */
final class Slot {
  private static final int REWARD = 0;
  private static final int LIVES = 8;
  private static final int TERMINATED = 12;
  private static final int TRUNCATED = 13;
  private static final int ACTION = 16;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final WorkerProcess process;
  private final int number;
  private final ByteBuffer memory;
  private final Space actionSpace;
  private final Space observationSpace;
  private final Observation observation;

  private Slot(WorkerProcess process, int number, ByteBuffer memory, JsonNode description) {
    this.process = process;
    this.number = number;
    this.memory = memory;
    this.actionSpace = space(description.get("action"));
    this.observationSpace = space(description.get("observation"));
    int at = description.get("observationAt").intValue();
    this.observation = Observation.of(memory.slice(at, memory.capacity() - at));
  }

  /**
   * Makes an environment in this process.
   *
   * @throws IllegalArgumentException if Python knows no environment of this name
   * @throws EnvironmentException if it cannot be made
   */
  static Slot make(WorkerProcess process, int number, String name) throws WorkerDied {
    try {
      Path file = Files.createTempFile(Platform.sharedMemory(), "stampede", ".slot");
      try {
        JsonNode description = JSON.readTree(process.make(number, name, file));
        return new Slot(process, number, map(file), description);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // The worker's code is ours.
    } catch (IOException e) {
      throw new EnvironmentException(
          "cannot share memory in " + Platform.sharedMemory() + ": " + e.getMessage(), e);
    }
  }

  private static ByteBuffer map(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel
          .map(FileChannel.MapMode.READ_WRITE, 0, channel.size())
          .order(ByteOrder.nativeOrder());
    }
  }

  Space actionSpace() {
    return actionSpace;
  }

  Space observationSpace() {
    return observationSpace;
  }

  /** The process that this slot lives and dies with. */
  WorkerProcess process() {
    return process;
  }

  /** What the environment wrote last. Valid until its next step or reset. */
  Observation observation() {
    return observation;
  }

  /** Lives left after the last step or reset, −1 in an environment that has no such thing. */
  int lives() {
    return memory.getInt(LIVES);
  }

  void reset() throws WorkerDied {
    process.reset(number);
  }

  void reset(int seed) throws WorkerDied {
    process.reset(number, seed);
  }

  Step step(Action action) throws WorkerDied {
    write(action);
    process.step(number);
    return new Step(
        observation,
        memory.getDouble(REWARD),
        memory.get(TERMINATED) != 0,
        memory.get(TRUNCATED) != 0);
  }

  void close() throws WorkerDied {
    process.closeSlot(number);
  }

  private void write(Action action) {
    if (actionSpace instanceof Space.Discrete discrete) {
      int index = action.index();
      if (index < 0 || index >= discrete.n()) {
        throw new IllegalArgumentException(
            "action: expected one of 0…" + (discrete.n() - 1) + " but got " + index);
      }
      memory.putLong(ACTION, index);
    } else {
      float[] numbers = action.numbers();
      if (numbers.length != actionSpace.size()) {
        throw new IllegalArgumentException(
            "action: expected " + actionSpace.size() + " numbers but got " + numbers.length);
      }
      for (int i = 0; i < numbers.length; i++) {
        memory.putFloat(ACTION + i * Float.BYTES, numbers[i]);
      }
    }
  }

  private static Space space(JsonNode json) {
    if (json.has("discrete")) {
      return new Space.Discrete(json.get("discrete").intValue(), json.get("start").intValue());
    }
    int[] shape = new int[json.get("box").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = json.get("box").get(i).intValue();
    }
    return json.get("element").textValue().equals("uint8")
        ? Space.Box.bytes(shape)
        : Space.Box.floats(shape, floats(json.get("low")), floats(json.get("high")));
  }

  private static float[] floats(JsonNode json) {
    float[] floats = new float[json.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = json.get(i).floatValue();
    }
    return floats;
  }
}
