package dev.stampede.notebook

import dev.stampede.diagnosis.Diagnosis
import dev.stampede.experiment.CompareResults
import dev.stampede.experiment.CompareVerdict
import dev.stampede.experiment.Run
import dev.stampede.experiment.SweepResults
import dev.stampede.paper.PaperReport
import dev.stampede.record.Recording
import dev.stampede.record.Watched
import dev.stampede.report.Card
import java.io.File
import java.util.jar.JarFile
import org.jetbrains.kotlinx.jupyter.api.libraries.JupyterIntegration
import org.jetbrains.letsPlot.Figure

/**
 * What the Kotlin kernel does when a notebook loads `stampede.jar`: imports the names, and shows
 * runs, figures and videos.
 */
public class Integration : JupyterIntegration() {
  override fun Builder.onLoaded() {
    dependencies(*classPath())
    import(
      "dev.stampede.diagnosis.*",
      "dev.stampede.env.*",
      "dev.stampede.experiment.*",
      "dev.stampede.experiment.Algorithms.*",
      "dev.stampede.gym.*",
      "dev.stampede.nn.Networks",
      "dev.stampede.nn.TileCoding",
      "dev.stampede.notebook.*",
      "dev.stampede.paper.*",
      "dev.stampede.record.*",
      "dev.stampede.result.*",
      "dev.stampede.runtime.LearningRateSchedule",
      "org.jetbrains.letsPlot.geom.*",
      "org.jetbrains.letsPlot.letsPlot",
    )
    render<Run> { it.output() }
    render<Figure> { it.output() }
    render<StoredRuns> { it.output() }
    render<Diagnosis> { it.output() }
    render<Recording> { it.output() }
    render<CompareResults> { it.output() }
    render<CompareVerdict> { it.output() }
    render<SweepResults> { it.output() }
    render<SweepTable> { it.output() }
    render<Watched> { it.output() }
    render<Card> { it.output() }
    render<PaperReport> { it.plot().output() }
    addThrowableRenderer(ShortTraces)
    onLoaded {
      Display.kernel = this
      dieWithParent()
    }
    beforeCellExecution { Display.kernel = this }
  }
}

/**
 * Ends this process when the one that started the kernel is gone. On Linux the system does it; a
 * kernel that was not started by notebooks/kernel.py is left alone.
 */
private fun dieWithParent() {
  val parent = System.getProperty("stampede.parent")?.toLongOrNull() ?: return
  ProcessHandle.of(parent).ifPresent { it.onExit().thenRun { Runtime.getRuntime().halt(1) } }
}

/** The jars that this jar's manifest names, so that cells compile against them too. */
private fun classPath(): Array<String> {
  val jar = File(Integration::class.java.protectionDomain.codeSource.location.toURI())
  if (!jar.isFile) return emptyArray()
  val names =
    JarFile(jar).use { it.manifest?.mainAttributes?.getValue("Class-Path") }.orEmpty().split(" ")
  return names
    .filter { name -> OF_THE_KERNEL.none { name.contains("/$it-") } }
    .map { File(jar.parentFile, it).path }
    .toTypedArray()
}

/** Jars that the kernel brings in versions of its own. */
private val OF_THE_KERNEL = listOf("kotlin-stdlib", "annotations", "slf4j-api")
