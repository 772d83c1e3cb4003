package dev.stampede.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, as a user would start them. */
class RecordCommandTest {
  private final Path folder;

  RecordCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private record Ended(int exit, String output) {}

  @Test
  void what_one_process_records_another_replays_bit_for_bit() throws Exception {
    Path file = folder.resolve("pendulum.jsonl");
    Ended recorded = stampede("record", "--env", "Pendulum", "--seed", "3", "--out", file);
    assertThat(recorded.exit).as(recorded.output).isZero();
    assertThat(recorded.output)
        .startsWith("Pendulum, random actions, seed 3: 200 steps, 1 whole episodes, returns: -")
        .contains("written to " + file);

    Path video = folder.resolve("pendulum.gif");
    Ended replayed = stampede("replay", file, "--out", video);

    assertThat(replayed.exit).as(replayed.output).isZero();
    assertThat(replayed.output)
        .startsWith("Pendulum: 200 steps, 1 whole episodes, the same bit for bit");
    assertThat(ImageIO.read(video.toFile()).getWidth()).isEqualTo(360);

    Files.writeString(file, Files.readString(file).replaceFirst("\"action\":\\[", "$0-0.5,"));
    Ended changed = stampede("replay", file);
    assertThat(changed.exit).isEqualTo(2);
    assertThat(changed.output).contains("was changed or damaged").doesNotContain("\tat ");
  }

  @Test
  void a_trained_policy_is_recorded_and_plays_as_evaluate_says() throws Exception {
    Path run = folder.resolve("run");
    assertThat(stampede("run", "--steps", "3000", "--threads", "1", "--out", run).exit).isZero();
    Path file = folder.resolve("a.jsonl.gz");

    Ended recorded = stampede("record", "--parameters", run, "--episodes", "3", "--out", file);

    assertThat(recorded.exit).as(recorded.output).isZero();
    Ended evaluated = stampede("evaluate", "--parameters", run, "--episodes", "3");
    String returns = evaluated.output.substring(evaluated.output.indexOf("returns: ")).strip();
    assertThat(recorded.output).contains("most probable action, seed 7").contains(returns);
    assertThat(stampede("replay", file).output).contains("3 whole episodes, the same bit for bit");
  }

  @Test
  void wrong_arguments_exit_with_2_and_say_what_to_do() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("record --env CartPole --out a.avi", "ends in .mp4 or .gif"),
            List.of("record --out a.gif", "expected --env NAME"),
            List.of("record --env CartPol --out a.gif", "did you mean \"CartPole\""),
            List.of("record --env Catch --episodes 0 --out a.gif", "at least 1 but got 0"),
            List.of("record --parameters /nowhere --out a.gif", "/nowhere"),
            List.of("replay /nowhere.jsonl", "there is no /nowhere.jsonl"))) {
      Ended ended = stampede((Object[]) wrong.get(0).split(" "));
      assertThat(ended.exit).as(wrong.get(0)).isEqualTo(2);
      assertThat(ended.output).contains(wrong.get(1)).doesNotContain("\tat ");
    }
  }

  private Ended stampede(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
