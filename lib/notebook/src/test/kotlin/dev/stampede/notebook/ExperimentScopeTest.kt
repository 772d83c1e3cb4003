package dev.stampede.notebook

import dev.stampede.env.Environments
import dev.stampede.experiment.Algorithms.A3C
import dev.stampede.experiment.Algorithms.NStepQ
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class ExperimentScopeTest {
  @Test
  fun what_is_said_is_what_will_run() {
    val experiment = describedBy {
      algorithm(A3C.entropy(0.02))
      threads(3)
      env("CartPole")
      steps(1_000)
      seed(5)
      until(meanReturn = 475.0)
      evaluateEvery(50_000.steps)
      evaluationEpisodes(7)
      out("target/some-run")
    }

    assertThat(experiment.algorithm().differencesFromPaper()).hasSize(1)
    assertThat(experiment.threads()).isEqualTo(3)
    assertThat(experiment.env()).isEqualTo("CartPole")
    assertThat(experiment.steps()).hasValue(1_000)
    assertThat(experiment.seed()).isEqualTo(5)
    assertThat(experiment.until()).hasValue(475.0)
    assertThat(experiment.evaluateEvery()).hasValue(50_000)
    assertThat(experiment.evaluationEpisodes()).isEqualTo(7)
    assertThat(experiment.out()).hasValue(Path.of("target/some-run"))
  }

  @Test
  fun a_run_in_the_background_is_handed_out_while_it_runs() {
    val run = experiment {
      threads(1)
      steps(Long.MAX_VALUE)
      background()
    }

    assertThat(run.isRunning).isTrue()
    assertThat(lastRun()).isSameAs(run)
    run.stop()
    assertThat(run.await().state).isEqualTo("stopped")
  }

  @Test
  fun a_gpu_is_refused_before_training_and_the_cpu_is_not() {
    assertThatThrownBy { experiment { device(gpu()) } }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("a GPU was asked for")
      .hasMessageContaining("give device(cpu())")
    assertThat(describedBy { device(cpu()) }.device()).isEqualTo(cpu())
  }

  @Test
  fun parts_are_replaced_in_the_cell() {
    val preset = NStepQ.exploration { T, thread -> if (thread == 0) 0.5 else 1.0 / (1 + T) }
    val several = A3C.entropy(0.02, 0.01).normalizeObservations()

    assertThat(preset.differencesFromPaper()).hasSize(1)
    assertThat(several.differencesFromPaper()).hasSize(2)
  }

  @Test
  fun numbers_may_be_int_or_long_and_steps_say_so() {
    assertThat(describedBy { steps(3_000_000_000) }.steps()).hasValue(3_000_000_000)
    assertThat(describedBy { until(475) }.until()).hasValue(475.0)
    assertThat(describedBy { evaluateEvery(10_000) }.evaluateEvery()).hasValue(10_000)
    assertThat(describedBy { evaluateEvery(3_000_000_000L.steps) }.evaluateEvery())
      .hasValue(3_000_000_000)
  }

  @Test
  fun a_variable_of_the_notebook_is_not_shadowed() {
    val algorithm = A3C.named("mine")
    val threads = 9
    val env = "Catch"
    val steps = 77L
    val seed = 42L
    val until = 3.5
    val deterministic = 1

    val experiment = describedBy {
      algorithm(algorithm)
      threads(threads - deterministic)
      env(env)
      steps(steps)
      seed(seed)
      until(until)
    }

    assertThat(experiment.algorithm().name()).isEqualTo("mine")
    assertThat(experiment.threads()).isEqualTo(8)
    assertThat(experiment.env()).isEqualTo("Catch")
    assertThat(experiment.steps()).hasValue(77)
    assertThat(experiment.seed()).isEqualTo(42)
    assertThat(experiment.until()).hasValue(3.5)
  }

  @Test
  fun an_environment_can_be_a_lambda() {
    val environments = Environments.open("CartPole", 2) {}

    val run = experiment {
      env { environments.create(it) }
      threads(1)
      steps(500)
    }

    assertThat(run.steps).isGreaterThanOrEqualTo(500)
    assertThat(lastRun()).isSameAs(run)
  }

  @Test
  fun a_wrong_word_is_answered_in_words() {
    assertThatThrownBy { experiment { env("CartPol") } }.hasMessageContaining("CartPole")
    assertThatThrownBy { experiment { algorithm("A4C") } }.hasMessageContaining("A3C")
    assertThatThrownBy { experiment { threads(0) } }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("threads")
      .hasMessageContaining("0")
    assertThatThrownBy { experiment { evaluateEvery((-5).steps) } }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("at least 1 steps")
      .hasMessageContaining("-5")
    assertThatThrownBy {
        experiment {
          deterministic()
          threads(2)
        }
      }
      .hasMessageContaining("threads(1)")
  }
}
