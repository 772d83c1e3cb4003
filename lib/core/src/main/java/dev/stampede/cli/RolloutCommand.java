package dev.stampede.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.Environments;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.Space;
import dev.stampede.env.SpaceValues;
import dev.stampede.record.RolloutFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes down what an environment does, so that anybody can hold it against plain Python. */
@Command(
    name = "rollout",
    description = {
      "Steps an environment as its own library does and writes a line of JSON for each step:",
      "{\"action\":…,\"reward\":…,\"terminated\":…,\"truncated\":…,\"sha256\":…}",
      "where sha256 is that of the observation's bytes: C order, the space's own type, a Discrete"
          + " as int64, a text as UTF-8, members of a Dict or Tuple one after another. The first"
          + " line, and one after each ended episode, is {\"reset\":true,\"sha256\":…}; only the"
          + " first reset is seeded."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RolloutCommand implements Callable<Integer> {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  @Option(
      names = "--env",
      required = true,
      paramLabel = "ID",
      description = "CartPole-v1, ALE/Pong-v5, Breakout, module:Id-v0, my_env.py:MyEnv, …")
  private String env = "";

  @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--steps", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
  private int steps = 1_000;

  @Option(
      names = "--actions",
      paramLabel = "FILE",
      description =
          "Actions to do, as JSON one after another, or a file that this command wrote. Without it"
              + " they are sampled from the action space, seeded with the seed.")
  private @Nullable Path actions;

  @Option(
      names = "--option",
      paramLabel = "k=v",
      description = "An option of the environment; v is JSON or a text. May be repeated.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(names = "--out", required = true, paramLabel = "FILE")
  private Path out = Path.of("");

  @Override
  public Integer call() throws IOException {
    if (steps < 0) {
      throw new IllegalArgumentException("--steps: expected at least 0 but got " + steps);
    }
    if (seed < 0) {
      throw new IllegalArgumentException("--seed: expected at least 0 but got " + seed);
    }
    EnvironmentName name = EnvironmentName.parse(env);
    for (Map.Entry<String, String> option : options.entrySet()) {
      name = name.with(option.getKey(), EnvironmentName.value(option.getValue()));
    }
    try (EnvironmentFactory factory =
            Environments.open(name.toString(), 1, line -> System.err.println(line));
        RawEnvironment environment = factory.raw(false)) {
      Optional<List<Object>> given =
          actions == null ? Optional.empty() : Optional.of(read(actions, environment));
      RolloutFile.write(environment, seed, steps, given, out);
    }
    return 0;
  }

  private List<Object> read(Path file, RawEnvironment environment) throws IOException {
    List<Object> actions = new ArrayList<>();
    Space space = environment.actionSpace();
    try (JsonParser values = JSON.createParser(Files.newBufferedReader(file))) {
      while (values.nextToken() != null) {
        Object value = JSON.readValue(values, Object.class);
        if (value instanceof Map<?, ?> line && line.containsKey("sha256")) {
          if (line.containsKey("action")) {
            actions.add(line.get("action"));
          }
        } else {
          actions.add(value);
        }
      }
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("--actions: there is no file " + file, e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "--actions: " + file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (actions.size() == 1 && actions.get(0) instanceof List<?> list && !belongs(space, list)) {
      actions = new ArrayList<>(list); // All of them in one list.
    }
    if (actions.size() < steps) {
      throw new IllegalArgumentException(
          "--actions: %s has %d actions, but --steps asks for %d"
              .formatted(file, actions.size(), steps));
    }
    return actions;
  }

  private static boolean belongs(Space space, Object value) {
    try {
      SpaceValues.bytes(space, value);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
