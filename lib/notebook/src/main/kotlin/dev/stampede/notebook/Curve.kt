package dev.stampede.notebook

import dev.stampede.experiment.Run
import dev.stampede.result.Change
import dev.stampede.result.EpisodeRecord
import org.jetbrains.letsPlot.Figure
import org.jetbrains.letsPlot.geom.geomErrorBar
import org.jetbrains.letsPlot.geom.geomHLine
import org.jetbrains.letsPlot.geom.geomLine
import org.jetbrains.letsPlot.geom.geomPoint
import org.jetbrains.letsPlot.geom.geomRibbon
import org.jetbrains.letsPlot.geom.geomVLine
import org.jetbrains.letsPlot.ggsize
import org.jetbrains.letsPlot.intern.Feature
import org.jetbrains.letsPlot.intern.Plot
import org.jetbrains.letsPlot.label.ggtitle
import org.jetbrains.letsPlot.label.labs
import org.jetbrains.letsPlot.letsPlot
import org.jetbrains.letsPlot.scale.scaleColorManual
import org.jetbrains.letsPlot.scale.scaleFillManual
import org.jetbrains.letsPlot.scale.scaleXContinuous
import org.jetbrains.letsPlot.themes.elementBlank
import org.jetbrains.letsPlot.themes.elementText
import org.jetbrains.letsPlot.themes.theme
import org.jetbrains.letsPlot.themes.themeMinimal

/** Colours that tell each other apart on white and on black, also for the colour-blind. */
internal object Palette {
  const val EPISODE = "#9fb3c8"
  const val TRAINING = "#2a6fb8"
  const val EVALUATION = "#d1731d"
  const val TARGET = "#888888"
}

/**
 * The learning curve as a Lets-Plot figure: return against agent steps.
 *
 * Training returns carry the exploration of the policy. Each dot is one episode; where there are
 * too many, a band holds the middle 80 % of them. Evaluations, if there are any, come from
 * environments of their own.
 */
public fun Run.curve(): Figure {
  val episodes = episodes()
  val fills =
    listOfNotNull(
      if (episodes.size <= DOTS) EPISODE else BAND,
      EVALUATION.takeIf { evaluations().isNotEmpty() },
    )
  val parts = buildList {
    experiment().until().ifPresent { add(target(it)) }
    add(if (episodes.size <= DOTS) dots(episodes) else band(episodes))
    add(mean(episodes))
    if (changes().isNotEmpty()) add(marks(changes()))
    addAll(evaluationMarks(this@curve))
  }
  return parts.fold(letsPlot()) { plot: Plot, part -> plot + part } +
    scaleColorManual(values = listOf(Palette.TRAINING)) +
    scaleFillManual(values = listOf(Palette.EPISODE, Palette.EVALUATION), limits = fills) +
    ggtitle(title(this), subtitle(this)) +
    labs(
      x = stepsLabel(this),
      y = returnLabel(this),
      color = "",
      fill = "",
      caption = caption(this),
    ) +
    scaleXContinuous(format = ",d") +
    themeMinimal() +
    theme(
        plotTitle = elementText(face = "bold", size = 16),
        panelGridMinor = elementBlank(),
        plotMargin = MARGIN,
      )
      .legendPositionBottom() +
    ggsize(720, 400)
}

private const val EPISODE = "training episode"
private const val BAND = "middle 80 % of training episodes"
private const val MEAN = "training, mean of last 100"
private const val EVALUATION = "evaluation"

/** A legend draws a ring of this colour around what another layer fills. */
private const val NO_RING = "rgba(0, 0, 0, 0)"

private const val DOTS = 2_000
private const val BINS = 120
private const val LINE_POINTS = 500

private fun title(run: Run) = "${run.algorithm().name()} on ${run.experiment().env()}"

private fun subtitle(run: Run): String {
  val threads = run.experiment().threads()
  return "$threads ${if (threads == 1) "thread" else "threads"} · seed ${run.experiment().seed()}"
}

private fun caption(run: Run): String? =
  listOfNotNull(ofEvaluations(run), ofChanges(run)).joinToString("\n").ifEmpty { null }

private fun ofChanges(run: Run): String? =
  run
    .changes()
    .joinToString("; ") {
      "${it.knob()} ${setting(it.from())} → ${setting(it.to())} at step ${whole(it.step())}"
    }
    .ifEmpty { null }
    ?.let { "Dotted: $it." }

private fun ofEvaluations(run: Run): String? {
  val evaluation = run.evaluations().firstOrNull() ?: return null
  val actions = if (evaluation.greedy()) "the most probable actions" else "actions from the policy"
  val episodes = evaluation.returns().size
  return "Evaluation: mean of $episodes episodes with $actions, 95 % interval."
}

private fun stepsLabel(run: Run): String {
  val now = run.progress()
  val framesPerStep = if (now.steps() > 0) now.frames() / now.steps() else 1
  return "agent steps of all threads" +
    if (framesPerStep > 1) " (1 step = $framesPerStep frames)" else ""
}

private fun returnLabel(run: Run) =
  if (run.evaluations().isEmpty()) "return of a training episode" else "return of an episode"

private fun target(meanReturn: Double): Feature =
  geomHLine(
    yintercept = meanReturn,
    linetype = "dashed",
    color = Palette.TARGET,
    size = 0.6,
    showLegend = false,
  )

/** Where the user changed a setting while the run went on. */
private fun marks(changes: List<Change>): Feature =
  geomVLine(
    mapOf("x" to changes.map { it.step() }),
    linetype = "dotted",
    color = Palette.TARGET,
    size = 0.8,
    showLegend = false,
  ) {
    xintercept = "x"
  }

private fun dots(episodes: List<EpisodeRecord>): Feature =
  geomPoint(
    mapOf(
      "x" to episodes.map { it.step() },
      "y" to episodes.map { it.score() },
      "what" to episodes.map { EPISODE },
    ),
    shape = 21,
    stroke = 0.0,
    color = NO_RING,
    size = 2.2,
    alpha = 0.6,
  ) {
    x = "x"
    y = "y"
    fill = "what"
  }

private fun band(episodes: List<EpisodeRecord>): Feature {
  val bins = episodes.chunked((episodes.size + BINS - 1) / BINS)
  fun quantile(bin: List<EpisodeRecord>, q: Double) =
    bin.map { it.score() }.sorted()[((bin.size - 1) * q).toInt()]
  return geomRibbon(
    mapOf(
      "x" to bins.map { bin -> bin.map { it.step().toDouble() }.average() },
      "low" to bins.map { quantile(it, 0.1) },
      "high" to bins.map { quantile(it, 0.9) },
      "what" to bins.map { BAND },
    ),
    alpha = 0.45,
    size = 0.0,
  ) {
    x = "x"
    ymin = "low"
    ymax = "high"
    fill = "what"
  }
}

private fun mean(episodes: List<EpisodeRecord>): Feature {
  val points = thinned(runningMeans(episodes, 100), LINE_POINTS)
  return geomLine(
    mapOf(
      "x" to points.map { it.first },
      "y" to points.map { it.second },
      "what" to points.map { MEAN },
    ),
    size = 1.4,
  ) {
    x = "x"
    y = "y"
    color = "what"
  }
}

/**
 * The mean of the last [window] returns, or of all where there are fewer, at each episode's end.
 */
internal fun runningMeans(episodes: List<EpisodeRecord>, window: Int): List<Pair<Long, Double>> {
  var sum = 0.0
  return episodes.mapIndexed { i, episode ->
    sum += episode.score()
    if (i >= window) sum -= episodes[i - window].score()
    episode.step() to sum / minOf(i + 1, window)
  }
}

private fun evaluationMarks(run: Run): List<Feature> {
  val evaluations = run.evaluations()
  if (evaluations.isEmpty()) return emptyList()
  val data =
    mapOf(
      "x" to evaluations.map { it.step() },
      "y" to evaluations.map { it.mean() },
      "low" to evaluations.map { it.interval().low() },
      "high" to evaluations.map { it.interval().high() },
      "what" to evaluations.map { EVALUATION },
    )
  return listOf(
    geomErrorBar(data, width = 0.0, size = 1.0, color = Palette.EVALUATION, showLegend = false) {
      x = "x"
      ymin = "low"
      ymax = "high"
    },
    geomPoint(data, shape = 21, size = 3.2, stroke = 0.0, color = NO_RING) {
      x = "x"
      y = "y"
      fill = "what"
    },
  )
}
