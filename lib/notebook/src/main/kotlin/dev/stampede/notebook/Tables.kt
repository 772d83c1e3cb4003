package dev.stampede.notebook

import dev.stampede.experiment.Run
import dev.stampede.result.EpisodeRecord
import dev.stampede.result.EvaluationRecord
import dev.stampede.result.LearningRecord

/**
 * The finished training episodes as columns, named as in `episodes.csv`. Lets-Plot takes them as
 * they are; `run.table().toDataFrame()` makes a data frame of them, after `%use dataframe`.
 */
public fun Run.table(): Map<String, List<Any>> =
  columns(
    episodes(),
    "step" to EpisodeRecord::step,
    "frames" to EpisodeRecord::frames,
    "seconds" to EpisodeRecord::seconds,
    "thread" to EpisodeRecord::thread,
    "return" to EpisodeRecord::score,
    "length" to EpisodeRecord::length,
  )

/** What the updates looked like as columns, named as in `learning.csv`; see [table]. */
public fun Run.learningTable(): Map<String, List<Any>> =
  columns(
    learning(),
    "step" to LearningRecord::step,
    "seconds" to LearningRecord::seconds,
    "updates" to LearningRecord::updates,
    "policy_loss" to LearningRecord::policyLoss,
    "value_loss" to LearningRecord::valueLoss,
    "entropy" to LearningRecord::entropy,
    "explained_variance" to LearningRecord::explainedVariance,
    "gradient_norm" to LearningRecord::gradientNorm,
    "learning_rate" to LearningRecord::learningRate,
    "staleness" to LearningRecord::staleness,
  )

/** Every evaluation as columns, named as in `evaluations.csv`; see [table]. */
public fun Run.evaluationTable(): Map<String, List<Any>> =
  columns(
    evaluations(),
    "step" to EvaluationRecord::step,
    "frames" to EvaluationRecord::frames,
    "seconds" to EvaluationRecord::seconds,
    "policy" to { if (it.greedy()) "greedy" else "sampled" },
    "episodes" to { it.returns().size },
    "mean" to EvaluationRecord::mean,
    "low95" to { it.interval().low() },
    "high95" to { it.interval().high() },
  )

private fun <T> columns(rows: List<T>, vararg of: Pair<String, (T) -> Any>) =
  of.associate { (name, value) -> name to rows.map(value) }
