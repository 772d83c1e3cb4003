package dev.stampede.notebook

import dev.stampede.runtime.MemoryProgress

/** The part of the panel about a memory, and about those who fill it and learn from it. */
internal fun memoryHtml(memory: MemoryProgress): String =
  table(figures(memory)) + table(actors(memory)) + small(notes(memory))

private fun figures(memory: MemoryProgress): List<Pair<String, String>> {
  val quartiles = memory.priorities().let { if (it.isEmpty()) it else it.subList(1, 4) }
  return listOfNotNull(
    "transitions/s" to whole(memory.transitionsPerSecond()),
    "batches/s" to whole(memory.batchesPerSecond()),
    "replay of ${whole(memory.capacity())}" to whole(memory.size()),
    ("priorities, quartiles" to quartiles.joinToString(" · ", transform = ::brief)).takeIf {
      quartiles.isNotEmpty()
    },
    "age, mean" to whole(memory.meanAge()),
    ("actors wait" to percent(memory.actorsWaited())).takeIf { memory.actorsWaited().isFinite() },
    ("learner waits" to percent(memory.learnerWaited())).takeIf {
      memory.learnerWaited().isFinite()
    },
    ("gradients dropped" to percent(memory.gradientsDropped())).takeIf {
      memory.gradientsDropped().isFinite()
    },
  )
}

/** The return of each; of many, some from the whole ladder. */
private fun actors(memory: MemoryProgress): List<Pair<String, String>> =
  thinned(memory.actors(), MOST_ACTORS).map {
    val epsilon = it.epsilon()
    val name = if (epsilon.isPresent) ", ε ${brief(epsilon.asDouble)}" else ""
    "actor ${it.id()}$name" to score(it.meanReturn())
  }

private fun notes(memory: MemoryProgress): List<String> {
  val n = memory.actors().size
  val which = if (n > MOST_ACTORS) "Some of $n actors" else "Each actor"
  return listOf("$which: mean return of its own last 10 episodes.")
}

private const val MOST_ACTORS = 6
