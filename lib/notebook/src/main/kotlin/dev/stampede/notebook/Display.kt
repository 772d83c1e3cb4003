package dev.stampede.notebook

import dev.stampede.experiment.Experiment
import dev.stampede.experiment.Run
import java.util.UUID
import org.jetbrains.kotlinx.jupyter.api.KotlinKernelHost
import org.jetbrains.kotlinx.jupyter.api.MIME

/** Where a run shows how it goes while it goes. */
internal interface Display {
  /** A line for the user where something lasts. From any thread. */
  fun message(line: String)

  /** Shows the run until it has ended, and how it ended. */
  fun show(run: Run)

  /** Shows that there will be no run. */
  fun failedToStart(cause: Throwable)

  companion object {
    /** The kernel that runs cells in this process, once there is one. */
    @Volatile var kernel: KotlinKernelHost? = null

    fun open(experiment: Experiment): Display =
      kernel?.let { LivePanel(experiment, CellOutput(it)) }
        ?: PrintedLines(experiment, System.out::println)
  }
}

/** One output of a cell that can be drawn again, also by other threads and after the cell ended. */
internal fun interface Output {
  fun draw(html: String, text: String)
}

internal class CellOutput(private val host: KotlinKernelHost) : Output {
  private val id = UUID.randomUUID().toString()
  private var shown = false

  override fun draw(html: String, text: String) {
    val bundle = MIME("text/html" to html, "text/plain" to text)
    if (shown) host.updateDisplay(bundle, id) else host.display(bundle, id)
    shown = true
  }
}

/** The panel of one run, drawn at most twice a second. */
internal class LivePanel(private val experiment: Experiment, private val output: Output) : Display {
  private val messages = ArrayDeque<String>()

  init {
    draw(null)
  }

  override fun message(line: String) {
    synchronized(messages) {
      messages.addLast(line)
      if (messages.size > MESSAGES) messages.removeFirst()
    }
  }

  override fun show(run: Run) {
    var ended = run.await(FIRST_DRAW_MILLIS)
    while (!ended) {
      draw(run)
      ended = run.await(BETWEEN_DRAWS_MILLIS)
    }
    draw(run)
  }

  override fun failedToStart(cause: Throwable) {
    output.draw(panelHtml(experiment, null, listOf(cause.message.orEmpty())), cause.toString())
  }

  private fun draw(run: Run?) {
    val moment = run?.let { Moment.of(it) }
    val lines = synchronized(messages) { messages.toList() }
    output.draw(panelHtml(experiment, moment, lines), panelText(experiment, moment))
  }

  private companion object {
    const val MESSAGES = 4
    const val FIRST_DRAW_MILLIS = 150L
    const val BETWEEN_DRAWS_MILLIS = 500L
  }
}

/** For a program outside a notebook: a line every two seconds. */
internal class PrintedLines(
  private val experiment: Experiment,
  private val print: (String) -> Unit,
) : Display {
  override fun message(line: String) = print(line)

  override fun show(run: Run) {
    while (!run.await(BETWEEN_LINES_MILLIS)) {
      print(panelText(experiment, Moment.of(run)))
    }
    print(panelText(experiment, Moment.of(run)))
  }

  override fun failedToStart(cause: Throwable) {}

  private companion object {
    const val BETWEEN_LINES_MILLIS = 2_000L
  }
}
