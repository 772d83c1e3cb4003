package dev.stampede.notebook

import org.jetbrains.kotlinx.jupyter.api.ThrowableRenderer

/**
 * Drops, from all that a cell throws, the frames below the cell's own: some forty of the notebook
 * kernel's, which say nothing.
 *
 * It renders nothing, so that the cell still fails: the kernel asks it before it writes the trace.
 */
internal object ShortTraces : ThrowableRenderer {
  override fun accepts(throwable: Throwable): Boolean {
    withCauses(throwable).forEach { it.dropBelowTheCell() }
    return false
  }

  override fun render(throwable: Throwable): Any = throwable.toString()
}

/**
 * Leaves the first frames and the cells' own, for an error that is told by its message. Where there
 * is no cell everything stays.
 */
internal fun <E : Throwable> E.withCellFrames(): E {
  if (stackTrace.any(::isOfACell)) {
    withCauses(this).forEach { each ->
      each.dropBelowTheCell()
      each.stackTrace =
        each.stackTrace.filterIndexed { i, frame -> i < FRAMES || isOfACell(frame) }.toTypedArray()
    }
  }
  return this
}

private fun withCauses(e: Throwable): List<Throwable> =
  generateSequence(e) { it.cause }.take(MOST_CAUSES).toList()

private fun Throwable.dropBelowTheCell() {
  val cell = stackTrace.indexOfLast(::isOfACell)
  if (cell >= 0) {
    stackTrace = stackTrace.copyOf(cell + 1).requireNoNulls()
  }
}

private fun isOfACell(frame: StackTraceElement) = frame.className.startsWith("Line_")

private const val FRAMES = 2

/** A cause can be its own cause's cause. */
private const val MOST_CAUSES = 10
