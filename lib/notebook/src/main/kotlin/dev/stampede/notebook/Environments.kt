package dev.stampede.notebook

import dev.stampede.env.EnvironmentName
import dev.stampede.env.EnvironmentOptions
import dev.stampede.env.Environments
import dev.stampede.env.RawEnvironment

/**
 * An environment of your own: a class of a Python file, `env(python("my_env.py", "MyEnv"))`.
 *
 * @param file as seen from the notebook's folder
 * @param options named arguments for the class: `"wind" to 0.3`
 */
public fun python(
  file: String,
  className: String,
  vararg options: Pair<String, Any>,
): EnvironmentName = EnvironmentName.python(file, className).with(*options)

/** An environment with options: `gym("LunarLander-v3", "gravity" to -5.0)`. */
public fun gym(id: String, vararg options: Pair<String, Any>): EnvironmentName =
  EnvironmentName.parse(id).with(*options)

/** A game by a protocol: `gym("Breakout", AtariProtocol.machado2018())`. */
public fun gym(id: String, options: EnvironmentOptions): EnvironmentName =
  EnvironmentName.parse(id).with(*options.options().toList().toTypedArray())

private fun EnvironmentName.with(vararg options: Pair<String, Any>): EnvironmentName =
  options.fold(this) { name, (option, value) -> name.with(option, value) }

/** This environment inside a wrapper of Gymnasium's, or of anybody's as `"module:Wrapper"`. */
public fun EnvironmentName.wrapped(
  wrapper: String,
  vararg options: Pair<String, Any>,
): EnvironmentName = wrapped(wrapper, options.toMap())

/**
 * An environment exactly as its own library steps it, for as long as the block runs:
 * `stepping("FrozenLake-v1") { reset(1); step(sampleAction()); observation() }`.
 *
 * @param render whether `render()` will be asked for pictures
 */
public fun <T> stepping(name: String, render: Boolean = false, block: RawEnvironment.() -> T): T =
  Environments.open(name, 1) { println(it) }.use { it.raw(render).use(block) }

/** An environment exactly as its own library steps it, for as long as the block runs. */
public fun <T> stepping(
  name: EnvironmentName,
  render: Boolean = false,
  block: RawEnvironment.() -> T,
): T = stepping(name.toString(), render, block)
