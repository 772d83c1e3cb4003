package dev.stampede.notebook

import dev.stampede.env.classic.Corridor
import dev.stampede.experiment.Algorithms.A3C
import dev.stampede.experiment.Algorithms.NStepQ
import dev.stampede.experiment.Compare
import dev.stampede.experiment.CompareResults
import dev.stampede.experiment.Knob
import dev.stampede.experiment.StudyProgress
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CopyOnWriteArrayList
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class StudiesTest {
  @Test
  fun the_verdict_is_shown_with_its_table() {
    val verdict = results.verdict()

    assertThat(results.isComplete).isTrue()
    assertThat(verdict.sentences()).hasSize(1)
    assertThat(verdict.output().toString())
      .contains(
        escaped(verdict.sentences()[0]),
        "<th",
        "A3C &amp; more",
        "scores are (score − low)",
      )
      .contains("text/plain")
    assertThat(results.output().toString()).isEqualTo(verdict.output().toString())
  }

  @Test
  fun figures_name_the_algorithms_and_what_they_show() {
    assertThat(results.curves().svg())
      .contains("Learning curves", "CartPole", "Corridor", "NStepQ", "mean return of evaluations")
    assertThat(results.sampleEfficiency().svg())
      .contains("Sample efficiency on CartPole, Corridor", "IQM of scaled scores", "NStepQ")
    assertThat(results.profile().svg())
      .contains("Performance profile", "scaled score τ", "fraction of runs above τ")
  }

  @Test
  fun a_sweep_is_drawn_on_the_axis_of_its_values(@TempDir folder: Path) {
    val swept =
      sweep(A3C) {
        vary(Knob.LEARNING_RATE, logUniform(1e-4, 1e-2))
        vary(Knob.OPTIMIZER, oneOf("shared-rmsprop", "shared-adam"))
        runs(6)
        halving(rounds = 2, eta = 3)
        env("Corridor")
        threads(1)
        steps(300)
        evaluationEpisodes(2)
        out(folder)
      }

    assertThat(swept.scatter().svg())
      .contains("A3C on Corridor: score against learning rate", "100 steps", "300 steps")
    assertThat(swept.table().toString().lines()).hasSize(8)
    assertThat(swept.output().toString()).contains("and 1 more", "learning-rate")
    assertThatThrownBy { swept.scatter(Knob.OPTIMIZER) }
      .hasMessageContaining("varied over numbers, but got optimizer")
  }

  @Test
  fun the_panel_counts_runs_and_names_what_failed(@TempDir folder: Path) {
    val plan =
      Compare.of(A3C, NStepQ)
        .env { error("the wheel fell off") }
        .seeds(2)
        .steps(100)
        .out(folder.resolve("out"))
        .build()
    val drawn = CopyOnWriteArrayList<String>()
    val heading = StudyHeading("compare", "A3C, NStepQ", "a task", "2 seeds")
    val panel = StudyPanel(heading, plan.out(), { html, text -> drawn += html + text }, 1)

    panel.show(plan.start(panel::message))

    assertThat(drawn.last())
      .contains("compare <b>A3C, NStepQ</b> on <b>a task</b> · 2 seeds · ended, 4 failed")
      .contains("<b>0</b> of 4 runs done", "4 failed", "seed 1: ", "the wheel fell off")
      .contains("compare A3C, NStepQ on a task: ended, 4 failed, 0 of 4 runs done, 100")
  }

  @Test
  fun nothing_is_left_of_a_study_that_ended_with_fewer_runs_than_planned() {
    val progress = StudyProgress(2, 3, 6, emptyList(), 0.6, 5.0)
    val heading = StudyHeading("sweep", "A3C", "CartPole", "4 trials")
    fun html(state: String) =
      studyHtml(
        heading,
        Path.of("out"),
        StudyMoment(state, progress, false, listOf("why")),
        listOf(),
      )

    assertThat(html("ended")).contains("ended, 3 failed", "width:100.0%").doesNotContain("left")
    assertThat(html("stopped")).contains("stopped", "width:60.0%", "1 left")
    assertThat(html("failed")).contains("failed", "why").doesNotContain("to go")
  }

  @Test
  fun what_does_not_go_together_is_an_error_before_anything_is_made(@TempDir folder: Path) {
    val out = folder.resolve("new")

    assertThatThrownBy {
        compare(A3C, A3C) {
          env("CartPole")
          steps(100)
          out(out)
        }
      }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("A3C.named(\"mine\")")
    assertThat(Files.exists(out)).isFalse()
  }

  @Test
  fun an_environment_of_ones_own_is_compared_too(@TempDir folder: Path) {
    val results =
      compare(A3C, A3C.named("greedier").entropy(0.0)) {
        env { Corridor(Corridor.Ending.TERMINATED, Corridor.Moves.DISCRETE) }
        seeds(1)
        steps(100)
        threads(1)
        evaluateEvery(50.steps)
        evaluationEpisodes(2)
        out(folder)
      }
    results.csv("$folder/results.csv")

    assertThat(Files.readAllLines(folder.resolve("results.csv"))).hasSize(3)
  }

  private companion object {
    lateinit var results: CompareResults
    @TempDir @JvmStatic lateinit var folder: Path

    @JvmStatic
    @BeforeAll
    fun run() {
      results =
        compare(A3C.named("A3C & more"), NStepQ) {
          envs("CartPole", "Corridor")
          seeds(3)
          steps(400)
          threads(1)
          evaluateEvery(100.steps)
          evaluationEpisodes(2)
          out(folder)
        }
    }
  }
}
