package dev.stampede.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Frame;
import dev.stampede.env.Renderable;
import dev.stampede.env.SpaceValues;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.env.classic.Acrobot;
import dev.stampede.env.classic.CartPole;
import dev.stampede.env.classic.CartPoleHiddenVelocity;
import dev.stampede.env.classic.Catch;
import dev.stampede.env.classic.CorridorMemory;
import dev.stampede.env.classic.MountainCar;
import dev.stampede.env.classic.MountainCarContinuous;
import dev.stampede.env.classic.Pendulum;
import dev.stampede.env.classic.ReachDot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordVideoTest {
  private final Path folder;

  RecordVideoTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void each_step_is_a_frame_and_the_last_one_stays_for_a_second() throws IOException {
    Path file = folder.resolve("catch.gif");
    try (Catch game = new Catch();
        Recorder recorder = Recorder.to(file, game, "Catch", Map.of(), line -> {})) {
      Environment played = recorder.environment();
      played.reset(3); // Nothing comes of it, as when an evaluation begins.
      for (int episode = 0; episode < 2; episode++) {
        played.reset();
        for (int i = 0; i < 9; i++) {
          played.step(Action.of(1));
        }
      }
      Recording recording = recorder.finish();

      assertThat(recording.steps()).isEqualTo(18);
      assertThat(recording.scores()).hasSize(2).allMatch(score -> Math.abs(score) == 1);
      assertThat(recording.file()).isEqualTo(file);
    }

    Gif gif = Gif.read(file);
    assertThat(gif.pictures()).as("the start and 9 steps, twice").hasSize(20);
    assertThat(gif.delays().get(3)).isBetween(12, 13);
    assertThat(gif.delays().get(9)).as("8 frames a second, and 1 s").isBetween(99, 101);
    assertThat(gif.delays().get(19)).isBetween(99, 101);
  }

  @Test
  void a_recording_changes_nothing_of_what_is_played() throws IOException {
    Take take = new Take(3, 5);
    Recording filmed = Recorder.random("CartPole", take, folder.resolve("a.gif"), line -> {});
    Recording written = Recorder.random("CartPole", take, folder.resolve("a.jsonl"), line -> {});

    assertThat(filmed.scores()).isEqualTo(written.scores()).hasSize(3);
    assertThat(Trajectory.read(written.file()).replay(line -> {})).isEmpty();
  }

  @Test
  void steps_end_a_recording_that_would_be_too_long() throws IOException {
    Recording recording =
        Recorder.random("Pendulum", new Take(5, 1, 250), folder.resolve("a.gif"), line -> {});

    assertThat(recording.steps()).isEqualTo(250);
    assertThat(recording.scores()).hasSize(1);
  }

  @Test
  void what_fails_while_it_is_filmed_leaves_the_film_so_far() throws IOException {
    Path file = folder.resolve("a.gif");
    assertThatThrownBy(
            () -> {
              try (Recorder recorder =
                  Recorder.to(file, new CartPole(), "CartPole", Map.of(), line -> {})) {
                recorder.environment().reset(1);
                recorder.environment().step(Action.of(1));
                recorder.environment().step(Action.of(2));
              }
            })
        .hasMessageContaining("0…1 but got 2");

    assertThat(Gif.read(file).pictures()).hasSize(2);
  }

  @Test
  void what_cannot_be_rendered_is_refused_with_another_way() {
    assertThatThrownBy(
            () ->
                Recorder.random(
                    "CorridorMemory", new Take(1, 1), folder.resolve("a.gif"), line -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(CorridorMemory.class.getSimpleName() + " cannot be rendered")
        .hasMessageContaining(".jsonl");
    assertThatThrownBy(
            () -> Recorder.random("Catch", new Take(1, 1), folder.resolve("a.png"), line -> {}))
        .hasMessageContaining("a.png");
    assertThatThrownBy(() -> RecordVideo.renderable(EpisodeStatistics.around(new CorridorMemory())))
        .hasMessageStartingWith("CorridorMemory cannot be rendered");
    assertThat(folder).isEmptyDirectory();
  }

  static Stream<Named<Supplier<Environment>>> tasks() {
    return Stream.of(
        Named.of("Acrobot", Acrobot::new),
        Named.of("CartPole", CartPole::new),
        Named.of("CartPoleHiddenVelocity", CartPoleHiddenVelocity::new),
        Named.of("Catch", Catch::new),
        Named.of("MountainCar", MountainCar::new),
        Named.of("MountainCarContinuous", MountainCarContinuous::new),
        Named.of("Pendulum", Pendulum::new),
        Named.of("ReachDot", ReachDot::new));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void native_tasks_show_their_state_and_change_nothing(Supplier<Environment> task)
      throws IOException {
    Environment shown = EpisodeStatistics.around(task.get());
    Environment plain = EpisodeStatistics.around(task.get());
    Renderable renderable = Renderable.of(shown).orElseThrow();
    var random = new SplitMix(2);
    shown.reset(1);
    plain.reset(1);
    Frame start = renderable.render();
    Step step;
    int steps = 0;
    do {
      renderable.render();
      Action action = SpaceValues.sampleAction(shown.actionSpace(), random);
      step = shown.step(action);
      plain.step(action);
    } while (!step.last() && ++steps < 6);
    Frame later = renderable.render();

    assertThat(Frames.colors(start)).as("not blank").isGreaterThan(2);
    assertThat(later.rgb()).isNotEqualTo(start.rgb()).isEqualTo(renderable.render().rgb());
    assertThat(state(shown)).isEqualTo(state(plain));
    assertThat(renderable.framesPerSecond()).isBetween(5, 60);
    Files.createDirectories(Path.of("target", "frames"));
    try (Video video =
        Video.to(
            Path.of("target", "frames", task.get().getClass().getSimpleName() + ".gif"),
            5,
            line -> {})) {
      video.add(Scoreboard.below(later, 1, 6, -1.5));
    }
  }

  private static byte[] state(Environment environment) throws IOException {
    var bytes = new ByteArrayOutputStream();
    ((EpisodeStatistics) environment).save(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
