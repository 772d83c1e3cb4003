package dev.stampede.notebook

import dev.stampede.experiment.Span

/** Agent steps, decisions of all actor-learners together: `50_000.steps`. */
public val Int.steps: Span
  get() = Span(toLong(), Span.Unit.STEPS)

/** Agent steps: `50_000L.steps`. */
public val Long.steps: Span
  get() = Span(this, Span.Unit.STEPS)

/** Frames of the emulator, four to a step in Atari games: `200_000.frames`. */
public val Int.frames: Span
  get() = Span(toLong(), Span.Unit.FRAMES)

/** Frames of the emulator: `200_000L.frames`. */
public val Long.frames: Span
  get() = Span(this, Span.Unit.FRAMES)
