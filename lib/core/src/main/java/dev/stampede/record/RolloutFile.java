package dev.stampede.record;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.RawEnvironment.RawStep;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an environment did, a line of JSON for each step, to be held against plain Python.
 *
 * <p>A step is {@code {"action":…,"reward":…,"terminated":…,"truncated":…,"sha256":…}}, where
 * {@code sha256} is that of {@link RawEnvironment#observationBytes()}. The first line, and one
 * after each ended episode that is followed by a step, is {@code {"reset":true,"sha256":…}}.
 */
public final class RolloutFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS) // As Python writes and reads them.
          .build();

  private RolloutFile() {}

  /**
   * Steps an environment and writes down what it does.
   *
   * @param seed of the first reset and of the sampled actions; later resets have none
   * @param actions at least {@code steps} of them; if empty, they are sampled
   */
  public static void write(
      RawEnvironment environment, long seed, int steps, Optional<List<Object>> actions, Path file)
      throws IOException {
    try (BufferedWriter lines = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      environment.seedActions(seed);
      environment.reset(seed);
      lines.write(reset(environment));
      for (int i = 0; i < steps; i++) {
        Object action = actions.isEmpty() ? environment.sampleAction() : actions.get().get(i);
        RawStep step = environment.step(action);
        lines.write(step(environment, action, step));
        if (step.last() && i < steps - 1) {
          environment.reset();
          lines.write(reset(environment));
        }
      }
    }
  }

  private static String reset(RawEnvironment environment) throws IOException {
    return JSON.writeValueAsString(ordered("reset", true, "sha256", hash(environment))) + "\n";
  }

  private static String step(RawEnvironment environment, Object action, RawStep step)
      throws IOException {
    return JSON.writeValueAsString(
            ordered(
                "action", action,
                "reward", step.reward(),
                "terminated", step.terminated(),
                "truncated", step.truncated(),
                "sha256", hash(environment)))
        + "\n";
  }

  private static Map<String, Object> ordered(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static String hash(RawEnvironment environment) {
    return HexFormat.of().formatHex(Fingerprint.sha256().digest(environment.observationBytes()));
  }
}
