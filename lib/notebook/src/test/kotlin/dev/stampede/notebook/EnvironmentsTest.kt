package dev.stampede.notebook

import dev.stampede.env.EnvironmentName
import dev.stampede.env.RawEnvironment
import dev.stampede.env.Space
import dev.stampede.gym.AtariProtocol
import java.nio.file.Path
import kotlin.math.hypot
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class EnvironmentsTest {
  @Test
  fun options_and_wrappers_are_in_the_name() {
    val small =
      gym("CarRacing-v3", "continuous" to false)
        .wrapped("ResizeObservation", "shape" to listOf(42, 42))
        .wrapped("GrayscaleObservation")

    assertThat(small)
      .hasToString(
        "CarRacing-v3(continuous=false) | ResizeObservation(shape=[42,42]) | GrayscaleObservation"
      )
    assertThat(EnvironmentName.parse(small.toString())).isEqualTo(small)
  }

  @Test
  fun options_come_after_those_that_the_name_has() {
    assertThat(gym("LunarLander-v3(gravity=-5.0)", "enable_wind" to true))
      .hasToString("LunarLander-v3(gravity=-5.0, enable_wind=true)")
  }

  @Test
  fun a_protocol_is_options_too() {
    assertThat(gym("Breakout", AtariProtocol.mnih2016())).hasToString("Breakout")
    assertThat(gym("Breakout", AtariProtocol.machado2018().sticky(0.1)))
      .hasToString("Breakout(protocol=\"machado2018\", sticky=0.1)")
  }

  @Test
  fun an_experiment_takes_every_form() {
    assertThat(describedBy { env(gym("Acrobot-v1")) }.env()).isEqualTo("Acrobot-v1")
    assertThat(describedBy { env("LunarLander-v3", "gravity" to -5.0) }.env())
      .isEqualTo("LunarLander-v3(gravity=-5.0)")
    assertThat(describedBy { env("Breakout", AtariProtocol.machado2018()) }.env())
      .isEqualTo("Breakout(protocol=\"machado2018\")")
    assertThat(describedBy { env(python(MY_ENV, "MyEnv", "wind" to 0.8)) }.env())
      .isEqualTo("$MY_ENV:MyEnv(wind=0.8)")
  }

  @Test
  fun packages_are_part_of_the_name_whichever_is_said_first() {
    val expected = "highway_env:highway-v0(packages=[\"highway-env==1.10.1\"])"
    val before = describedBy {
      packages("highway-env==1.10.1")
      env("highway_env:highway-v0")
    }
    val after = describedBy {
      env("highway_env:highway-v0")
      packages("highway-env==1.10.1")
    }

    assertThat(before.env()).isEqualTo(expected)
    assertThat(after.env()).isEqualTo(expected)
  }

  @Test
  fun what_the_block_gives_is_what_stepping_gives() {
    val lengths =
      stepping("Catch") {
        reset(1)
        seedActions(1)
        List(2) {
          var steps = 1
          while (!step(sampleAction()).last()) steps++
          reset()
          steps
        }
      }

    assertThat(lengths).containsExactly(9, 9)
  }

  @Test
  fun the_environment_of_the_notebook_keeps_gymnasiums_rules() {
    val complaint = stepping(python(MY_ENV, "MyEnv")) { check() }

    assertThat(complaint).isEmpty()
  }

  @Test
  fun options_reach_the_class_of_a_python_file() {
    val windless = stepping(python(MY_ENV, "MyEnv", "wind" to 0.0)) { strengthOfTheWind() }
    val windy = stepping(python(MY_ENV, "MyEnv", "wind" to 1.0)) { strengthOfTheWind() }

    assertThat(windless).isZero()
    assertThat(windy).isBetween(0.999, 1.001)
  }

  @Test
  fun a_list_reaches_a_wrapper_as_the_tuple_that_it_wants() {
    val square = gym("CartPole-v1").wrapped("ReshapeObservation", "shape" to listOf(2, 2))

    val space = stepping(square) { observationSpace() }

    assertThat((space as Space.Box).shape()).containsExactly(2, 2)
  }

  @Test
  fun an_environment_in_a_python_file_is_filmed(@TempDir folder: Path) {
    val file = folder.resolve("boat.gif").toString()

    val recording = video(python(MY_ENV, "MyEnv"), file, steps = 20)

    assertThat(recording.environment()).isEqualTo("$MY_ENV:MyEnv")
    assertThat(recording.steps()).isEqualTo(20)
    assertThat(folder.resolve("boat.gif")).isNotEmptyFile()
  }

  @Test
  fun a_file_that_is_not_there_is_answered_in_words() {
    assertThatThrownBy { stepping(python("my_enw.py", "MyEnv")) { observationSpace() } }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("there is no file")
      .hasMessageContaining("my_enw.py")
  }

  private fun RawEnvironment.strengthOfTheWind(): Double {
    reset(1)
    val (east, north) = (observation() as List<*>).takeLast(2).map { it as Double }
    return hypot(east, north)
  }

  private companion object {
    const val MY_ENV = "../../notebooks/my_env.py"
  }
}
