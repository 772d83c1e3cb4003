package dev.stampede.notebook

import dev.stampede.diagnosis.Diagnosis
import dev.stampede.diagnosis.Finding
import dev.stampede.diagnosis.Severity
import dev.stampede.experiment.Experiment
import dev.stampede.result.StoredRun
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/**
 * Says in words what a run on disk shows: what is wrong, the numbers, what to try. A run of this
 * notebook has `run.diagnose()`, also while it runs.
 *
 *     runs().first().diagnose()
 */
public fun StoredRun.diagnose(): Diagnosis = Experiment.diagnose(directory(), ::println)

/**
 * The same of a run by its name.
 *
 *     diagnose("20261121-232505-A3C-CartPole-seed1")
 *
 * @param name of a run that [runs] lists, or the path of its folder
 * @throws IllegalArgumentException if there is no such run
 */
public fun diagnose(name: String): Diagnosis = Experiment.diagnose(runFolder(name), ::println)

/** What a diagnosis looks like as a cell's value. */
internal fun Diagnosis.output(): MimeTypedResult =
  MIME("text/html" to html(), "text/plain" to toString())

private fun Diagnosis.html(): String = buildString {
  append("<div style=\"max-width:56em\"><div><b>").append(escaped(summary())).append("</b></div>")
  findings().forEach { append(it.html()) }
  append("<div style=\"margin-top:0.6em;opacity:0.7;font-size:90%\">Looked at: ")
  append(escaped(lookedAt())).append(".")
  if (silent().isNotEmpty()) {
    append("<br/>Nothing seen by: ").append(escaped(silent().joinToString(", "))).append(".")
  }
  if (unjudged().isNotEmpty()) {
    append("<br/>Not judged: ").append(escaped(notJudged())).append(".")
  }
  append("</div></div>")
}

private fun Finding.html(): String =
  "<div style=\"margin-top:0.6em;padding-left:0.7em;border-left:4px solid ${colour(severity())}\">" +
    "<b>${severity().name.lowercase()}: ${escaped(rule())}</b><br/>${escaped(sentence())}" +
    "<br/><i>${escaped(advice())}</i></div>"

private fun colour(severity: Severity): String =
  when (severity) {
    Severity.SEVERE -> "#d62728"
    Severity.WARNING -> "#ff7f0e"
    Severity.HINT -> "#1f77b4"
  }
