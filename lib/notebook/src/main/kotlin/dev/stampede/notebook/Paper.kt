package dev.stampede.notebook

import dev.stampede.paper.PaperExperiment
import dev.stampede.paper.PaperReport
import dev.stampede.paper.PaperRun
import dev.stampede.paper.Scale
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/** Native tasks, minutes on two cores: `paper.figure3(small)`. */
public val small: Scale = Scale.SMALL

/**
 * The experiments of Mnih et al. (2016) as functions: each does the runs that are not complete yet,
 * prints its tables, and as a cell's value shows its figure.
 *
 *     paper.table2()
 *     paper.figure3(small)
 *
 * Interrupting the cell stops in an orderly way; the same call goes on. `out` is the folder for
 * runs and report, `shorten` divides the budgets of all runs.
 */
@Suppress("ClassName")
public object paper {
  /** Learning curves of the four methods on five tasks. */
  public fun figure1(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.FIGURE1, scale, out, shorten)

  /** Score against the learning rate. */
  public fun figure2(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.FIGURE2, scale, out, shorten)

  /** Score against frames, by the number of threads. */
  public fun figure3(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.FIGURE3, scale, out, shorten)

  /** Scores of A3C on many tasks beside the published ones. */
  public fun table1(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.TABLE1, scale, out, shorten)

  /** Speed-up by the number of threads. */
  public fun table2(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.TABLE2, scale, out, shorten)

  /** Three optimizers over learning rates. */
  public fun optimizers(
    scale: Scale = small,
    out: String = folder(scale),
    shorten: Int = 1,
  ): PaperReport = conduct(PaperExperiment.OPTIMIZERS, scale, out, shorten)

  private fun folder(scale: Scale) = "out/paper-$scale"
}

private const val FIRST_LINE_MILLIS = 2_000L
private const val BETWEEN_LINES_MILLIS = 10_000L

private fun conduct(
  experiment: PaperExperiment,
  scale: Scale,
  out: String,
  shorten: Int,
): PaperReport {
  val run = experiment.start(scale, shorten, Path.of(out), ::println)
  try {
    var wait = FIRST_LINE_MILLIS
    while (!run.await(wait)) {
      println(run.progress())
      wait = BETWEEN_LINES_MILLIS
    }
  } catch (_: InterruptedException) {
    stopped(run)
  }
  val report = run.await()
  println(report.text())
  return report
}

/**
 * After an interrupt of the cell: a kernel on JDK 17 kills this thread 100 ms later unless its name
 * has changed, for then it takes the cell for ended.
 */
private fun stopped(run: PaperRun) {
  Thread.currentThread().name += ", interrupted"
  run.stop()
  check(run.await(TimeUnit.MINUTES.toMillis(1))) { "the runs did not stop within a minute" }
}
