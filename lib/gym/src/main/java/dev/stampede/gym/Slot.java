package dev.stampede.gym;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stampede.env.Action;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Frame;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SpaceValues;
import dev.stampede.env.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One environment in a worker process, and the memory that this process shares with it.
 *
 * <p>The memory has no name in any file system by the time a slot exists, and lives until both
 * sides let go of it. slots.py describes what lies where.
 */
final class Slot {
  private static final int REWARD = 0;
  private static final int LIVES = 8;
  private static final int TERMINATED = 12;
  private static final int TRUNCATED = 13;
  private static final int OVER = TERMINATED; // Both flags, as one number.
  private static final int LAST = 16;
  private static final int ACTION = 32;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  private final WorkerProcess process;
  private final int number;
  private final ByteBuffer memory;
  private final byte[] resetCall;
  private final byte[] stepCall;
  private final Space actionSpace;
  private final Space observationSpace;
  private final Seen now;
  private final Seen last;
  private final JsonNode about;
  private List<?> varying = List.of();

  private Slot(WorkerProcess process, int number, ByteBuffer memory, JsonNode description) {
    this.process = process;
    this.number = number;
    this.memory = memory;
    this.resetCall = Doorbell.call("reset", number);
    this.stepCall = Doorbell.call("step", number);
    this.actionSpace = SpaceReader.read(description.get("action"));
    this.observationSpace = SpaceReader.read(description.get("observation"));
    int bytes = description.get("observationBytes").intValue();
    this.now = new Seen(memory, 0, description.get("observationAt").intValue(), bytes);
    this.last = new Seen(memory, LAST, description.get("lastObservationAt").intValue(), bytes);
    this.about = description.path("about");
  }

  /**
   * Makes an environment in this process.
   *
   * @param spec JSON, see {@link WorkerSpec}
   * @throws IllegalArgumentException if Python knows no environment of this name
   * @throws EnvironmentException if it cannot be made
   */
  static Slot make(WorkerProcess process, int number, String spec) throws WorkerDied {
    JsonNode description = understood(process.make(number, spec, SharedMemory.directories()));
    ByteBuffer memory;
    try {
      memory = map(description);
    } catch (EnvironmentException e) {
      if (!(e.getCause() instanceof IOException)) {
        throw e;
      }
      process.closeSlot(number); // Says so if the process has died: its memory went with it.
      throw e;
    }
    try {
      return new Slot(process, number, memory, description);
    } catch (RuntimeException e) {
      throw nonsense(e);
    }
  }

  private static JsonNode understood(String description) {
    try {
      return JSON.readTree(description);
    } catch (JsonProcessingException e) {
      throw nonsense(e);
    }
  }

  private static EnvironmentException nonsense(Exception e) {
    return new EnvironmentException(
        "the Python worker said something that cannot be understood: " + e, e);
  }

  private static ByteBuffer map(JsonNode description) {
    if (!description.path("memory").isTextual()) {
      throw nonsense(new IllegalArgumentException("it names no memory"));
    }
    try {
      return SharedMemory.map(Path.of(description.get("memory").textValue()));
    } catch (RuntimeException e) {
      throw nonsense(e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "cannot map the memory that Python reserved: %s; try -D%s=%s"
              .formatted(e, SharedMemory.DIRECTORIES, System.getProperty("java.io.tmpdir")),
          e);
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

  /**
   * The parts of fixed size of what the environment wrote last. Valid until its next step or reset.
   */
  Observation observation() {
    return shown().observation();
  }

  /**
   * Whether the worker has put the last step of an episode aside and gone on to the next one. What
   * this slot shows is that step until {@link #begin}. For any thread.
   */
  boolean showsLast() {
    return memory.getShort(LAST + OVER) != 0;
  }

  /**
   * Shows from now on what the worker's last reset has begun.
   *
   * @param changed as the worker answers
   */
  Observation begin(@Nullable String changed) {
    memory.putShort(LAST + OVER, (short) 0);
    keep(changed);
    return now.observation();
  }

  private Seen shown() {
    return showsLast() ? last : now;
  }

  /** All of what the environment observed last. */
  Object wholeObservation() {
    return Parts.join(observationSpace, fixedParts(), varying.iterator());
  }

  /** The bytes of all of what the environment observed last. */
  byte[] observationBytes() {
    var out = new ByteArrayOutputStream(shown().bytes().capacity());
    Parts.bytes(observationSpace, fixedParts(), varying.iterator(), out);
    return out.toByteArray();
  }

  private ByteBuffer fixedParts() {
    return shown().bytes().duplicate().order(ByteOrder.nativeOrder());
  }

  /** Lives left after the last step or reset, −1 in an environment that has no such thing. */
  int lives() {
    return memory.getInt(shown().resultAt() + LIVES);
  }

  double reward() {
    return memory.getDouble(shown().resultAt() + REWARD);
  }

  boolean terminated() {
    return memory.get(shown().resultAt() + TERMINATED) != 0;
  }

  boolean truncated() {
    return memory.get(shown().resultAt() + TRUNCATED) != 0;
  }

  void reset() throws WorkerDied {
    begin(process.answer(process.ringForReset(resetCall, 1)));
  }

  void reset(int seed) throws WorkerDied {
    begin(process.reset(number, seed));
  }

  void reset(@Nullable Long seed, Map<String, Object> options) throws WorkerDied {
    begin(process.reset(number, String.valueOf(seed), write(options)));
  }

  Step step(Action action) throws WorkerDied {
    write(action);
    keep(ringForStep());
    return result();
  }

  private @Nullable String ringForStep() throws WorkerDied {
    return process.answer(process.ringForStep(stepCall, 1));
  }

  /** The step that the worker has done last. */
  Step result() {
    return new Step(observation(), reward(), terminated(), truncated());
  }

  /** Does any action of {@link #actionSpace()}; see {@link SpaceValues} for how it is given. */
  void stepRaw(Object action) throws WorkerDied {
    List<Object> parts = Parts.split(actionSpace, action, memoryOfAction());
    keep(parts.isEmpty() ? ringForStep() : process.step(number, write(parts)));
  }

  void seedActions(long seed) throws WorkerDied {
    process.seedActions(number, seed);
  }

  Object sampleAction() throws WorkerDied {
    return read(process.sampleAction(number), Object.class);
  }

  @SuppressWarnings("unchecked") // An object of JSON is such a map.
  Map<String, Object> info() throws WorkerDied {
    return read(process.info(number), Map.class);
  }

  @SuppressWarnings("unchecked") // An object of JSON is such a map.
  Map<String, Object> about() {
    return JSON.convertValue(about, Map.class);
  }

  /** What Python says an environment shows in a second, if it says so. */
  Optional<Integer> framesPerSecond() {
    JsonNode fps = about.path("metadata").path("render_fps");
    return fps.isNumber() && fps.intValue() > 0 ? Optional.of(fps.intValue()) : Optional.empty();
  }

  /** A picture; empty if the environment gives none. */
  Optional<Frame> render() throws WorkerDied {
    String picture = process.render(number, SharedMemory.directories());
    if (picture.isEmpty()) {
      return Optional.empty();
    }
    JsonNode description = understood(picture);
    byte[] rgb =
        new byte[3 * description.get("width").intValue() * description.get("height").intValue()];
    map(description).get(rgb);
    return Optional.of(
        new Frame(description.get("width").intValue(), description.get("height").intValue(), rgb));
  }

  String check() throws WorkerDied {
    return process.check(number);
  }

  void close() throws WorkerDied {
    process.closeSlot(number);
  }

  private ByteBuffer memoryOfAction() {
    return memory.duplicate().order(ByteOrder.nativeOrder()).position(ACTION);
  }

  /**
   * Puts an action where the worker reads it.
   *
   * @throws IllegalArgumentException if it is not one of {@link #actionSpace()}
   */
  void write(Action action) {
    if (actionSpace instanceof Space.Discrete discrete) {
      int index = action.index();
      if (index < 0 || index >= discrete.n()) {
        throw new IllegalArgumentException(
            "action: expected one of 0…" + (discrete.n() - 1) + " but got " + index);
      }
      memory.putLong(ACTION, discrete.start() + (long) index);
    } else if (actionSpace instanceof Space.Box box) {
      float[] numbers = action.numbers();
      if (numbers.length != box.size()) {
        throw new IllegalArgumentException(
            "action: expected " + box.size() + " numbers but got " + numbers.length);
      }
      memory.position(ACTION);
      for (float each : numbers) {
        SpaceValues.writeNumber(box.element(), each, memory);
      }
    } else {
      throw new IllegalArgumentException(
          "algorithms act in Discrete and Box spaces, but this environment's actions are "
              + actionSpace
              + "; a wrapper of your own can turn them into one of these");
    }
  }

  /**
   * Keeps those parts of the observation that vary in size.
   *
   * @param changed as the worker answers
   */
  void keep(@Nullable String changed) {
    if (changed != null) {
      varying = read(changed, List.class);
    }
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this cannot be written as JSON: " + value, e);
    }
  }

  /**
   * A place for what a step or reset has shown.
   *
   * @param resultAt where reward, lives, terminated and truncated are in the slot's memory
   * @param bytes of the observation
   */
  private record Seen(int resultAt, ByteBuffer bytes, Observation observation) {
    Seen(ByteBuffer memory, int resultAt, int observationAt, int size) {
      this(resultAt, memory.slice(observationAt, size));
    }

    private Seen(int resultAt, ByteBuffer bytes) {
      this(resultAt, bytes, Observation.of(bytes));
    }
  }

  static <T> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw nonsense(e);
    }
  }
}
