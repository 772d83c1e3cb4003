package dev.stampede.gym;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stampede.env.EnvironmentName;
import java.util.Map;

/**
 * What a worker is to make.
 *
 * @param atari whether it is a game by {@link AtariProtocol}, otherwise whatever Gymnasium makes
 * @param name with the options that Python gets
 */
record WorkerSpec(boolean atari, EnvironmentName name) {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS).build();

  /**
   * As slots.py reads it.
   *
   * @param render whether pictures will be asked for
   */
  String json(boolean render) {
    try {
      return JSON.writeValueAsString(
          Map.of(
              "kind", atari ? "atari" : "gym",
              "id", name.id(),
              "options", name.options(),
              "wrappers", name.wrappers(),
              "render", render));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // A name holds nothing but what JSON has.
    }
  }
}
