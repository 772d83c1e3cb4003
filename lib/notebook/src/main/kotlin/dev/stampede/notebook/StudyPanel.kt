package dev.stampede.notebook

import dev.stampede.experiment.StudyProgress
import dev.stampede.experiment.StudyRun
import java.nio.file.Path
import java.util.Locale

/**
 * What a study is, in words.
 *
 * @param kind `compare` or `sweep`
 */
internal class StudyHeading(
  val kind: String,
  val what: String,
  val where: String,
  val size: String,
)

/** What the panel shows of a study at one moment. */
internal class StudyMoment(
  val state: String,
  val progress: StudyProgress,
  val running: Boolean,
  val failures: List<String>,
) {
  /** Whether nothing is left to do; the later rounds of a sweep may have had fewer trials. */
  val over: Boolean
    get() = state == "finished" || state == "ended"

  companion object {
    fun of(run: StudyRun<*>): StudyMoment {
      val running = run.isRunning
      return StudyMoment(run.state(), run.progress(), running, run.failures())
    }
  }
}

/** Shows a study while it goes on, drawn at most once a second. */
internal class StudyPanel(
  private val heading: StudyHeading,
  private val out: Path,
  private val output: Output,
  private val betweenDraws: Long,
) {
  private val messages = ArrayDeque<String>()

  /** A line for the user where something lasts. From any thread. */
  fun message(line: String) {
    synchronized(messages) {
      messages.addLast(line)
      if (messages.size > MESSAGES) messages.removeFirst()
    }
  }

  /** Shows it until it has ended, and how it ended. */
  fun show(run: StudyRun<*>) {
    while (!run.await(betweenDraws)) {
      draw(run)
    }
    draw(run)
  }

  /** Shows it as it is now. */
  fun draw(run: StudyRun<*>) {
    val moment = StudyMoment.of(run)
    val lines = synchronized(messages) { messages.toList() }
    output.draw(studyHtml(heading, out, moment, lines), studyText(heading, moment))
  }

  companion object {
    private const val MESSAGES = 3
    private const val BETWEEN_DRAWS_MILLIS = 1_000L
    private const val BETWEEN_LINES_MILLIS = 5_000L

    fun open(heading: StudyHeading, out: Path): StudyPanel =
      Display.kernel?.let { StudyPanel(heading, out, CellOutput(it), BETWEEN_DRAWS_MILLIS) }
        ?: StudyPanel(heading, out, { _, text -> println(text) }, BETWEEN_LINES_MILLIS)
  }
}

/** The panel as HTML that needs neither scripts nor style sheets. */
internal fun studyHtml(
  heading: StudyHeading,
  out: Path,
  moment: StudyMoment,
  messages: List<String>,
): String = buildString {
  append("<div style=\"max-width:720px;line-height:1.45\"><div style=\"margin-bottom:6px\">")
  append("${heading.kind} <b>${escaped(heading.what)}</b> on <b>${escaped(heading.where)}</b>")
  append(" · ${heading.size} · ${inWords(moment)}</div>")
  append(progressBar(if (moment.over) 1.0 else moment.progress.fraction()))
  append("<div style=\"margin-top:6px\">").append(counts(moment)).append("</div>")
  val now =
    moment.progress.now().map { "${escaped(it.run())}: ${percent(it.fraction())}" }.take(SHOWN)
  if (moment.running) append(small(now + messages.map(::escaped)))
  if (moment.state == "stopped")
    append(small(listOf(escaped("The same with out(\"$out\") goes on."))))
  if (moment.failures.isNotEmpty()) append(red(moment.failures))
  append("</div>")
}

/** The panel in one line. */
internal fun studyText(heading: StudyHeading, moment: StudyMoment): String =
  "${heading.kind} ${heading.what} on ${heading.where}: ${inWords(moment)}, " +
    "${moment.progress.done()} of ${moment.progress.runs()} runs done, " +
    percent(moment.progress.fraction()) +
    moment.failures.take(1).joinToString("") { "; failed: $it" }

private fun inWords(moment: StudyMoment): String =
  if (moment.state == "ended") "ended, ${moment.progress.failed()} failed" else moment.state

private fun counts(moment: StudyMoment): String {
  val now = moment.progress
  return listOfNotNull(
      "<b>${now.done()}</b> of ${now.runs()} runs done",
      "${now.failed()} failed".takeIf { now.failed() > 0 },
      "${now.now().size} under way".takeIf { moment.running },
      "${now.left()} left".takeIf { moment.running || now.left() > 0 && !moment.over },
      "about ${duration(now.secondsLeft())} to go"
        .takeIf { moment.state in setOf("running", "paused") && now.secondsLeft().isFinite() },
    )
    .joinToString(" · ")
}

private fun progressBar(fraction: Double): String {
  val percent = String.format(Locale.ROOT, "%.1f", 100 * fraction.coerceIn(0.0, 1.0))
  return "<div style=\"height:4px;background:rgba(128,128,128,.25);border-radius:2px\">" +
    "<div style=\"height:4px;width:$percent%;background:${Palette.TRAINING};border-radius:2px\">" +
    "</div></div>"
}

private fun red(failures: List<String>): String {
  val more = failures.size - SHOWN
  val lines =
    failures.take(SHOWN).map(::escaped) + listOf("and $more more").take(if (more > 0) 1 else 0)
  return lines.joinToString("<br>", "<div style=\"color:#c0392b;margin-top:6px\">", "</div>")
}

/** Runs under way, or failures, that are named. */
private const val SHOWN = 6
