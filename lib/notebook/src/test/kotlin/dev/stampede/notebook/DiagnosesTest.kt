package dev.stampede.notebook

import dev.stampede.experiment.Algorithms.A3C
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class DiagnosesTest {
  @Test
  fun a_sick_run_shows_its_findings_and_its_folder_says_the_same(@TempDir runs: Path) {
    val run = experiment {
      algorithm(A3C.learningRate(1.0).named("A3C <sick>"))
      threads(1)
      steps(20_000)
      out(runs.resolve("sick"))
    }

    val diagnosis = run.diagnose()

    val shown = diagnosis.output().toString()
    assertThat(shown)
      .contains("A3C &lt;sick&gt; on CartPole, seed 1: ", "border-left:4px solid #d62728")
      .contains("<b>severe: entropy-collapsed</b><br/>The policy stopped trying things at step ")
      .contains("<i>Lower the learning rate (learning-rate, now 1.0)")
      .contains("Looked at: ", "Nothing seen by: failed, ", "Not judged: dead-units ")
      .contains("text/plain", diagnosis.findings().first().sentence())
    assertThat(runs(runs.toString()).single().diagnose().toString()).isEqualTo(diagnosis.toString())
    assertThat(diagnose(runs.resolve("sick").toString()).toString()).isEqualTo(diagnosis.toString())
  }

  @Test
  fun a_healthy_run_says_what_was_looked_at() {
    val run = experiment {
      threads(2)
      steps(120_000)
      until(195.0)
    }

    val diagnosis = run.diagnose()

    assertThat(diagnosis.isHealthy).`as`(diagnosis.toString()).isTrue()
    assertThat(diagnosis.output().toString())
      .contains("A3C on CartPole, seed 1: healthy, as far as ", " rules can see</b>")
      .contains("2,000 steps played.")
      .doesNotContain("border-left")
  }

  @Test
  fun a_run_that_is_not_there_is_told() {
    assertThatThrownBy { diagnose("no-such-run") }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageStartingWith("expected a run that runs() lists, or the folder of one")
  }
}
