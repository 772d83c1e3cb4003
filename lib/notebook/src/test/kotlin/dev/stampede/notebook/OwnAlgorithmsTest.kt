package dev.stampede.notebook

import dev.stampede.experiment.Algorithms
import dev.stampede.experiment.Algorithms.A3C
import dev.stampede.experiment.Preset
import dev.stampede.experiment.Run
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.assertj.core.api.Assertions.within
import org.junit.jupiter.api.Test

class OwnAlgorithmsTest {
  private fun run(preset: Preset, steps: Int = 5_000): Run = experiment {
    algorithm(preset)
    threads(1)
    steps(steps)
    deterministic()
  }

  private val theirs by lazy { run(A3C).theta().orElseThrow() }

  private val mine =
    actorLearner("mine", tMax = 5) {
      while (running) {
        sync()
        val rollout = rollout()
        var R = if (rollout.terminated()) 0.0 else value()
        for (i in rollout.steps.reversed()) {
          R = rollout.reward(i) + 0.99 * R
          rollout.setTarget(i, R)
        }
        update(rollout) { policy + 0.5 * value - 0.01 * entropy }
      }
    }

  @Test
  fun an_algorithm_written_in_a_cell_does_what_a3c_does_bit_for_bit() {
    assertThat(run(mine.set("anneal-steps", "300000")).theta().orElseThrow()).isEqualTo(theirs)
  }

  @Test
  fun a_loss_written_in_a_cell_does_too_whatever_the_order_of_its_terms() {
    val loss = A3C.loss { -entropy * 0.01 + value * 0.5 + policy }

    assertThat(run(loss).theta().orElseThrow()).isEqualTo(theirs)
  }

  @Test
  fun a_network_written_in_a_cell_does_too() {
    val network =
      A3C.network {
        tanh()
        dense(64)
      }

    assertThat(run(network).theta().orElseThrow()).isEqualTo(theirs)
  }

  @Test
  fun terms_and_arrays_go_together() {
    val closed = A3C.loss { policy + 0.5 * value }
    val arrays =
      A3C.loss {
        val wrong = batch.returns() - batch.values()
        0.25 * (wrong * wrong).sum() + policy + 0.0 * mse(head("next"), batch.next()) -
          term(batch.values().sum()) * 0.0
      }
    val (expected, actual) =
      listOf(closed, arrays).map { loss ->
        run(
          loss.network {
            tanh()
            dense(64)
            head("next", 4)
          },
          60,
        )
      }

    assertThat(actual.theta().orElseThrow())
      .containsExactly(expected.theta().orElseThrow(), within(1e-3f))
    assertThat(actual.algorithm().heads()).isEqualTo(mapOf("next" to 4))
  }

  @Test
  fun all_that_an_actor_learner_sees_is_seen_in_a_cell() {
    val seen = mutableListOf<Pair<Map<String, Int>, Int>>()
    val looking =
      actorLearner("looking", tMax = 5) {
        while (running) {
          sync()
          val rollout = rollout()
          seen += heads() to observations().size - 4 * (rollout.size() + 1)
          update(rollout) { policy + term(head("next").sum()) }
        }
      }
    run(looking.head("next", 3), 100)

    assertThat(seen).hasSizeGreaterThan(10).containsOnly(mapOf("next" to 3) to 0)
  }

  @Test
  fun wrong_use_is_told_in_words() {
    assertThatThrownBy { actorLearner("mine", 0) {} }.hasMessageContaining("at least 1 step")
    assertThatThrownBy { actorLearner("A3C", 5) {} }.hasMessageContaining("no other has")
    assertThatThrownBy { run(A3C.loss { policy + batch.values() }) }
      .hasMessageContaining("expected one number")
    val shifted =
      actorLearner("shifted", tMax = 5) {
        while (running) {
          sync()
          val rollout = rollout()
          rollout.clear()
          update(rollout) { policy }
        }
      }
    assertThatThrownBy { run(shifted) }.hasMessageContaining("steps since sync()")
    val long =
      actorLearner("long", tMax = 5) {
        sync()
        while (running) rollout()
      }
    assertThatThrownBy { run(long) }.hasMessageContaining("at most 5 steps between two sync()")
    assertThat(Algorithms.all()).extracting<String> { it.name() }.doesNotContain("mine")
  }
}
