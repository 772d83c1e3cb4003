package dev.stampede.notebook

import dev.stampede.experiment.RunFailedException
import org.jetbrains.kotlinx.jupyter.api.ThrowableRenderer

/**
 * Drops, from all that a cell throws, the frames below the cell's own: some forty of the notebook
 * kernel's, which say nothing.
 *
 * It renders nothing, so that the cell still fails: the kernel asks it before it writes the trace.
 */
internal object ShortTraces : ThrowableRenderer {
  override fun accepts(throwable: Throwable): Boolean {
    withCauses(throwable).forEach { it.stackTrace = downToTheCell(it.stackTrace) }
    explainMissingValue(throwable)
    return false
  }

  override fun render(throwable: Throwable): Any = throwable.toString()
}

/** For an error that is told by its message: of each trace the first frames and the cells' own. */
internal fun <E : Throwable> E.withCellFrames(): E {
  if (stackTrace.any(::isOfACell)) {
    withCauses(this).forEach { it.stackTrace = firstAndCells(it.stackTrace).toTypedArray() }
  }
  return this
}

/**
 * The same error without its cause, and with the cause's frames before the cell's: the kernel names
 * the first line of a cell that it finds, which is then the one that failed.
 */
internal fun RunFailedException.toldInTheCell(): RunFailedException {
  val here = stackTrace.filter(::isOfACell)
  if (here.isEmpty()) return this
  val there = cause?.let { firstAndCells(it.stackTrace) }.orEmpty()
  return withoutCause().apply { stackTrace = (there + here).toTypedArray() }
}

private fun withCauses(e: Throwable): List<Throwable> =
  generateSequence(e) { it.cause }.take(MOST_CAUSES).toList()

private fun firstAndCells(trace: Array<StackTraceElement>): List<StackTraceElement> =
  downToTheCell(trace).filterIndexed { i, frame -> i < FRAMES || isOfACell(frame) }

private fun downToTheCell(trace: Array<StackTraceElement>): Array<StackTraceElement> {
  val last = trace.indexOfLast(::isOfACell)
  return if (last < 0) trace else trace.sliceArray(0..last)
}

private fun isOfACell(frame: StackTraceElement) = frame.className.startsWith("Line_")

/** What a cell that failed was to define is null afterwards, whatever its type says. */
private fun explainMissingValue(e: Throwable) {
  val name = (e as? NullPointerException)?.message?.let(OF_A_CELL::find)?.groupValues?.get(1)
  if (name != null && e.cause == null) {
    val variable = name.replaceFirstChar(Char::lowercase)
    val why =
      "$variable has no value: the cell that defines it failed or was interrupted. " +
        "Run that cell again; lastRun() is the run that was started last"
    e.initCause(IllegalStateException(why).apply { stackTrace = emptyArray() })
  }
}

private val OF_A_CELL =
  Regex("""^Cannot invoke "Line_\d+_jupyter\.get(\w+)\(\)" because .*earlierScripts""")

private const val FRAMES = 2

/** A cause can be its own cause's cause. */
private const val MOST_CAUSES = 10
