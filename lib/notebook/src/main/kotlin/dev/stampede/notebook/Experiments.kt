package dev.stampede.notebook

import dev.stampede.env.EnvironmentFactory
import dev.stampede.env.EnvironmentName
import dev.stampede.env.EnvironmentOptions
import dev.stampede.experiment.Device
import dev.stampede.experiment.Experiment
import dev.stampede.experiment.Preset
import dev.stampede.experiment.Run
import dev.stampede.experiment.RunFailedException
import dev.stampede.experiment.Span
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/** Keeps the blocks of an experiment from reaching into the block around them. */
@DslMarker @Target(AnnotationTarget.CLASS) public annotation class ExperimentDsl

/**
 * What can be said inside `experiment { }`.
 *
 * It has no properties, so that `threads(threads)` always means the notebook's own `threads`.
 */
@ExperimentDsl
public interface ExperimentScope {
  /** An algorithm with its settings, such as `A3C` or `A3C.entropy(0.02)`. */
  public fun algorithm(preset: Preset)

  /** An algorithm by name, such as `"A3C"`. */
  public fun algorithm(name: String)

  /** Actor-learners, each on a thread of its own. */
  public fun threads(n: Int)

  /** The same, as Ape-X names it: actors beside its learner. */
  public fun actors(n: Int)

  /** An environment by name: `"CartPole"`, `"Breakout"`, or any Gymnasium id. */
  public fun env(id: String)

  /** An environment with options: `env("LunarLander-v3", "gravity" to -5.0)`. */
  public fun env(id: String, vararg options: Pair<String, Any>)

  /** A game by a protocol: `env("Breakout", AtariProtocol.machado2018())`. */
  public fun env(id: String, options: EnvironmentOptions)

  /** An environment with all that makes it what it is: `env(python("my_env.py", "MyEnv"))`. */
  public fun env(name: EnvironmentName)

  /** Python packages that the environment needs: `packages("highway-env==1.10.1")`. */
  public fun packages(vararg packages: String)

  /** Environments of your own, a new one at each call: `env { MyEnvironment() }`. */
  public fun env(environments: EnvironmentFactory)

  /** The budget: agent steps of all threads together. */
  public fun steps(n: Long)

  /** The budget: agent steps of all threads together. */
  public fun steps(n: Int)

  /** Everything random follows from it. */
  public fun seed(seed: Long)

  /** Everything random follows from it. */
  public fun seed(seed: Int)

  /** Ends the run when the mean return of the last 100 training episodes reaches this. */
  public fun until(meanReturn: Double)

  /** Ends the run when the mean return of the last 100 training episodes reaches this. */
  public fun until(meanReturn: Int)

  /** Evaluates in an environment of its own every so many agent steps: `50_000.steps`. */
  public fun evaluateEvery(interval: Span)

  /** Evaluates in an environment of its own every so many agent steps. */
  public fun evaluateEvery(steps: Long)

  /** Evaluates in an environment of its own every so many agent steps. */
  public fun evaluateEvery(steps: Int)

  /** Keeps the parameters every so many agent steps, so that `run.at(step)` can go back to them. */
  public fun keepParametersEvery(interval: Span)

  /** Keeps the parameters every so many agent steps, so that `run.at(step)` can go back to them. */
  public fun keepParametersEvery(steps: Int)

  /** Saves replay memories with each checkpoint, so that a run that goes on has them. */
  public fun saveReplay()

  /** Episodes of each evaluation. */
  public fun evaluationEpisodes(n: Int)

  /** Makes the run repeatable bit for bit; with one thread only. */
  public fun deterministic()

  /** What the learner computes on: `device(cpu())`, the default. `device(gpu())` is refused. */
  public fun device(device: Device)

  /**
   * Whether evaluations take the best action instead of drawing from the policy. By default a
   * policy is drawn from; methods that learn Q(s, a) are greedy in any case.
   */
  public fun greedyEvaluation(greedy: Boolean = true)

  /** Writes the results into this folder, which is made if need be. */
  public fun out(directory: String)

  /** Writes the results into this folder, which is made if need be. */
  public fun out(directory: Path)

  /**
   * Lets the cell end at once: its panel goes on while other cells run, and `run.stop()`,
   * `run.pause()` or `run.learningRate(3e-4)` reach the run from there.
   */
  public fun background()
}

/** For `device(cpu())`. */
public fun cpu(): Device = Device.cpu()

/** For `device(gpu())`, which this version refuses with what it found. */
public fun gpu(): Device = Device.gpu()

/**
 * Runs an experiment and shows how it goes, in place, until it ends.
 *
 *     val run = experiment { algorithm(A3C); threads(16); env("Breakout") }
 *
 * Interrupting the cell ends the run in an orderly way; what it learned and measured is in the run
 * that comes back. Where there is no notebook it prints a line now and then instead.
 *
 * @throws IllegalArgumentException if the settings do not go together
 * @throws RunFailedException if anything fails while it runs; [lastRun] has the results until then
 */
public fun experiment(describe: ExperimentScope.() -> Unit): Run = runShown {
  Description(Experiment.of()).also(describe)
}

internal fun runShown(describe: () -> Description): Run =
  try {
    runShown(describe())
  } catch (e: IllegalArgumentException) {
    throw e.withCellFrames()
  } catch (e: RunFailedException) {
    throw e.toldInTheCell()
  }

private fun runShown(description: Description): Run {
  val experiment = description.experiment // Throws where the parts do not go together.
  val started = CompletableFuture<Run>()
  val shown =
    CompletableFuture.runAsync({ show(experiment, started) }) { task ->
        Thread(task, "run-view").apply { isDaemon = true }.start()
      }
      .whenComplete { _, e ->
        if (e != null) started.completeExceptionally(e.cause ?: e)
        description.folder?.let(::deleteIfEmpty)
      }
  shown.whenComplete { _, _ -> returnFreeMemory() } // After the cell has what it waits for.
  try {
    val run = started.get()
    if (description.inBackground) return run
    shown.get()
    return run.await()
  } catch (_: InterruptedException) {
    return stopped(started, shown)
  } catch (e: ExecutionException) {
    throw (e.cause ?: e).alsoFromHere()
  }
}

/** Says which cell it came from: it was thrown on another thread. */
private fun Throwable.alsoFromHere(): Throwable = apply { stackTrace += Throwable().stackTrace }

/** Starts the run and shows it until it has ended. */
private fun show(experiment: Experiment, started: CompletableFuture<Run>) {
  val view = Display.open(experiment)
  val run =
    try {
      experiment.start(view::message)
    } catch (e: Throwable) {
      view.failedToStart(e)
      started.completeExceptionally(e)
      return
    }
  last = run
  underWay.removeIf { !it.isRunning }
  underWay += run
  started.complete(run)
  view.show(run)
}

/**
 * Ends the run after an interrupt of the cell, and gives it back.
 *
 * A kernel on JDK 17 would kill this thread 100 ms after the interrupt, in the middle of anything;
 * it does not where the thread's name has changed, for then it takes the cell for ended.
 */
private fun stopped(started: CompletableFuture<Run>, shown: CompletableFuture<Void>): Run {
  Thread.currentThread().name += ", interrupted"
  val run = started.get(1, TimeUnit.SECONDS)
  run.stop()
  try {
    shown.get(GRACE_MILLIS, TimeUnit.MILLISECONDS)
  } catch (_: TimeoutException) {
    // It is ending on its own threads.
  }
  return run
}

private const val GRACE_MILLIS = 100L

/** The run that was started last, also when its cell was interrupted or failed. */
public fun lastRun(): Run =
  last ?: throw IllegalStateException("there is no run yet; experiment { … } starts one")

@Volatile private var last: Run? = null

/** The runs of this notebook that have not ended, the newest last. */
public fun runsUnderWay(): List<Run> = underWay.filter { it.isRunning }

private val underWay = CopyOnWriteArrayList<Run>()

internal fun describedBy(describe: ExperimentScope.() -> Unit): Experiment =
  Description(Experiment.of()).also(describe).experiment

/** What was said about an experiment. */
internal class Description(private val builder: Experiment.Builder) : ExperimentScope {
  var inBackground = false
    private set

  /** Of the results, where nobody named one. */
  var folder: Path? = null
    private set

  /** Where nobody said otherwise, a notebook's runs leave their results beside it. */
  val experiment: Experiment by lazy {
    val said = builder.build()
    if (said.out().isPresent || Display.kernel == null) said
    else newRunFolder(said).also { folder = it }.let { builder.outIfPossible(it).build() }
  }

  override fun algorithm(preset: Preset) {
    builder.algorithm(preset)
  }

  override fun algorithm(name: String) {
    builder.algorithm(name)
  }

  override fun threads(n: Int) {
    builder.threads(n)
  }

  override fun actors(n: Int) {
    builder.actors(n)
  }

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

  override fun packages(vararg packages: String) {
    builder.packages(*packages)
  }

  override fun env(environments: EnvironmentFactory) {
    builder.env(environments)
  }

  override fun steps(n: Long) {
    builder.steps(n)
  }

  override fun steps(n: Int) = steps(n.toLong())

  override fun seed(seed: Long) {
    builder.seed(seed)
  }

  override fun seed(seed: Int) = seed(seed.toLong())

  override fun until(meanReturn: Double) {
    builder.until(meanReturn)
  }

  override fun until(meanReturn: Int) = until(meanReturn.toDouble())

  override fun evaluateEvery(interval: Span) {
    require(interval.unit == Span.Unit.STEPS) {
      "evaluateEvery: expected agent steps, such as 50_000.steps, but got $interval; in an Atari game a step takes 4 frames"
    }
    evaluateEvery(interval.amount)
  }

  override fun evaluateEvery(steps: Long) {
    builder.evaluateEvery(steps)
  }

  override fun evaluateEvery(steps: Int) = evaluateEvery(steps.toLong())

  override fun keepParametersEvery(interval: Span) {
    require(interval.unit == Span.Unit.STEPS) {
      "keepParametersEvery: expected agent steps, such as 50_000.steps, but got $interval"
    }
    builder.keepParametersEvery(interval.amount)
  }

  override fun keepParametersEvery(steps: Int) {
    builder.keepParametersEvery(steps.toLong())
  }

  override fun saveReplay() {
    builder.saveReplay(true)
  }

  override fun evaluationEpisodes(n: Int) {
    builder.evaluationEpisodes(n)
  }

  override fun deterministic() {
    builder.deterministic(true)
  }

  override fun device(device: Device) {
    builder.device(device)
  }

  override fun greedyEvaluation(greedy: Boolean) {
    builder.greedyEvaluation(greedy)
  }

  override fun out(directory: String) = out(Path.of(directory))

  override fun out(directory: Path) {
    builder.out(directory)
  }

  override fun background() {
    inBackground = true
  }
}
