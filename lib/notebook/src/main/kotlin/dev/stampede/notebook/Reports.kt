package dev.stampede.notebook

import dev.stampede.experiment.Run
import dev.stampede.report.Card
import dev.stampede.report.Report
import dev.stampede.result.StoredRun
import java.nio.file.Path
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/**
 * What a paper's appendix needs to know of the run: settings with their sources, each departure
 * from the paper with its reason, protocol, results, software, machine. A cell shows it;
 * `println(run.card())` gives Markdown to be copied.
 */
public fun Run.card(): Card = report().card()

/** The same of a run on disk: `runs().first().card()`. */
public fun StoredRun.card(): Card = report().card()

/**
 * Writes one page that shows the run anywhere, without a network: curve, measures of the updates,
 * evaluations, settings.
 *
 * @return the file
 */
public fun Run.html(file: String): Path = report().html(Path.of(file))

/** The same of a run on disk. */
public fun StoredRun.html(file: String): Path = report().html(Path.of(file))

/**
 * Writes the run's scalars into a folder that `tensorboard --logdir` shows as one run.
 *
 * @return the file
 */
public fun Run.tensorBoard(folder: String): Path = report().tensorBoard(Path.of(folder))

/** The same of a run on disk. */
public fun StoredRun.tensorBoard(folder: String): Path = report().tensorBoard(Path.of(folder))

private fun StoredRun.report() = Report.read(directory())

/** What a card looks like as a cell's value. */
internal fun Card.output(): MimeTypedResult =
  MIME("text/html" to html(), "text/markdown" to markdown(), "text/plain" to markdown())
