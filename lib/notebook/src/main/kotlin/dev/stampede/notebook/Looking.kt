package dev.stampede.notebook

import dev.stampede.experiment.PolicySnapshot
import dev.stampede.experiment.Run
import dev.stampede.record.Recording
import dev.stampede.record.Take
import dev.stampede.record.Watched
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/**
 * Films whole episodes by what the run has learned so far, with what its network says of each state
 * below the picture; a cell shows the video.
 *
 *     run.watch()
 *
 * The strips are the value V(s) or max Q, the policy or Q of each action, and the TD residual of
 * the step that led there. It works while the run goes on, too.
 *
 * @param file where to keep it, `.mp4` or `.gif`; without it a temporary file that goes when the
 *   kernel ends
 * @param seed of the environment and of drawn actions
 * @param steps of all episodes, at most
 * @param greedy takes the most probable action instead of drawing one; if not given, as the run's
 *   evaluations do
 * @param saliency marks in the picture what the value follows from, where the network sees pictures
 * @throws IllegalStateException if the run failed before it had parameters
 * @throws IllegalArgumentException if the environment cannot be rendered
 */
public fun Run.watch(
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
  greedy: Boolean? = null,
  saliency: Boolean = false,
): Watched = policy().watch(file, episodes, seed, steps, greedy, saliency)

/** The same by the policy of that moment: `run.at(50_000).watch()`. See [Run.watch]. */
public fun PolicySnapshot.watch(
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
  greedy: Boolean? = null,
  saliency: Boolean = false,
): Watched {
  val take = Take(episodes, seed, steps)
  return recorded(file) { watch(it, take, greedy ?: greedy(), saliency) }
}

/** Films whole episodes by the policy of that moment, with the score alone. See [Run.video]. */
public fun PolicySnapshot.video(
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
  greedy: Boolean? = null,
): Recording {
  val take = Take(episodes, seed, steps)
  return recorded(file) { video(it, take, greedy ?: greedy()) }
}

/**
 * The true returns of whole episodes by the policy of that moment: `run.at(50_000).evaluate(30)`.
 */
public fun PolicySnapshot.evaluate(
  episodes: Int = 30,
  seed: Long = 7,
  greedy: Boolean? = null,
): List<Double> = evaluate(episodes, seed, greedy ?: greedy())

/** What watched episodes look like as a cell's value. */
internal fun Watched.output(): MimeTypedResult = recording().output(summary())

private fun Watched.summary(): String {
  val residual = "TD residual of the step that led there".takeIf { hasResiduals() }
  val strips =
    if ("q0" in table()) listOf("max Q(s, a)", "Q(s, a) of each action a", residual)
    else if ("mu0" in table()) listOf("V(s)", "mean ± σ of each number of an action", residual)
    else listOf("V(s)", "π(a|s) of each action a", residual)
  return "${recording().summary()}; actions ${actions()}, policy of step ${whole(policyStep())}. " +
    "Below the picture: ${strips.filterNotNull().joinToString("; ")}."
}

private fun Watched.hasResiduals() = column("residual").any { it.isFinite() }
