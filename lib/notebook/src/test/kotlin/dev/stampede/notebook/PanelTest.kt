package dev.stampede.notebook

import dev.stampede.env.Action
import dev.stampede.env.Environment
import dev.stampede.env.Observation
import dev.stampede.env.Space
import dev.stampede.env.Step
import dev.stampede.experiment.Algorithms.ApexDQN
import dev.stampede.experiment.RunFailedException
import dev.stampede.runtime.MemoryProgress
import java.util.Base64
import java.util.OptionalDouble
import java.util.concurrent.CopyOnWriteArrayList
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class PanelTest {
  @Test
  fun the_panel_says_what_runs_and_how_far_it_is() {
    val drawn = CopyOnWriteArrayList<String>()
    val experiment = describedBy {
      env("CartPole")
      threads(2)
      steps(20_000)
      until(500.0)
    }

    val panel = LivePanel(experiment) { html, _ -> drawn += html }
    panel.message("getting ready")
    panel.show(experiment.start(panel::message))

    assertThat(drawn.first()).contains("<b>A3C</b> on <b>CartPole</b> · 2 threads · seed 1")
    assertThat(drawn.last()).doesNotContain("<svg") // It would not show in an untrusted notebook.
    assertThat(opened(drawn.last()))
      .contains("steps of 20\u202f000", "mean return, last 100", "<svg", "target 500.0")
      .contains("Not as in the paper")
      .contains("finished")
      .doesNotContain("getting ready")
  }

  @Test
  fun the_panel_shows_how_it_learns_and_what_was_changed() {
    val experiment = describedBy {
      threads(2)
      steps(Long.MAX_VALUE)
    }
    val run = experiment.start {}
    while (run.learning().isEmpty()) Thread.sleep(5)
    run.learningRate(3e-4)
    run.pause()
    val paused = panelHtml(experiment, Moment.of(run), emptyList())
    run.stop()
    run.await()
    val panel = opened(panelHtml(experiment, Moment.of(run), emptyList()))

    assertThat(paused).contains("· paused</div>")
    assertThat(panel)
      .contains("entropy", "value explains", "gradient norm", "learning rate", "staleness")
      .contains("stroke-dasharray=\"2 3\"")
      .containsPattern("At step [\\d\u202f]+: learning-rate \\S{1,6} → 3.0e-4\\.")
    assertThat(run.curve().svg()).contains("Dotted: learning-rate ")
  }

  @Test
  fun the_panel_shows_the_memory_and_its_actors_while_it_runs_and_at_the_end() {
    val experiment = describedBy {
      algorithm(ApexDQN)
      actors(3)
      steps(Long.MAX_VALUE)
    }
    val run = experiment.start {}
    while (run.memory?.actors()?.all { it.meanReturn().isFinite() } != true) Thread.sleep(5)
    while (run.memory?.meanAge()?.isFinite() != true) Thread.sleep(5)
    val live = panelHtml(experiment, Moment.of(run), emptyList())
    run.stop()
    run.await()

    for (panel in listOf(live, panelHtml(experiment, Moment.of(run), emptyList()))) {
      assertThat(panel)
        .contains("transitions/s", "batches/s", "replay of 50\u202f000", "age, mean")
        .contains("priorities, quartiles", "actors wait", "learner waits")
        .contains("actor 0, ε 0.400", "actor 1, ε 0.016", "actor 2, ε 6.6e-4")
    }
    assertThat(memoryHtml(run.memory!!)).doesNotContain("–")
  }

  @Test
  fun of_many_actors_the_panel_shows_some_and_says_so() {
    val actors = (0 until 64).map { MemoryProgress.Actor(it, OptionalDouble.of(0.4), 1.0) }
    val html = memoryHtml(memoryOf(actors, dropped = Double.NaN))

    assertThat(html).contains("actor 0,", "actor 63,", "Some of 64 actors")
    assertThat(html.split("actor ").size - 1).isLessThanOrEqualTo(7)
    assertThat(html).doesNotContain("wait", "priorities", "dropped")
  }

  @Test
  fun with_a_parameter_server_the_panel_shows_how_many_gradients_were_too_old() {
    assertThat(memoryHtml(memoryOf(emptyList(), dropped = 0.25)))
      .contains("gradients dropped", "25")
  }

  private fun memoryOf(actors: List<MemoryProgress.Actor>, dropped: Double): MemoryProgress {
    val nan = Double.NaN
    val none = emptyList<Double>()
    return MemoryProgress(1.0, 1.0, 0, 9, 0, 0, none, nan, 0, nan, nan, nan, nan, dropped, actors)
  }

  @Test
  fun what_an_environment_throws_is_the_message() {
    assertThatThrownBy {
        experiment {
          env { Broken() }
          threads(2)
        }
      }
      .isInstanceOf(RunFailedException::class.java)
      .hasMessageContaining("the wheel fell off")
      .hasRootCauseMessage("the wheel fell off")
    assertThat(lastRun().state).isEqualTo("failed")
  }

  @Test
  fun text_from_outside_is_escaped() {
    val experiment = describedBy { env("CartPole") }

    assertThat(panelHtml(experiment, null, listOf("<script>"))).contains("&lt;script&gt;")
  }

  @Test
  fun figures_are_brief() {
    assertThat(listOf(0.0, 7e-4, -0.0421, 0.5, 20.04, 12_345.6, Double.NaN).map(::brief))
      .containsExactly("0", "7.0e-4", "-0.042", "0.500", "20.04", "12\u202f346", "–")
    assertThat(percent(0.634)).isEqualTo("63\u202f%")
  }

  @Test
  fun durations_read_naturally() {
    assertThat(listOf(0.04, 8.44, 59.4, 200.0, 7_500.0, Double.NaN).map(::duration))
      .containsExactly("0.0 s", "8.4 s", "59 s", "3 min 20 s", "2 h 05 min", "–")
  }

  /** The panel with its image as text. */
  private fun opened(html: String): String {
    val data = html.substringAfter("data:image/svg+xml;base64,").substringBefore('"')
    return html.replace(data, String(Base64.getDecoder().decode(data)))
  }

  private class Broken : Environment {
    private var steps = 0

    override fun observationSpace() = Space.Box.floats(2)

    override fun actionSpace() = Space.Discrete(2)

    override fun reset(seed: Long) = reset()

    override fun reset(): Observation = Observation.of(0f, 1f)

    override fun step(action: Action): Step {
      check(++steps < 50) { "the wheel fell off" }
      return Step(Observation.of(0f, 1f), 1.0, false, false)
    }
  }
}
