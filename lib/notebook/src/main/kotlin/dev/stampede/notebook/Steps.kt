package dev.stampede.notebook

/** A number of agent steps: decisions of all actor-learners together. */
@JvmInline public value class Steps(public val count: Long)

/** `50_000.steps` */
public val Int.steps: Steps
  get() = Steps(toLong())

/** `50_000L.steps` */
public val Long.steps: Steps
  get() = Steps(this)
