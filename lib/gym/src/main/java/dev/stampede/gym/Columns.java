package dev.stampede.gym;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What environments of one worker give when they step together, column by column; batch.py
 * describes it. It is there for as long as each of their slots is.
 */
final class Columns {
  private final String name;
  private final ByteBuffer memory;
  private final int begunAt;
  private final List<Place> places;

  /**
   * @param name what the worker calls it
   * @param memory as the worker has reserved it
   * @param at where each column begins
   * @param n environments
   * @param actionBytes of each
   * @param observationBytes of each
   */
  Columns(
      String name, ByteBuffer memory, JsonNode at, int n, int actionBytes, int observationBytes) {
    this.name = name;
    this.memory = memory;
    this.begunAt = at.get("begun").intValue();
    this.places =
        IntStream.range(0, n)
            .mapToObj(
                e ->
                    new Place(
                        part(at, "action", e, actionBytes),
                        new Seen(
                            memory,
                            at.get("reward").intValue() + e * Double.BYTES,
                            at.get("lives").intValue() + e * Integer.BYTES,
                            at.get("terminated").intValue() + e,
                            at.get("truncated").intValue() + e,
                            part(at, "observation", e, observationBytes)),
                        part(at, "begun", e, 1)))
            .toList();
  }

  private ByteBuffer part(JsonNode at, String column, int e, int bytes) {
    return memory
        .slice(at.get(column).intValue() + e * bytes, bytes)
        .order(ByteOrder.nativeOrder());
  }

  /** What calls for steps name. */
  String name() {
    return name;
  }

  /** The place of an environment, by its number among these. */
  Place place(int e) {
    return places.get(e);
  }

  /** How many have begun, or are beginning, their next episode. For any thread. */
  int begun() {
    int begun = 0;
    for (int e = 0; e < places.size(); e++) {
      begun += memory.get(begunAt + e);
    }
    return begun;
  }

  /**
   * An environment's part of each column.
   *
   * @param action where the worker reads it
   * @param seen what the last step gave
   * @param begun a byte: not 0 if the next episode has begun since, until {@link #over}
   */
  record Place(ByteBuffer action, Seen seen, ByteBuffer begun) {

    boolean hasBegun() {
      return begun.get(0) != 0;
    }

    /** Tells the worker that nobody needs the last step any more. */
    void over() {
      begun.put(0, (byte) 0);
    }
  }
}
