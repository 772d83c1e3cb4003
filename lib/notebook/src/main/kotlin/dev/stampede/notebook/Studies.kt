package dev.stampede.notebook

import dev.stampede.env.EnvironmentFactory
import dev.stampede.env.EnvironmentName
import dev.stampede.env.EnvironmentOptions
import dev.stampede.experiment.Compare
import dev.stampede.experiment.CompareResults
import dev.stampede.experiment.Knob
import dev.stampede.experiment.KnobValues
import dev.stampede.experiment.Preset
import dev.stampede.experiment.Span
import dev.stampede.experiment.StudyBuilder
import dev.stampede.experiment.StudyRun
import dev.stampede.experiment.Sweep
import dev.stampede.experiment.SweepResults
import dev.stampede.result.Metric
import java.nio.file.Files
import java.nio.file.Path
import java.time.LocalDateTime
import java.time.format.DateTimeFormatter
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/** What can be said inside both `compare { }` and `sweep { }`. */
@ExperimentDsl
public interface StudyScope {
  /** An environment by name; of a comparison, beside those named before. */
  public fun env(id: String)

  /** An environment with options: `env("LunarLander-v3", "gravity" to -5.0)`. */
  public fun env(id: String, vararg options: Pair<String, Any>)

  /** A game by a protocol: `env("Breakout", AtariProtocol.machado2018())`. */
  public fun env(id: String, options: EnvironmentOptions)

  /** An environment with all that makes it what it is: `env(python("my_env.py", "MyEnv"))`. */
  public fun env(name: EnvironmentName)

  /** Environments of your own, a new one at each call: `env { MyEnvironment() }`. */
  public fun env(environments: EnvironmentFactory)

  /** Actor-learners of each run; as many runs go side by side as have a core for each of them. */
  public fun threads(n: Int)

  /** The budget of each run: agent steps of all its threads. */
  public fun steps(n: Long)

  /** The budget of each run: agent steps of all its threads. */
  public fun steps(n: Int)

  /** Evaluates every so many agent steps: `5_000.steps`; without it about 20 times. */
  public fun evaluateEvery(interval: Span)

  /** Episodes of each evaluation; 10 if not given. */
  public fun evaluationEpisodes(n: Int)

  /** Whether evaluations take the best action instead of drawing from the policy. */
  public fun greedyEvaluation(greedy: Boolean = true)

  /** What counts as the score of a run; that of the last evaluation if not given. */
  public fun metric(metric: Metric)

  /** Holds a folder for each run. Said again, it is gone on with. */
  public fun out(directory: String)

  /** Holds a folder for each run. Said again, it is gone on with. */
  public fun out(directory: Path)
}

/** What can be said inside `compare { }`. */
@ExperimentDsl
public interface CompareScope : StudyScope {
  /** Several environments by name. */
  public fun envs(vararg ids: String)

  /** Runs of each algorithm in each environment; 10 if not given. Choose it before looking. */
  public fun seeds(n: Int)

  /** The scores that count as 0 and as 1 where several environments are compared. */
  public fun scale(env: String, low: Double, high: Double)
}

/** What can be said inside `sweep { }`. */
@ExperimentDsl
public interface SweepScope : StudyScope {
  /** Tries these values of a knob: `vary(Knob.LEARNING_RATE, logUniform(1e-4, 1e-2))`. */
  public fun vary(knob: Knob, values: KnobValues)

  /** How many settings are drawn; without it each combination of all `oneOf` values is tried. */
  public fun runs(n: Int)

  /** What is drawn follows from it, and the seeds of the trials. */
  public fun seed(seed: Int)

  /**
   * Successive halving: all trials get a small part of the budget, the best 1/[eta] of them go on
   * with [eta] times as much, and so on; the last of the [rounds] ends at `steps`.
   */
  public fun halving(rounds: Int = 3, eta: Int = 2)
}

/** Each of these values: `oneOf(5, 20)`, `oneOf("shared-adam", "shared-rmsprop")`. */
public fun oneOf(vararg values: Any): KnobValues =
  KnobValues.oneOf(*values.map { it.toString() }.toTypedArray())

/** Drawn evenly. */
public fun uniform(low: Number, high: Number): KnobValues =
  KnobValues.uniform(low.toDouble(), high.toDouble())

/** Drawn so that each factor is as likely as any other. */
public fun logUniform(low: Number, high: Number): KnobValues =
  KnobValues.logUniform(low.toDouble(), high.toDouble())

/** Whole numbers drawn evenly, both ends included. */
public fun wholeNumbers(low: Int, high: Int): KnobValues = KnobValues.wholeNumbers(low, high)

/**
 * Runs several algorithms with several seeds each, and shows how it goes.
 *
 *     compare(A3C, A3C.named("A3C + GAE").lambda(0.95)) { env("CartPole"); steps(200_000) }.verdict()
 *
 * Interrupting the cell stops in an orderly way, and the results of the complete runs come back.
 * The same with the same `out` goes on; without one the runs are in `runs/compare-<time>`.
 *
 * @throws IllegalArgumentException if the settings do not go together
 * @throws IllegalStateException if runs failed and none is complete
 */
public fun compare(vararg algorithms: Preset, describe: CompareScope.() -> Unit): CompareResults =
  withShortTraces {
    shown(algorithms, describe).results()
  }

/**
 * As [compare], but lets the cell end at once: the panel goes on while other cells run.
 *
 *     val study = compareInBackground(A3C, NStepQ) { env("CartPole"); steps(200_000) }
 *     study.results().curves() // of the runs that are complete by now
 *     study.pause() // and resume(), stop()
 *     study.await().verdict() // waits for the end; to interrupt the cell stops the study
 *
 * @throws IllegalArgumentException if the settings do not go together
 */
public fun compareInBackground(
  vararg algorithms: Preset,
  describe: CompareScope.() -> Unit,
): StudyRun<CompareResults> = withShortTraces { shown(algorithms, describe).inBackground() }

private fun shown(algorithms: Array<out Preset>, describe: CompareScope.() -> Unit) =
  CompareDescription(Compare.of(*algorithms)).also(describe).plan().let { plan ->
    val what = plan.algorithms().keys.joinToString()
    val size = "${plan.seeds()} seeds · ${whole(plan.steps())} steps each"
    val heading = StudyHeading("compare", what, plan.environments().joinToString(), size)
    ShownStudy(heading, plan.out()) { plan.start(it) }
  }

/**
 * Runs an algorithm with many values of some of its knobs, and shows how it goes.
 *
 *     sweep(A3C) { vary(Knob.LEARNING_RATE, logUniform(1e-4, 1e-2)); runs(50); env("CartPole"); steps(50_000) }
 *         .scatter()
 *
 * Interrupting the cell stops in an orderly way, and the results of the complete trials come back.
 * The same with the same `out` goes on; without one the trials are in `runs/sweep-<time>`.
 *
 * @throws IllegalArgumentException if the settings do not go together
 * @throws IllegalStateException if trials failed and none is complete
 */
public fun sweep(algorithm: Preset, describe: SweepScope.() -> Unit): SweepResults =
  withShortTraces {
    shown(algorithm, describe).results()
  }

/**
 * As [sweep], but lets the cell end at once: the panel goes on while other cells run. What can be
 * done to it is told at [compareInBackground].
 *
 * @throws IllegalArgumentException if the settings do not go together
 */
public fun sweepInBackground(
  algorithm: Preset,
  describe: SweepScope.() -> Unit,
): StudyRun<SweepResults> = withShortTraces { shown(algorithm, describe).inBackground() }

private fun shown(algorithm: Preset, describe: SweepScope.() -> Unit) =
  SweepDescription(Sweep.of(algorithm)).also(describe).plan().let { plan ->
    val size = "${plan.trials()} trials · ${plan.budgets().joinToString(", ") { whole(it) }} steps"
    val heading = StudyHeading("sweep", algorithm.name(), plan.env(), size)
    ShownStudy(heading, plan.out()) { plan.start(it) }
  }

/** The comparisons and sweeps of this notebook that have not ended, the newest last. */
public fun studiesUnderWay(): List<StudyRun<*>> = underWay.filter { it.isRunning }

private val underWay = CopyOnWriteArrayList<StudyRun<*>>()

/** Writes a line for each complete run. */
public fun CompareResults.csv(path: String): Unit = csv(Path.of(path))

/** Writes a line for each complete trial. */
public fun SweepResults.csv(path: String): Unit = csv(Path.of(path))

private fun <R> withShortTraces(run: () -> R): R =
  try {
    run()
  } catch (e: IllegalArgumentException) {
    throw e.withCellFrames()
  } catch (e: IllegalStateException) {
    throw e.withCellFrames()
  }

/**
 * A study that is started and shown on a thread of its own. As for a single run, the cell's thread
 * only waits: a kernel may kill it at any moment.
 */
private class ShownStudy<R : Any>(
  private val heading: StudyHeading,
  private val out: Path,
  private val start: ((String) -> Unit) -> StudyRun<R>,
) {
  private val started = CompletableFuture<StudyRun<R>>()
  private val shown =
    CompletableFuture.runAsync(::show) { task ->
      Thread(task, "study-view").apply { isDaemon = true }.start()
    }

  init {
    shown.whenComplete { _, _ -> returnFreeMemory() } // After the cell has what it waits for.
  }

  private fun show() {
    val panel = StudyPanel.open(heading, out)
    val run =
      try {
        start(panel::message)
      } catch (e: Throwable) {
        started.completeExceptionally(e)
        return
      }
    underWay.removeIf { !it.isRunning }
    underWay += run
    panel.draw(run) // While the cell is the one that runs: what it draws later stays there.
    started.complete(run)
    panel.show(run)
  }

  /** Waits for its end. */
  fun results(): R =
    waiting {
      val run = started.get()
      shown.get()
      run.await()
    } ?: stopped().results()

  /** Waits only until it has started. */
  fun inBackground(): StudyRun<R> = waiting { started.get() } ?: stopped()

  /** Null after an interrupt of the cell. */
  private fun <T : Any> waiting(wait: () -> T): T? =
    try {
      wait()
    } catch (_: InterruptedException) {
      null
    } catch (e: ExecutionException) {
      started.thenAccept { it.stop() } // Nobody would see it go on.
      throw e.cause ?: e
    }

  /**
   * Ends it after an interrupt of the cell; why the thread is renamed is told in Experiments.kt.
   */
  private fun stopped(): StudyRun<R> {
    Thread.currentThread().name += ", interrupted"
    started.thenAccept { it.stop() } // However long it takes to start.
    val run = started.get(GRACE_SECONDS, TimeUnit.SECONDS)
    try {
      shown.get(GRACE_SECONDS, TimeUnit.SECONDS)
    } catch (_: TimeoutException) {
      // It is ending on its own threads.
    }
    return run
  }
}

private const val GRACE_SECONDS = 10L

private val TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")

private fun newFolder(kind: String): Path {
  val name = "$kind-${LocalDateTime.now().format(TIME)}"
  return generateSequence(1) { it + 1 }
    .map { Path.of("runs", if (it == 1) name else "$name-$it") }
    .first { !Files.exists(it) }
}

private open class StudyDescription<B : StudyBuilder<B>>(protected val builder: B) : StudyScope {
  override fun env(id: String) {
    builder.env(id)
  }

  override fun env(id: String, vararg options: Pair<String, Any>) {
    builder.env(id) { options.toMap() }
  }

  override fun env(id: String, options: EnvironmentOptions) {
    builder.env(id, options)
  }

  override fun env(name: EnvironmentName) {
    builder.env(name)
  }

  override fun env(environments: EnvironmentFactory) {
    builder.env(environments)
  }

  override fun threads(n: Int) {
    builder.threads(n)
  }

  override fun steps(n: Long) {
    builder.steps(n)
  }

  override fun steps(n: Int) = steps(n.toLong())

  override fun evaluateEvery(interval: Span) {
    require(interval.unit == Span.Unit.STEPS) {
      "evaluateEvery: expected agent steps, such as 5_000.steps, but got $interval; in an Atari game a step takes 4 frames"
    }
    builder.evaluateEvery(interval.amount)
  }

  override fun evaluationEpisodes(n: Int) {
    builder.evaluationEpisodes(n)
  }

  override fun greedyEvaluation(greedy: Boolean) {
    builder.greedyEvaluation(greedy)
  }

  override fun metric(metric: Metric) {
    builder.metric(metric)
  }

  override fun out(directory: String) = out(Path.of(directory))

  override fun out(directory: Path) {
    builder.out(directory)
  }

  protected fun withFolder(kind: String): B =
    builder.also { if (it.out().isEmpty) it.out(newFolder(kind)) }
}

private class CompareDescription(builder: Compare.Builder) :
  StudyDescription<Compare.Builder>(builder), CompareScope {
  override fun envs(vararg ids: String) {
    builder.envs(*ids)
  }

  override fun seeds(n: Int) {
    builder.seeds(n)
  }

  override fun scale(env: String, low: Double, high: Double) {
    builder.scale(env, low, high)
  }

  fun plan(): Compare = withFolder("compare").build()
}

private class SweepDescription(builder: Sweep.Builder) :
  StudyDescription<Sweep.Builder>(builder), SweepScope {
  override fun vary(knob: Knob, values: KnobValues) {
    builder.vary(knob, values)
  }

  override fun runs(n: Int) {
    builder.runs(n)
  }

  override fun seed(seed: Int) {
    builder.seed(seed.toLong())
  }

  override fun halving(rounds: Int, eta: Int) {
    builder.halving(rounds, eta)
  }

  fun plan(): Sweep = withFolder("sweep").build()
}
