package dev.stampede.notebook

import dev.stampede.env.EnvironmentName
import dev.stampede.experiment.Run
import dev.stampede.record.Recorder
import dev.stampede.record.Recording
import dev.stampede.record.RecordingException
import dev.stampede.record.Take
import java.nio.file.Files
import java.nio.file.Path
import java.util.Base64
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult

/**
 * Plays whole episodes by what the run has learned so far and films them; a cell shows the video.
 *
 *     run.video(episodes = 3)
 *
 * It is an MP4 with the score below the picture, or a GIF where no ffmpeg can be had. Files of more
 * than 16 MB are not shown but named.
 *
 * @param file where to keep it: `.mp4`, `.gif`, or `.jsonl` for a trajectory that replays exactly;
 *   without it a temporary file that goes when the kernel ends
 * @param seed of the environment and of drawn actions
 * @param steps of all episodes, at most
 * @param greedy takes the most probable action instead of drawing one; if not given, as the run's
 *   evaluations do
 * @throws IllegalStateException if the run failed before it had parameters
 * @throws IllegalArgumentException if the environment cannot be rendered
 */
public fun Run.video(
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
  greedy: Boolean? = null,
): Recording = policy().video(file, episodes, seed, steps, greedy)

/**
 * Films random actions in an environment; a cell shows the video. See [Run.video].
 *
 *     video("Catch", episodes = 5)
 */
public fun video(
  env: String,
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
): Recording {
  val take = Take(episodes, seed, steps)
  return recorded(file) { Recorder.random(env, take, it, ::println) }
}

/**
 * Films random actions in an environment with options, or in one of your own. See [Run.video].
 *
 *     video(gym("LunarLander-v3", "gravity" to -5.0))
 *     video(python("my_env.py", "MyEnv"), episodes = 3)
 */
public fun video(
  env: EnvironmentName,
  file: String? = null,
  episodes: Int = 1,
  seed: Long = 7,
  steps: Long = Take.DEFAULT_STEPS,
): Recording = video(env.toString(), file, episodes, seed, steps)

internal fun <T> recorded(file: String?, record: (Path) -> T): T =
  if (file != null) record(Path.of(file))
  else
    try {
      record(temporary(".mp4"))
    } catch (e: RecordingException) {
      println("${e.message?.lineSequence()?.first()}; here is a GIF")
      record(temporary(".gif"))
    }

private fun temporary(ending: String): Path =
  Files.createTempFile("stampede-video", ending).also { it.toFile().deleteOnExit() }

private const val LARGEST_SHOWN = 16L shl 20

/** What a recording looks like as a cell's value, with a line below it. */
internal fun Recording.output(text: String = summary()): MimeTypedResult {
  val name = file().toString()
  if (!name.endsWith(".mp4") && !name.endsWith(".gif")) {
    return MIME("text/plain" to "$text; ${file()}")
  }
  val size = Files.size(file())
  if (size > LARGEST_SHOWN) {
    return MIME("text/plain" to "$text; ${size shr 20} MB, too large to be shown here: ${file()}")
  }
  val data = Base64.getEncoder().encodeToString(Files.readAllBytes(file()))
  val picture =
    if (name.endsWith(".gif")) "<img src=\"data:image/gif;base64,$data\" alt=\"${escaped(text)}\"/>"
    else
      "<video controls autoplay loop muted playsinline src=\"data:video/mp4;base64,$data\"></video>"
  return MIME("text/html" to "$picture<div>${escaped(text)}</div>", "text/plain" to text)
}

internal fun Recording.summary(): String {
  val ended = scores().joinToString(", ") { score(it) }
  val scores =
    when (scores().size) {
      0 -> "no whole episode"
      1 -> "score $ended"
      else -> "scores $ended"
    }
  return "${environment()}: ${whole(steps())} steps, $scores"
}
