package dev.stampede.notebook

import dev.stampede.experiment.Experiment
import dev.stampede.experiment.Preset
import dev.stampede.experiment.Run
import dev.stampede.runtime.Progress
import java.util.Base64
import java.util.Locale

/** What the panel shows of a run at one moment. */
internal class Moment(
  val progress: Progress,
  val running: Boolean,
  val solvedAt: Long?,
  val failure: Throwable?,
  val preset: Preset,
  val threads: Int,
  val remarks: List<String> = emptyList(),
) {
  /** In a word or two. */
  val state: String
    get() =
      when {
        running && progress.paused() -> "paused"
        running && progress.seconds() == 0.0 -> "starting"
        running -> "running"
        failure != null -> "failed"
        solvedAt != null -> "target reached"
        progress.steps() < progress.budget() -> "stopped"
        else -> "finished"
      }

  companion object {
    fun of(run: Run): Moment {
      val running = run.isRunning
      return Moment(
        run.progress(),
        running,
        run.solvedAtStep,
        run.failure().orElse(null),
        run.algorithm(),
        run.threads(),
        remarks(run),
      )
    }
  }
}

/** What did not end the run and is worth knowing. */
private fun remarks(run: Run): List<String> =
  listOfNotNull(run.unwritten().orElse(null)) +
    run.workerRestartCauses().takeLast(1).map { "Python was started again: $it." }

/** The panel as HTML that needs neither scripts nor style sheets: it opens anywhere, for good. */
internal fun panelHtml(experiment: Experiment, moment: Moment?, messages: List<String>): String =
  buildString {
    append("<div style=\"max-width:720px;line-height:1.45\">")
    append("<div style=\"margin-bottom:6px\">").append(heading(experiment, moment)).append("</div>")
    if (moment != null) {
      append(bar(moment)).append(table(figures(moment))).append(drawing(experiment, moment))
      append(table(learning(moment)))
      moment.progress.memory().ifPresent { append(memoryHtml(it)) }
      append(small(notes(moment)))
    }
    moment?.failure?.let {
      append("<div style=\"color:#c0392b;margin-top:6px;white-space:pre-wrap\">")
      append(escaped(it.message ?: it.toString())).append("</div>")
    }
    if (moment == null || moment.running) {
      append(small(messages.map(::escaped)))
    }
    append("</div>")
  }

/** The panel in one line, for where HTML is not shown. */
internal fun panelText(experiment: Experiment, moment: Moment?): String {
  val head = "${experiment.algorithm().name()} on ${experiment.env()}"
  if (moment == null) return "$head: starting"
  val now = moment.progress
  return "$head: ${moment.state}, ${whole(now.steps())} of ${whole(now.budget())} steps, " +
    "${whole(now.stepsPerSecond())} steps/s, mean return of the last 100 episodes " +
    "${score(now.meanReturn())}, best ${score(now.bestMeanReturn())}"
}

private fun heading(experiment: Experiment, moment: Moment?): String {
  val threads = moment?.threads ?: experiment.threads()
  return "<b>${escaped(experiment.algorithm().name())}</b> on <b>${escaped(experiment.env())}</b>" +
    " · $threads ${if (threads == 1) "thread" else "threads"} · seed ${experiment.seed()}" +
    " · ${moment?.state ?: "starting"}"
}

private fun bar(moment: Moment): String {
  val now = moment.progress
  val done = if (now.budget() > 0) 100.0 * now.steps() / now.budget() else 0.0
  val percent = String.format(Locale.ROOT, "%.1f", done.coerceIn(0.0, 100.0))
  return "<div style=\"height:4px;background:rgba(128,128,128,.25);border-radius:2px\">" +
    "<div style=\"height:4px;width:$percent%;background:${Palette.TRAINING};border-radius:2px\">" +
    "</div></div>"
}

private fun figures(moment: Moment): List<Pair<String, String>> {
  val now = moment.progress
  val cells = mutableListOf("steps of ${whole(now.budget())}" to whole(now.steps()))
  if (now.frames() != now.steps()) {
    cells += "frames" to whole(now.frames())
  }
  cells += "steps/s" to whole(now.stepsPerSecond().takeIf { now.steps() > 0 })
  cells += "time" to duration(now.seconds())
  if (moment.running) {
    cells += "left, at most" to duration(now.secondsLeft())
  }
  cells += "episodes" to whole(now.episodes())
  cells += "mean return, last 100" to score(now.meanReturn())
  cells += "best" to score(now.bestMeanReturn())
  return cells
}

/** What the newest updates looked like. */
private fun learning(moment: Moment): List<Pair<String, String>> {
  val now = moment.progress.learning().lastOrNull() ?: return emptyList()
  return listOfNotNull(
    ("entropy" to brief(now.entropy())).takeIf { now.entropy().isFinite() },
    "value explains" to percent(now.explainedVariance()),
    "value loss" to brief(now.valueLoss()),
    "gradient norm" to brief(now.gradientNorm()),
    "learning rate" to brief(now.learningRate()),
    "staleness" to brief(now.staleness()),
  )
}

internal fun table(cells: List<Pair<String, String>>): String {
  if (cells.isEmpty()) return ""
  return cells.joinToString(
    "",
    "<table style=\"border-collapse:collapse;margin:8px 0 4px 0\">" +
      "<tr style=\"background:none\">", // Jupyter would colour it under the mouse.
    "</tr></table>",
  ) { (name, value) ->
    "<td style=\"text-align:left;vertical-align:top;padding:0 16px 0 0;white-space:nowrap\">" +
      "<span style=\"font-size:80%;opacity:.7\">$name</span><br>" +
      "<b style=\"font-size:115%\">$value</b></td>"
  }
}

/** Of a run that has ended, an image: that is left in a notebook that nobody trusts yet. */
private fun drawing(experiment: Experiment, moment: Moment): String {
  val svg = sparkline(experiment, moment)
  if (moment.running || svg.isEmpty()) return svg
  val onAnyGround = svg.replace("currentColor", "#808080").replace(" opacity=\".7\"", "")
  val data = Base64.getEncoder().encodeToString(onAnyGround.toByteArray())
  return "<img alt=\"learning curve\" width=\"720\" src=\"data:image/svg+xml;base64,$data\"/>"
}

/** The learning curve as a small drawing: no library, a few kilobytes, drawn in no time. */
private fun sparkline(experiment: Experiment, moment: Moment): String {
  val now = moment.progress
  val points = thinned(now.curve(), SPARK_POINTS)
  if (points.isEmpty()) return ""
  val curve = points.map { it.step() to it.meanReturn() } + (now.steps() to now.meanReturn())
  val target = experiment.until().let { if (it.isPresent) it.asDouble else null }
  val band =
    points.map { it.step() to it.lowestThread() } +
      points.reversed().map { it.step() to it.highestThread() }
  val values = (curve + band).map { it.second } + listOfNotNull(target)
  val low = minOf(0.0, values.min())
  val high = values.max().let { if (it > low) it else low + 1 }
  val right = now.steps().coerceAtLeast(1)
  fun x(step: Long) = coordinate(LEFT + (WIDTH - LEFT - 8) * step / right)
  fun y(value: Double) = coordinate(14 + (HEIGHT - 34) * (high - value) / (high - low))
  return buildString {
    append("<svg viewBox=\"0 0 ${WIDTH.toInt()} ${HEIGHT.toInt()}\" width=\"100%\" ")
    append("xmlns=\"http://www.w3.org/2000/svg\" fill=\"currentColor\" font-size=\"11\" ")
    append("font-family=\"sans-serif\" role=\"img\" aria-label=\"learning curve so far\">")
    for (level in if (high == target) listOf(low) else listOf(low, high)) {
      append("<line x1=\"$LEFT\" x2=\"${WIDTH - 8}\" y1=\"${y(level)}\" y2=\"${y(level)}\" ")
      append("stroke=\"currentColor\" stroke-opacity=\".2\"/>")
      append("<text x=\"${LEFT - 6}\" y=\"${y(level)}\" dy=\"4\" text-anchor=\"end\" ")
      append("opacity=\".7\">${score(level)}</text>")
    }
    if (target != null) {
      append("<line x1=\"$LEFT\" x2=\"${WIDTH - 8}\" y1=\"${y(target)}\" y2=\"${y(target)}\" ")
      append("stroke=\"${Palette.TARGET}\" stroke-dasharray=\"5 4\"/>")
      append("<text x=\"${LEFT + 4}\" y=\"${y(target)}\" dy=\"-3\" opacity=\".7\">")
      append("target ${score(target)}</text>")
    }
    for (change in now.changes()) {
      append("<line x1=\"${x(change.step())}\" x2=\"${x(change.step())}\" y1=\"14\" ")
      append("y2=\"${HEIGHT - 20}\" stroke=\"currentColor\" stroke-opacity=\".5\" ")
      append("stroke-dasharray=\"2 3\"/>")
    }
    append("<polygon fill=\"${Palette.TRAINING}\" fill-opacity=\".15\" points=\"")
    band.joinTo(this, " ") { "${x(it.first)},${y(it.second)}" }
    append("\"/><polyline fill=\"none\" stroke=\"${Palette.TRAINING}\" stroke-width=\"2\" ")
    append("stroke-linejoin=\"round\" points=\"")
    curve.joinTo(this, " ") { "${x(it.first)},${y(it.second)}" }
    append("\"/><text x=\"$LEFT\" y=\"${HEIGHT - 4}\" opacity=\".7\">0</text>")
    append("<text x=\"${WIDTH - 8}\" y=\"${HEIGHT - 4}\" text-anchor=\"end\" opacity=\".7\">")
    append("${whole(right)} agent steps</text></svg>")
  }
}

private fun notes(moment: Moment): List<String> {
  val now = moment.progress
  val notes = mutableListOf("Curve: mean return of the last 100 training episodes.")
  if (now.curve().any { it.lowestThread() < it.highestThread() }) {
    notes[0] += " Band: from the lowest to the highest mean of one thread, of its own among these."
  }
  notes += moment.remarks.map(::escaped)
  now.changes().forEach {
    notes +=
      escaped(
        "At step ${whole(it.step())}: ${it.knob()} ${setting(it.from())} → ${setting(it.to())}."
      )
  }
  val differences = moment.preset.differencesFromPaper()
  differences
    .groupBy { it.reason }
    .forEach { (reason, group) ->
      val what = group.joinToString { "${it.what} ${it.here} (${it.paper})" }
      notes += escaped("Not as in the paper, whose value is in brackets: $what; $reason.")
    }
  if (now.frames() > now.steps()) {
    notes += "The paper's budget: 80 million steps, 320 million frames."
  }
  return notes
}

internal fun small(lines: List<String>): String =
  if (lines.isEmpty()) ""
  else
    lines.joinToString("<br>", "<div style=\"font-size:85%;opacity:.75;margin-top:4px\">", "</div>")

/** At most that many points, the last among them. */
internal fun <T> thinned(points: List<T>, most: Int): List<T> {
  if (points.size <= most) return points
  val stride = (points.size + most - 2) / (most - 1)
  return points.filterIndexed { i, _ -> i % stride == 0 || i == points.lastIndex }
}

private fun coordinate(value: Double) = String.format(Locale.ROOT, "%.1f", value)

private const val SPARK_POINTS = 200
private const val WIDTH = 720.0
private const val HEIGHT = 130.0
private const val LEFT = 48.0
