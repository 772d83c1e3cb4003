package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.RawEnvironment;
import dev.stampede.record.RolloutFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What crosses the bridge is what plain Python sees in another process that imports nothing of
 * ours. One environment of each kind of space; lib/bench/parity.py does all ids.
 */
class PlainPythonParityTest {
  private static final Path PLAIN = Path.of("../bench/parity_plain.py").toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  PlainPythonParityTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** Observed are a Tuple, a Discrete, Boxes of four types and a Dict with a text. */
  @ParameterizedTest
  @CsvSource({
    "Blackjack-v1, Discrete(2), 'Tuple(Discrete(32), Discrete(11), Discrete(2))'",
    "FrozenLake-v1, Discrete(4), Discrete(16)",
    "Taxi-v4, Discrete(6), Discrete(500)",
    "MountainCarContinuous-v0, 'Box(shape=[1], float32)', 'Box(shape=[2], float32)'",
    "Hopper-v5, 'Box(shape=[3], float32)', 'Box(shape=[11], float64)'",
    "ALE/Pong-v5, Discrete(6), 'Box(shape=[210, 160, 3], uint8)'",
    "MinAtar/Breakout-v1, Discrete(3), 'Box(shape=[10, 10, 4], bool)'",
    "MiniGrid-GoToObject-8x8-N2-v0, Discrete(7), 'Dict(direction: Discrete(4)"
        + ", image: Box(shape=[7, 7, 3], uint8), mission: Text(0…2147483647 characters))'"
  })
  void a_rollout_is_that_of_plain_python(String id, String actions, String observations)
      throws Exception {
    Path ours = folder.resolve("bridge");
    int steps = 400; // Past the limit of MiniGrid, so that a new mission comes.
    try (EnvironmentFactory factory = Environments.open(id, 1, System.out::println);
        RawEnvironment environment = factory.raw(false)) {
      assertThat(environment.actionSpace()).hasToString(actions);
      assertThat(environment.observationSpace()).hasToString(observations);
      RolloutFile.write(environment, 3, steps, Optional.empty(), ours);
    }

    List<Map<?, ?>> lines = lines(ours);

    assertThat(lines).isEqualTo(lines(plain(id, 3, steps)));
    assertThat(lines.stream().filter(line -> line.containsKey("action"))).hasSize(steps);
    assertThat(lines.stream().map(line -> line.get("sha256")).distinct()).hasSizeGreaterThan(2);
  }

  private Path plain(String id, long seed, int steps) throws IOException, InterruptedException {
    Path orders = folder.resolve("orders");
    Path file = folder.resolve("plain-");
    Files.writeString(orders, id + "\t" + seed + "\t" + steps + "\t" + file + "\n");
    Process process =
        new ProcessBuilder(
                Workers.python(Requirements.of(id)).toString(),
                "-W",
                "ignore",
                PLAIN.toString(),
                "rollouts")
            .redirectInput(orders.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String answer = process.inputReader().lines().collect(Collectors.joining("\n"));
    assertThat(answer).isEqualTo("ok");
    assertThat(process.waitFor()).isZero();
    return Path.of(file.toString() + seed);
  }

  private static List<Map<?, ?>> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream().<Map<?, ?>>map(PlainPythonParityTest::parsed).toList();
  }

  private static Map<?, ?> parsed(String line) {
    try {
      return JSON.readValue(line, Map.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
