package dev.stampede.notebook

import dev.stampede.env.Environments
import dev.stampede.paper.PaperExperiment
import dev.stampede.paper.PaperFigure
import dev.stampede.paper.PaperReport
import dev.stampede.paper.Scale
import java.awt.Color
import java.awt.image.BufferedImage
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.nio.file.Path
import javax.imageio.ImageIO
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource

class PaperExperimentsTest {
  @ParameterizedTest
  @EnumSource(PaperExperiment::class)
  fun a_hundredfold_shorter_one_leaves_data_and_figures_and_does_nothing_twice(
    experiment: PaperExperiment,
    @TempDir out: Path,
  ) {
    val report = experiment.start(Scale.SMALL, 100, out) {}.await()

    assertThat(report.complete()).isEqualTo(report.runs())
    assertThat(report.files().map { "${it.fileName}" })
      .containsExactly(
        "$experiment.csv",
        "$experiment-evaluations.csv",
        "$experiment.svg",
        "$experiment.png",
        "$experiment.md",
      )
    val png = Files.readAllBytes(out.resolve("$experiment.png"))
    Files.write(Path.of("target", "$experiment.png"), png)
    assertThat(colours(ImageIO.read(ByteArrayInputStream(png)))).hasSizeGreaterThan(100)
    assertThat(Files.readString(out.resolve("$experiment.svg"))).contains(experiment.title())
    assertThat(points(report)).isNotEmpty().allMatch { it.y().isFinite() }
    assertThat(Files.readAllLines(out.resolve("$experiment-evaluations.csv")))
      .hasSizeGreaterThan(report.runs())
    val runs = written(out)

    experiment.start(Scale.SMALL, 100, out) {}.await()

    assertThat(runs).hasSize(report.runs())
    assertThat(written(out)).isEqualTo(runs)
  }

  @Test
  fun the_last_label_and_the_first_point_of_a_logarithmic_axis_are_whole() {
    val points = listOf(1e-4, 1e-3, 1e-2, 0.1).map { PaperFigure.Point(it, 1.0, 1.0, 1.0) }
    val axis = PaperFigure.Axis("learning rate", true, emptyList())
    val panel = PaperFigure.Panel("", listOf(PaperFigure.Series("runs", points)))
    val figure = PaperFigure("A3C", "", axis, "score", PaperFigure.Marks.POINTS, 1, listOf(panel))

    val image = ImageIO.read(ByteArrayInputStream(figure.plot().png()))

    val edge = (0 until image.height).map { image.getRGB(image.width - 1, it) }
    assertThat(edge.toSet()).hasSize(1)
    val widths =
      (0 until image.width)
        .map { x -> (0 until image.height).any { y -> blue(image.getRGB(x, y)) } }
        .joinToString("") { if (it) "x" else " " }
        .trim()
        .split(" +".toRegex())
        .map { it.length }
    assertThat(widths).hasSize(4)
    assertThat(widths.first()).`as`("of the first disc").isBetween(widths[1] - 1, widths[1] + 1)
  }

  private fun blue(rgb: Int) = Color(rgb).let { it.blue > 150 && it.red < 100 }

  @Test
  fun every_game_of_the_full_protocol_is_known() {
    for (experiment in PaperExperiment.entries) {
      experiment.environments(Scale.PAPER).forEach(Environments::check)
    }
    assertThat(PaperExperiment.TABLE1.environments(Scale.PAPER)).hasSize(57)
  }

  @Test
  fun in_a_notebook_it_is_a_function_whose_value_is_the_figure(@TempDir out: Path) {
    val report = paper.table1(small, out.toString(), shorten = 1_000)

    assertThat(report.plot().svg()).contains("normalised score")
  }

  private fun points(report: PaperReport): List<PaperFigure.Point> =
    report.figure().panels().flatMap { panel -> panel.series().flatMap { it.points() } }

  /** When each run was written. */
  private fun written(out: Path) =
    Files.list(out.resolve("runs")).use { folders ->
      folders.toList().associateWith { Files.getLastModifiedTime(it.resolve("run.json")) }
    }

  private fun colours(image: BufferedImage) =
    (0 until image.height)
      .flatMap { y -> (0 until image.width).map { image.getRGB(it, y) } }
      .toSet()
}
