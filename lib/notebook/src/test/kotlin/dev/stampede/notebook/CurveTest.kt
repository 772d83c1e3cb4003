package dev.stampede.notebook

import dev.stampede.experiment.Run
import java.awt.image.BufferedImage
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.nio.file.Path
import javax.imageio.ImageIO
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test

class CurveTest {
  @Test
  fun the_figure_shows_training_and_evaluation_and_says_so() {
    val svg = run.curve().svg()

    assertThat(svg)
      .contains("A3C on CartPole")
      .contains("2 threads · seed 7")
      .contains("agent steps of all threads")
      .contains("training episode")
      .contains("evaluation")
  }

  @Test
  fun the_image_is_twice_as_large_and_not_blank() {
    val png = run.curve().png()
    Files.write(Path.of("target", "curve.png"), png)
    val image = ImageIO.read(ByteArrayInputStream(png))

    assertThat(image.width).isEqualTo(1440)
    assertThat(image.height).isEqualTo(800)
    assertThat(colours(image)).hasSizeGreaterThan(100)
  }

  @Test
  fun a_run_without_an_episode_still_has_a_figure() {
    val short = experiment {
      env("CartPole")
      threads(1)
      steps(1)
    }

    assertThat(colours(ImageIO.read(ByteArrayInputStream(short.curve().png())))).isNotEmpty()
  }

  private fun colours(image: BufferedImage) =
    (0 until image.height)
      .flatMap { y -> (0 until image.width).map { image.getRGB(it, y) } }
      .toSet()

  private companion object {
    lateinit var run: Run

    @JvmStatic
    @BeforeAll
    fun train() {
      run = experiment {
        env("CartPole")
        threads(2)
        steps(20_000)
        seed(7)
        evaluateEvery(4_000.steps)
      }
    }
  }
}
