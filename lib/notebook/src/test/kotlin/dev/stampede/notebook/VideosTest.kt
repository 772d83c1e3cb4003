package dev.stampede.notebook

import dev.stampede.env.classic.Catch
import dev.stampede.experiment.Run
import dev.stampede.record.Recording
import dev.stampede.record.Trajectory
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.nio.file.Path
import java.util.Base64
import javax.imageio.ImageIO
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class VideosTest {
  @Test
  fun a_run_is_shown_as_a_video_in_place() {
    val recording = run.video(episodes = 2, steps = 300)

    assertThat(recording.file().toString()).endsWith(".mp4")
    val html = html(recording)
    assertThat(html)
      .startsWith("<video controls autoplay loop muted playsinline src=\"data:video/mp4;base64,")
      .contains("<div>CartPole: ")
    val bytes = Base64.getDecoder().decode(html.substringAfter("base64,").substringBefore('"'))
    assertThat(bytes).isEqualTo(Files.readAllBytes(recording.file())).hasSizeGreaterThan(2_000)
  }

  @Test
  fun a_gif_is_shown_as_an_image(@TempDir folder: Path) {
    val recording = video("Catch", folder.resolve("catch.gif").toString(), episodes = 2)

    val html = html(recording)
    val bytes = Base64.getDecoder().decode(html.substringAfter("base64,").substringBefore('"'))
    assertThat(ImageIO.read(ByteArrayInputStream(bytes)).width).isEqualTo(336)
    assertThat(html).contains("Catch: 18 steps, scores ")
  }

  @Test
  fun the_same_seed_plays_the_same_and_a_trajectory_of_the_run_replays(@TempDir folder: Path) {
    val first = run.video(folder.resolve("a.jsonl").toString(), episodes = 2, seed = 3)
    val again = run.video(folder.resolve("b.jsonl").toString(), episodes = 2, seed = 3)

    assertThat(Files.readAllBytes(first.file())).isEqualTo(Files.readAllBytes(again.file()))
    assertThat(Trajectory.read(first.file()).replay {}).isEmpty()
    assertThat(first.output().getValue("text/plain")).contains("a.jsonl")
  }

  @Test
  fun an_environment_of_ones_own_is_played_too(@TempDir folder: Path) {
    val mine = experiment {
      env { Catch() }
      threads(1)
      steps(50)
    }

    val recording = mine.video(folder.resolve("mine.gif").toString())

    assertThat(recording.steps()).isEqualTo(9)
  }

  @Test
  fun a_file_that_is_too_large_is_named(@TempDir folder: Path) {
    val file = Files.write(folder.resolve("large.mp4"), ByteArray((16 shl 20) + 1))

    val shown = Recording(file, "Catch", listOf(1.0), 9).output()

    assertThat(shown).doesNotContainKey("text/html")
    assertThat(shown.getValue("text/plain")).contains("too large").contains("large.mp4")
  }

  @Test
  fun a_file_of_another_kind_is_refused() {
    assertThatThrownBy { run.video("a.webm") }.hasMessageContaining("a.webm")
  }

  private fun html(recording: Recording) = recording.output().getValue("text/html")

  private companion object {
    lateinit var run: Run

    @JvmStatic
    @BeforeAll
    fun train() {
      run = experiment {
        env("CartPole")
        threads(1)
        steps(2_000)
        seed(7)
      }
    }
  }
}
