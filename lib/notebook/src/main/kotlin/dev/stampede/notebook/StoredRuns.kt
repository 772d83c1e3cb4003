package dev.stampede.notebook

import dev.stampede.experiment.Experiment
import dev.stampede.experiment.Run
import dev.stampede.result.StoredRun
import java.io.IOException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.time.LocalDateTime
import java.time.format.DateTimeFormatter
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/** Where a notebook's runs leave their results, in the notebook's own folder. */
private val RUNS: Path = Path.of("runs")

private val TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")

/** A folder that no other run has; where none can be made, the run tells and does without. */
internal fun newRunFolder(experiment: Experiment, runs: Path = RUNS): Path {
  val what = listOf(experiment.algorithm().name(), experiment.env(), "seed${experiment.seed()}")
  val name =
    LocalDateTime.now().format(TIME) +
      what.joinToString("") { "-" + it.replace(Regex("[^A-Za-z0-9.]+"), "_").take(40) }
  return try {
    Files.createDirectories(runs)
    generateSequence(1) { it + 1 }
      .map { runs.resolve(if (it == 1) name else "$name-$it") }
      .first { createdAnew(it) }
  } catch (_: IOException) {
    runs.resolve(name)
  }
}

/** Leaves nothing of a run that never began. */
internal fun deleteIfEmpty(folder: Path) {
  try {
    Files.deleteIfExists(folder)
  } catch (_: IOException) {
    // There is something in it.
  }
}

private fun createdAnew(folder: Path): Boolean =
  try {
    Files.createDirectory(folder)
    true
  } catch (_: FileAlreadyExistsException) {
    false
  }

/** Runs on disk, the newest first; as a cell's value a table. */
public class StoredRuns
internal constructor(private val folder: Path, private val all: List<StoredRun>) :
  List<StoredRun> by all {
  internal fun output(): MimeTypedResult = MIME("text/html" to html(), "text/plain" to toString())

  override fun toString(): String =
    if (isEmpty()) "no runs in ${folder.toAbsolutePath()}"
    else joinToString("\n") { run -> cells(run).joinToString("  ") }

  private fun html(): String =
    if (isEmpty()) escaped(toString())
    else
      buildString {
        append("<table><tr>")
        HEADINGS.forEach { append("<th style=\"text-align:left\">").append(it).append("</th>") }
        append("</tr>")
        for (run in all) {
          append("<tr>")
          cells(run).forEach {
            append("<td style=\"text-align:left\">").append(escaped(it)).append("</td>")
          }
          append("</tr>")
        }
        append("</table>")
      }

  private fun cells(run: StoredRun) =
    listOf(
      run.name(),
      run.state() + if (run.canGoOn()) ", can go on" else "",
      run.algorithm(),
      run.env(),
      "${run.threads()}",
      "${run.seed()}",
      "${whole(run.steps())} of ${whole(run.budget())}",
      duration(run.wallSeconds()),
      score(run.bestMeanReturn100()),
    )

  private companion object {
    val HEADINGS =
      listOf("run", "state", "algorithm", "environment", "threads", "seed", "steps", "time") +
        "best mean return"
  }
}

/**
 * The runs that left their results in the notebook's folder, or in another one: also those of a
 * kernel that died, which [resume] goes on with.
 */
public fun runs(folder: String = RUNS.toString()): StoredRuns =
  Path.of(folder).let { StoredRuns(it, StoredRun.`in`(it)) }

/**
 * Goes on with a run where its newest checkpoint was taken, and shows it as [experiment] does.
 *
 *     resume("20261121-232505-A3C-CartPole-seed1") { steps(2_000_000) }
 *
 * @param name of a run that [runs] lists, or the path of its folder
 * @param describe what is to be different: a larger budget; an environment of your own has to be
 *   given again
 * @throws IllegalArgumentException if there is no such run, or nothing to go on from
 */
public fun resume(name: String, describe: ExperimentScope.() -> Unit = {}): Run = runShown {
  val folder = runFolder(name)
  val state = StoredRun.read(folder).state()
  require(state !in setOf("running", "paused")) {
    "$name: expected a run that has ended, but it is $state; stop it first"
  }
  Description(Experiment.resume(folder)).also(describe)
}

/**
 * The folder of a run.
 *
 * @param name of a run that [runs] lists, or the path of its folder
 */
internal fun runFolder(name: String): Path {
  val listed = RUNS.resolve(name)
  val folder = if (Files.isDirectory(listed)) listed else Path.of(name)
  require(Files.isDirectory(folder)) {
    "expected a run that runs() lists, or the folder of one, but got \"$name\"; there are " +
      runs().joinToString(limit = 5) { it.name() }.ifEmpty { "none" }
  }
  return folder
}
