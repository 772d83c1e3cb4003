package dev.stampede.notebook

import dev.stampede.experiment.CompareResults
import dev.stampede.experiment.CompareVerdict
import dev.stampede.experiment.SweepResults
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/** All complete trials, the best first: as a cell's value a table. */
public class SweepTable internal constructor(private val results: SweepResults) {
  internal fun output(): MimeTypedResult =
    MIME("text/html" to tableHtml(results.rows()), "text/plain" to toString())

  override fun toString(): String = results.toString()
}

/** All complete trials, the best first. */
public fun SweepResults.table(): SweepTable = SweepTable(this)

/** The sentences first, then the table, then what to know about them. */
internal fun CompareVerdict.output(): MimeTypedResult =
  MIME("text/html" to html(), "text/plain" to toString())

private fun CompareVerdict.html(): String = buildString {
  append("<div style=\"max-width:720px;line-height:1.45\">")
  sentences().forEach { append("<div>").append(escaped(it)).append("</div>") }
  append(tableHtml(table()))
  append(small((listOf("${task()}; score: ${measured()}") + notes()).map(::escaped)))
  append("</div>")
}

/** The verdict; before any seed is complete, how far it is. */
internal fun CompareResults.output(): MimeTypedResult =
  if (algorithms().isEmpty()) MIME("text/plain" to toString()) else verdict().output()

/** The best trials, and what their scores are. */
internal fun SweepResults.output(): MimeTypedResult {
  val shown = rows().take(1 + BEST)
  val left = trials().size - BEST
  val notes =
    listOfNotNull(
      "${plan().env()}; score: ${measured()}",
      "and $left more: table() has all, scatter() shows them".takeIf { left > 0 },
    ) + notes()
  val html = tableHtml(shown) + small(notes.map(::escaped))
  return MIME("text/html" to html, "text/plain" to toString())
}

private const val BEST = 5

/** A table whose first row holds the headings. */
internal fun tableHtml(rows: List<List<String>>): String = buildString {
  append("<table style=\"margin:6px 0\">")
  rows.forEachIndexed { i, row ->
    val tag = if (i == 0) "th" else "td"
    append("<tr>")
    row.forEach { append("<$tag style=\"text-align:left\">${escaped(it)}</$tag>") }
    append("</tr>")
  }
  append("</table>")
}
