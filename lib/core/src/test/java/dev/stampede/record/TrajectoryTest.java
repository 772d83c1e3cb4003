package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.env.classic.CartPole;
import dev.stampede.env.classic.Pendulum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrajectoryTest {
  private final Path folder;

  TrajectoryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Acrobot",
        "CartPole",
        "Catch",
        "CorridorMemory",
        "MountainCarContinuous",
        "Pendulum"
      })
  void it_replays_bit_for_bit(String env) {
    for (String name : List.of("a.jsonl", "a.jsonl.gz")) {
      Path file = folder.resolve(name);
      Recording recording = Recorder.random(env, new Take(3, 11, 700), file, line -> {});

      Trajectory trajectory = Trajectory.read(file);
      List<String> messages = new ArrayList<>();
      assertThat(trajectory.replay(messages::add)).isEmpty();
      assertThat(messages).as("the same versions").isEmpty();
      assertThat(trajectory.environment()).isEqualTo(env);
      assertThat(trajectory.steps()).isEqualTo(recording.steps());
      assertThat(trajectory.episodes()).isEqualTo(recording.scores().size());
    }
  }

  @Test
  void the_file_says_what_happened_line_by_line() throws IOException {
    Path file = folder.resolve("catch.jsonl");
    Recorder.random("Catch", new Take(2, 1), file, line -> {});

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1 + 2 * 10 + 1);
    assertThat(lines.get(0))
        .startsWith(
            "{\"format\":\"stampede-trajectory\",\"formatVersion\":1,\"environment\":\"Catch\"")
        .contains("\"actionSpace\":\"Discrete(3)\"")
        .contains("\"java\":");
    assertThat(lines.get(1)).matches("\\{\"reset\":true,\"seed\":1,\"sha256\":\"[0-9a-f]{64}\"}");
    assertThat(lines.get(2))
        .matches(
            "\\{\"action\":[012],\"reward\":0.0,\"terminated\":false,\"truncated\":false,"
                + "\"sha256\":\"[0-9a-f]{64}\"}");
    assertThat(lines.get(10)).contains("\"terminated\":true");
    assertThat(lines.get(11)).matches("\\{\"reset\":true,\"sha256\":\"[0-9a-f]{64}\"}");
    assertThat(lines.get(21)).startsWith("{\"end\":true,\"episodes\":2,\"steps\":18,\"sha256\":\"");
  }

  @Test
  void every_float_and_double_keeps_its_bits() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    List<float[]> actions = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      float[] action = new float[2];
      for (int j = 0; j < 2; j++) {
        do {
          action[j] = Float.intBitsToFloat(random.nextInt());
        } while (Float.isNaN(action[j]));
      }
      actions.add(action);
    }
    actions.add(new float[] {-0.0f, Float.MIN_VALUE});
    actions.add(new float[] {Float.POSITIVE_INFINITY, Float.MAX_VALUE});
    Path file = folder.resolve("a.jsonl");
    RecordTrajectory recorded = RecordTrajectory.to(file, new Echo(), "Echo", Map.of());
    recorded.reset(1);
    actions.forEach(action -> recorded.step(Action.of(action)));
    recorded.complete();

    Trajectory read = Trajectory.read(file);

    for (int i = 0; i < actions.size(); i++) {
      assertThat(bits(read.actions().get(i).numbers())).isEqualTo(bits(actions.get(i)));
    }
    assertThat(read.replay(new Echo())).isEmpty();
    assertThat(Files.readString(file)).contains("\"reward\":-0.0,").contains("\"NaN\"");
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  /** Rewards are made of the actions' bits, so that they are of all kinds. */
  private static final class Echo implements Environment {
    @Override
    public Space observationSpace() {
      return Space.Box.floats(2);
    }

    @Override
    public Space actionSpace() {
      return Space.Box.floats(2);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      return Observation.of(0, 0);
    }

    @Override
    public Step step(Action action) {
      float[] a = action.numbers();
      double reward =
          a[0] == 0
              ? -0.0
              : a[1] == Float.MAX_VALUE
                  ? Double.NaN
                  : Double.longBitsToDouble(
                      (long) Float.floatToRawIntBits(a[0]) << 32 | Float.floatToRawIntBits(a[1]));
      return new Step(Observation.of(a), reward, false, false);
    }
  }

  @Test
  void a_changed_action_is_named_by_its_step() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Recorder.random("CartPole", new Take(3, 2), file, line -> {});
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    long secondEpisode = lines.subList(2, lines.size()).indexOf(resetLine(lines)) + 2;
    int changed = (int) secondEpisode + 4;
    String was = lines.get(changed);
    lines.set(
        changed,
        was.contains("\"action\":1")
            ? was.replace("\"action\":1", "\"action\":0")
            : was.replace("\"action\":0", "\"action\":1"));
    write(file, lines);

    assertThatThrownBy(() -> Trajectory.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was changed or damaged since it was recorded")
        .hasMessageContaining("SHA-256");
    write(file, signed(lines));
    Optional<Trajectory.Difference> difference = Trajectory.read(file).replay(new CartPole());
    assertThat(difference).isPresent();
    assertThat(difference.orElseThrow())
        .hasToString(
            "episode 2, step 4 (line %d): the observation was %s when recorded and is %s now"
                .formatted(
                    changed + 1,
                    difference.orElseThrow().recorded(),
                    difference.orElseThrow().replayed()));
  }

  private static String resetLine(List<String> lines) {
    return lines.subList(2, lines.size()).stream()
        .filter(line -> line.startsWith("{\"reset\""))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_changed_reward_ending_seed_or_action_that_is_none_is_named() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Recorder.random("CartPole", new Take(1, 2), file, line -> {});
    List<String> lines = Files.readAllLines(file);

    assertThat(replayed(lines, 4, "\"reward\":1.0", "\"reward\":1.0000000000000002"))
        .isEqualTo(
            "episode 1, step 3 (line 5): the reward was 1.0000000000000002 when recorded and is 1.0"
                + " now");
    assertThat(replayed(lines, 5, "\"truncated\":false", "\"truncated\":true"))
        .contains("step 4 (line 6): the ending was TRUNCATED when recorded and is NONE now");
    assertThat(replayed(lines, 1, "\"seed\":2", "\"seed\":3"))
        .startsWith("episode 1, reset (line 2): the observation was ");
    assertThat(replayed(lines, 6, "\"action\":", "\"action\":7"))
        .contains("step 5 (line 7): the action was taken when recorded and is refused: CartPole")
        .contains("0…1 but got 7");
  }

  private String replayed(List<String> lines, int index, String from, String to)
      throws IOException {
    List<String> changed = new ArrayList<>(lines);
    assertThat(lines.get(index)).contains(from);
    changed.set(index, lines.get(index).replace(from, to));
    Path file = folder.resolve("changed.jsonl");
    write(file, signed(changed));
    return Trajectory.read(file).replay(new CartPole()).orElseThrow().toString();
  }

  @Test
  void a_damaged_file_is_refused_with_the_line() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Recorder.random("Pendulum", new Take(1, 2), file, line -> {});
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(whole.length - 1);
      damaged[at] ^= (byte) (1 << random.nextInt(7));
      Files.write(file, damaged);
      assertThatThrownBy(() -> Trajectory.read(file))
          .as("byte " + at)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.toString());
    }
    for (int i = 0; i < 50; i++) {
      Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length - 1)));
      assertThatThrownBy(() -> Trajectory.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("line ");
    }
    assertThatThrownBy(() -> Trajectory.read(folder.resolve("none.jsonl")))
        .hasMessageContaining("there is no ");
  }

  @Test
  void another_environment_is_refused() {
    Path file = folder.resolve("a.jsonl");
    Recorder.random("CartPole", new Take(1, 2), file, line -> {});

    assertThatThrownBy(() -> Trajectory.read(file).replay(new Pendulum()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was recorded in CartPole with observations of Box(shape=[4]")
        .hasMessageContaining("Box(shape=[3]");
  }

  @Test
  void other_versions_are_told() {
    Path file = folder.resolve("a.jsonl");
    RecordTrajectory recorded =
        RecordTrajectory.to(file, new Echo(), "Echo", Map.of("python: gymnasium", "1.4.0"));
    recorded.reset(1);
    recorded.complete();

    assertThat(Trajectory.read(file).changedVersions(Map.of("python: gymnasium", "1.5.0")))
        .containsExactly(Map.entry("python: gymnasium", "1.4.0 → 1.5.0"));
  }

  @Test
  void one_that_is_not_finished_leaves_no_file() {
    Path file = folder.resolve("a.jsonl");
    try (Recorder recorder = Recorder.to(file, new Echo(), "Echo", Map.of(), line -> {})) {
      recorder.environment().reset(1);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_lost_step_ends_the_recording() {
    Environment dying =
        new Wrapper(new CartPole()) {
          @Override
          public Step step(Action action) {
            return super.step(action).withEnding(Step.Ending.LOST);
          }
        };
    RecordTrajectory recorded =
        RecordTrajectory.to(folder.resolve("a.jsonl"), dying, "Dying", Map.of());
    recorded.reset(1);

    assertThatThrownBy(() -> recorded.step(Action.of(0)))
        .isInstanceOf(RecordingException.class)
        .hasMessageContaining("died at step 1");
  }

  private static void write(Path file, List<String> lines) throws IOException {
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  /** With a last line that is right for the changed ones before it. */
  private static List<String> signed(List<String> lines) {
    List<String> signed = new ArrayList<>(lines);
    int last = lines.size() - 1;
    String body = String.join("\n", lines.subList(0, last)) + "\n";
    String sha256 =
        HexFormat.of()
            .formatHex(Fingerprint.sha256().digest(body.getBytes(StandardCharsets.UTF_8)));
    signed.set(last, lines.get(last).replaceAll("[0-9a-f]{64}", sha256));
    return signed;
  }
}
