package dev.stampede.notebook

import dev.stampede.experiment.Run
import dev.stampede.result.StoredRun
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.nio.file.Path
import java.util.Base64
import javax.imageio.ImageIO
import org.assertj.core.api.Assertions.assertThat
import org.jetbrains.letsPlot.geom.geomPoint
import org.jetbrains.letsPlot.letsPlot
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class LookingTest {
  @Test
  fun a_run_is_watched_in_place_and_says_how_actions_were_chosen() {
    val watched = run.watch(steps = 200)

    val html = watched.output().getValue("text/html")
    assertThat(html)
      .startsWith("<video controls autoplay loop muted playsinline src=\"data:video/mp4;base64,")
      .contains("actions drawn from the policy, policy of step")
      .contains("V(s); π(a|s) of each action a; TD residual")
    val bytes = Base64.getDecoder().decode(html.substringAfter("base64,").substringBefore('"'))
    assertThat(bytes).isEqualTo(Files.readAllBytes(watched.recording().file()))
    assertThat(run.watch(steps = 20, greedy = true).actions()).isEqualTo("the most probable")
  }

  @Test
  fun a_policy_of_earlier_is_watched_filmed_and_measured(@TempDir folder: Path) {
    val early = run.at(1_000)

    assertThat(early.step()).isBetween(1_000L, 1_010L)
    val watched = early.watch(folder.resolve("a.gif").toString(), seed = 3, greedy = true)
    val picture = ImageIO.read(ByteArrayInputStream(Files.readAllBytes(watched.recording().file())))
    assertThat(picture.height).isGreaterThan(500)
    assertThat(watched.recording().scores())
      .isEqualTo(early.evaluate(1, seed = 3, greedy = true))
      .isEqualTo(early.video(folder.resolve("b.gif").toString(), seed = 3, greedy = true).scores())
    assertThat(early.toString())
      .isEqualTo("A3C on CartPole, policy of step 1,00" + early.step() % 10)
  }

  @Test
  fun a_card_is_shown_as_tables_and_printed_as_markdown() {
    val shown = run.card().output()

    assertThat(shown.getValue("text/html")).contains("<h3>Not as in the paper</h3><table>")
    assertThat(shown.getValue("text/plain"))
      .isEqualTo(run.card().toString())
      .contains("| seed | 7 |")
  }

  @Test
  fun a_run_and_its_folder_are_written_as_a_page_and_for_tensorboard(@TempDir folder: Path) {
    val stored = StoredRun.read(out)

    assertThat(run.html(folder.resolve("a.html").toString())).content().contains("A3C on CartPole")
    assertThat(stored.html(folder.resolve("b.html").toString())).content().contains("<polyline")
    assertThat(stored.card()).isEqualTo(run.card())
    val events = run.tensorBoard(folder.resolve("a").toString())
    assertThat(stored.tensorBoard(folder.resolve("b").toString())).isNotEmptyFile()
    assertThat(events.fileName.toString()).contains("tfevents")
  }

  @Test
  fun tables_have_the_columns_of_the_files_and_a_figure_takes_them() {
    for ((file, table) in
      mapOf(
        "episodes.csv" to run.table(),
        "learning.csv" to run.learningTable(),
        "evaluations.csv" to run.evaluationTable() + ("returns" to listOf(1)),
      )) {
      val lines = Files.readAllLines(out.resolve(file))
      assertThat(table.keys.joinToString(",")).isEqualTo(lines.first())
      assertThat(table.getValue("step")).hasSize(lines.size - 1).isNotEmpty()
      assertThat(table.getValue("step").first().toString()).isEqualTo(lines[1].substringBefore(','))
    }
    val figure =
      letsPlot(run.table()) +
        geomPoint {
          x = "step"
          y = "return"
        }
    assertThat(figure.svg()).contains("<circle")
  }

  private companion object {
    lateinit var run: Run
    lateinit var out: Path

    @JvmStatic
    @BeforeAll
    fun train(@TempDir folder: Path) {
      out = folder.resolve("run")
      run = experiment {
        env("CartPole")
        threads(1)
        steps(3_000)
        seed(7)
        out(out)
        evaluateEvery(1_000.steps)
        keepParametersEvery(1_000.steps)
      }
    }
  }
}
