package dev.stampede.notebook

import dev.stampede.experiment.Run
import dev.stampede.result.EpisodeRecord
import dev.stampede.result.EvaluationRecord
import dev.stampede.runtime.MemoryProgress

/** Best mean return of 100 training episodes in a row; NaN before the hundredth. */
public val Run.bestMeanReturn100: Double
  get() = bestMeanReturn100()

/** Mean return of the last 100 training episodes; NaN before the first. */
public val Run.meanReturn100: Double
  get() = meanReturn100()

/** Agent steps when the target of `until` was first reached; null if it was not. */
public val Run.solvedAtStep: Long?
  get() = solvedAtStep().let { if (it.isPresent) it.asLong else null }

/** The finished training episodes; of more than 130 000, only some of the older ones. */
public val Run.episodes: List<EpisodeRecord>
  get() = episodes()

/** Every evaluation. */
public val Run.evaluations: List<EvaluationRecord>
  get() = evaluations()

/** Agent steps of all threads so far. */
public val Run.steps: Long
  get() = steps()

/** What the memory that it learns from looks like, or looked like at its end; null without one. */
public val Run.memory: MemoryProgress?
  get() = memory().orElse(null)

/** Everything that is known about the run: settings, results, versions, machine. */
public val Run.record: Map<String, Any?>
  get() = record()

/** `running`, `paused`, `finished`, `stopped` or `failed`. */
public val Run.state: String
  get() = record()["state"].toString()

/** How far the run is through its budget, as a row of names and values. */
internal fun Run.summary(): List<Pair<String, String>> {
  val record = record()
  val rows =
    mutableListOf(
      "algorithm" to algorithm().name(),
      "environment" to experiment().env(),
      "threads" to whole(threads()),
      "seed" to experiment().seed().toString(),
      "state" to record["state"].toString(),
      "steps" to whole(record["steps"]),
    )
  if (record["frames"] != record["steps"]) {
    rows += "frames" to whole(record["frames"])
  }
  rows +=
    listOf(
      "episodes" to whole(record["episodes"]),
      "wall time" to duration((record["wallSeconds"] as Number).toDouble()),
      "steps per second" to whole(record["stepsPerSecond"]),
      "meanReturn100" to score(record["meanReturn100"]),
      "bestMeanReturn100" to score(record["bestMeanReturn100"]),
    )
  if (experiment().until().isPresent) {
    rows += "solvedAtStep" to whole(record["solvedAtStep"])
  }
  rows += "workerRestarts" to whole(record["workerRestarts"])
  if (record["failure"] != null) {
    rows += "failure" to record["failure"].toString()
  }
  return rows
}
