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
import dev.stampede.gym.Columns.Place;
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
  private final ByteBuffer action;
  private final byte[] resetCall;
  private final byte[] stepCall;
  private final Space actionSpace;
  private final Space observationSpace;
  private final Seen now;
  private final Seen last;
  private final JsonNode about;
  private volatile @Nullable Place together;
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
    this.action = memory.slice(ACTION, memory.capacity() - ACTION).order(ByteOrder.nativeOrder());
    this.now = seen(memory, 0, description.get("observationAt").intValue(), bytes);
    this.last = seen(memory, LAST, description.get("lastObservationAt").intValue(), bytes);
    this.about = description.path("about");
  }

  private static Seen seen(ByteBuffer memory, int resultAt, int observationAt, int bytes) {
    return new Seen(
        memory,
        resultAt,
        resultAt + LIVES,
        resultAt + TERMINATED,
        resultAt + TRUNCATED,
        memory.slice(observationAt, bytes));
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

  /**
   * Has some slots of one process step in columns.
   *
   * @param numbers of the slots, as calls have them
   * @return nothing if they are not alike, or if it fails, for want of memory most of all: then
   *     each has its results in its own memory
   */
  static Optional<Columns> columns(List<Slot> slots, String numbers) throws WorkerDied {
    Slot first = slots.get(0);
    try {
      String description = first.process.batch(numbers, SharedMemory.directories());
      if (description.isEmpty()) {
        return Optional.empty();
      }
      JsonNode columns = understood(description);
      return Optional.of(
          new Columns(
              columns.get("name").textValue(),
              map(columns),
              columns.get("at"),
              slots.size(),
              columns.get("actionBytes").intValue(),
              first.now.bytes().capacity()));
    } catch (EnvironmentException e) {
      return Optional.empty();
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
   * Shows from now on what a batch has done.
   *
   * @param place where; null if this slot's own memory has it
   */
  void showStepOf(@Nullable Place place) {
    if (together != place) { // Writing it costs more than a look.
      together = place;
    }
  }

  /**
   * Whether the worker has gone on to the next episode with the last step of the one before. What
   * this slot shows is that step until {@link #begin}. For any thread.
   */
  boolean showsLast() {
    Place place = together;
    return place != null ? place.hasBegun() : hasPutAside();
  }

  /** Whether the last step is in this slot's own memory, put aside. For any thread. */
  boolean hasPutAside() {
    return memory.getShort(LAST + OVER) != 0;
  }

  /** Nobody will ask for a last step, should there be one. */
  void forgetLast() {
    Place place = together;
    if (place != null) {
      place.over();
    }
    memory.putShort(LAST + OVER, (short) 0);
  }

  /**
   * Shows from now on what the worker's last reset has begun.
   *
   * @param changed as the worker answers
   */
  Observation begin(@Nullable String changed) {
    forgetLast();
    together = null;
    keep(changed);
    return now.observation();
  }

  private Seen shown() {
    Place place = together;
    return place != null ? place.seen() : showsLast() ? last : now;
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
    return shown().lives();
  }

  double reward() {
    return shown().reward();
  }

  boolean terminated() {
    return shown().terminated();
  }

  boolean truncated() {
    return shown().truncated();
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
    prepare(action, null);
    keep(ringForStep());
    return result();
  }

  private @Nullable String ringForStep() throws WorkerDied {
    String changed = process.answer(process.ringForStep(stepCall, 1));
    together = null;
    return changed;
  }

  /** The step that the worker has done last. */
  Step result() {
    return shown().step();
  }

  /** Does any action of {@link #actionSpace()}; see {@link SpaceValues} for how it is given. */
  void stepRaw(Object raw) throws WorkerDied {
    List<Object> parts =
        Parts.split(actionSpace, raw, action.duplicate().clear().order(ByteOrder.nativeOrder()));
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

  /**
   * Puts an action where the worker reads it.
   *
   * @param place in a batch; null if the environment steps alone
   * @throws IllegalArgumentException if it is not one of {@link #actionSpace()}
   */
  void prepare(Action wanted, @Nullable Place place) {
    ByteBuffer target = place != null ? place.action() : action;
    if (actionSpace instanceof Space.Discrete discrete) {
      int index = wanted.index();
      if (index < 0 || index >= discrete.n()) {
        throw new IllegalArgumentException(
            "action: expected one of 0…" + (discrete.n() - 1) + " but got " + index);
      }
      target.putLong(0, discrete.start() + (long) index);
    } else if (actionSpace instanceof Space.Box box) {
      float[] numbers = wanted.numbers();
      if (numbers.length != box.size()) {
        throw new IllegalArgumentException(
            "action: expected " + box.size() + " numbers but got " + numbers.length);
      }
      target.clear();
      for (float each : numbers) {
        SpaceValues.writeNumber(box.element(), each, target);
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

  static <T> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw nonsense(e);
    }
  }
}
