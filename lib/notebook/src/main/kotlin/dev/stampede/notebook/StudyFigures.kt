package dev.stampede.notebook

import dev.stampede.experiment.CompareResults
import dev.stampede.experiment.Knob
import dev.stampede.experiment.SweepResults
import dev.stampede.experiment.SweepResults.Trial
import dev.stampede.paper.PaperFigure
import dev.stampede.paper.PaperFigure.Axis
import dev.stampede.paper.PaperFigure.Marks
import dev.stampede.paper.PaperFigure.Panel
import dev.stampede.paper.PaperFigure.Point
import dev.stampede.paper.PaperFigure.Series
import org.jetbrains.letsPlot.Figure

/** Learning curves by evaluations: mean and 95 % interval of the mean over seeds. */
public fun CompareResults.curves(): Figure =
  lines(
    "Learning curves",
    "mean and its 95 % interval over seeds",
    STEPS,
    "mean return of evaluations",
    plan().environments().map { env ->
      Panel(
        env,
        names().map { name ->
          Series(
            name,
            learningCurve(name, env).map {
              Point(it.step().toDouble(), it.mean(), it.interval().low(), it.interval().high())
            },
          )
        },
      )
    },
  )

/** Interquartile mean of all runs against steps, with its 95 % interval at each step. */
public fun CompareResults.sampleEfficiency(): Figure =
  lines(
    "Sample efficiency",
    "interquartile mean over seeds${tasks()}, 95 % interval at each step",
    STEPS,
    if (tasks().isEmpty()) "IQM of evaluations" else "IQM of scaled scores",
    listOf(
      Panel(
        plan().environments().joinToString(),
        iqmBySteps().map { (name, points) ->
          Series(
            name,
            points.map {
              Point(it.step().toDouble(), it.iqm(), it.interval().low(), it.interval().high())
            },
          )
        },
      )
    ),
  )

/** Performance profile: the fraction of runs whose score is above τ, with its 95 % interval. */
public fun CompareResults.profile(): Figure =
  lines(
    "Performance profile",
    "95 % interval at each score; higher is better",
    if (tasks().isEmpty()) "score τ" else "scaled score τ",
    "fraction of runs above τ",
    listOf(
      Panel(
        plan().environments().joinToString(),
        profiles().map { (name, points) ->
          Series(
            name,
            points.map { Point(it.tau(), it.fraction(), it.interval().low(), it.interval().high()) },
          )
        },
      )
    ),
  )

private const val STEPS = "agent steps of all threads"

private fun CompareResults.names() = plan().algorithms().keys.toList()

private fun CompareResults.tasks() = if (plan().environments().size > 1) " and environments" else ""

private fun CompareResults.lines(
  title: String,
  subtitle: String,
  x: String,
  y: String,
  panels: List<Panel>,
): Figure {
  val where = if (panels.size > 1) "" else " on ${plan().environments().joinToString()}"
  val axis = Axis(x, false, emptyList())
  return PaperFigure(title + where, subtitle, axis, y, Marks.LINES, minOf(3, panels.size), panels)
    .plot()
}

/**
 * Robustness: each trial's score against its value of a knob, as in figure 2 of Mnih et al. (2016).
 *
 * @param knob one that is varied over numbers; the first of them if not given
 */
public fun SweepResults.scatter(knob: Knob = firstNumber()): Figure {
  best() // Says so where no trial is complete.
  require(trials().any { number(it, knob) != null }) {
    "scatter: expected a knob that is varied over numbers, but got ${knob.label()}; varied are " +
      plan().knobs().keys.joinToString { it.label() }
  }
  val axis =
    Axis(knob.label().replace('-', ' '), isLogarithmic(knob), emptyList<PaperFigure.Tick>())
  val series =
    trials()
      .groupBy { it.steps() }
      .toSortedMap()
      .map { (steps, trials) ->
        Series("${whole(steps)} steps", trials.mapNotNull { dot(it, knob) })
      }
  return PaperFigure(
      "${plan().algorithm().name()} on ${plan().env()}: score against ${axis.label()}",
      "each point a run with a seed of its own; score: ${plan().metric().words(true)}",
      axis,
      "score",
      Marks.POINTS,
      1,
      listOf(Panel("", series)),
    )
    .plot()
}

private fun SweepResults.firstNumber(): Knob =
  plan().knobs().keys.let { knobs ->
    knobs.firstOrNull { knob -> trials().any { number(it, knob) != null } } ?: knobs.first()
  }

private fun number(trial: Trial, knob: Knob): Double? = trial.values()[knob]?.toDoubleOrNull()

private fun dot(trial: Trial, knob: Knob): Point? =
  number(trial, knob)?.let { Point(it, trial.score(), trial.score(), trial.score()) }
