package dev.stampede.notebook

import ai.djl.ndarray.NDArray
import dev.stampede.algorithm.ActorCritic
import dev.stampede.algorithm.ActorLearner
import dev.stampede.algorithm.LinearLearner
import dev.stampede.algorithm.LossInputs
import dev.stampede.algorithm.LossTerm
import dev.stampede.algorithm.Policy
import dev.stampede.algorithm.Rollout
import dev.stampede.experiment.Algorithms
import dev.stampede.experiment.Preset
import dev.stampede.nn.Layers

/**
 * A network of your own, from the observations to the last hidden layer:
 *
 *     A3C.network { conv(16, 8, 4); conv(32, 4, 2); dense(256); lstm(256) }
 *
 * A ReLU follows each layer, until `tanh()` or `linear()` says otherwise. Any DJL block can be the
 * network too: `A3C.networkOf { outputs -> … }`.
 */
public fun Preset.network(describe: NetworkScope.() -> Unit): Preset = layers {
  NetworkScope(it).describe()
}

/** What can be said inside `network { }`. */
@ExperimentDsl
public class NetworkScope internal constructor(private val layers: Layers) {
  /** A convolution with a kernel of so many pixels a side. */
  public fun conv(filters: Int, kernel: Int, stride: Int): Unit =
    layers.conv(filters, kernel, stride)

  /** A dense layer. */
  public fun dense(units: Int): Unit = layers.dense(units)

  /** LSTM cells after the last hidden layer. */
  public fun lstm(cells: Int): Unit = layers.lstm(cells)

  /** ReLU after each layer that follows. */
  public fun relu(): Unit = layers.relu()

  /** tanh after each layer that follows. */
  public fun tanh(): Unit = layers.tanh()

  /** Nothing after each layer that follows. */
  public fun linear(): Unit = layers.linear()

  /** Outputs beside the algorithm's, for a term of your own: `head("next", 4) { dense(128) }`. */
  public fun head(name: String, outputs: Int, hidden: NetworkScope.() -> Unit = {}): Unit =
    layers.head(name, outputs) { NetworkScope(it).hidden() }
}

/**
 * A loss of your own, in place of A3C's:
 *
 *     A3C.loss { policy + 0.5 * value - 0.02 * entropy }
 *
 * The terms are sums over a rollout's steps. Those of the actor-critic are computed in closed form;
 * what you add is an expression of arrays, and is differentiated.
 */
public fun Preset.loss(terms: LossScope.() -> LossTerm): Preset = lossOf { LossScope(it).terms() }

/** What can be said inside `loss { }`; n is the number of the rollout's steps. */
@ExperimentDsl
public class LossScope internal constructor(private val of: LossInputs) {
  /** Σ −log π(a|s) · A, the advantage a constant. */
  public val policy: LossTerm
    get() = of.policy()

  /** Σ ½(R − V(s))². */
  public val value: LossTerm
    get() = of.value()

  /** Σ H(π(s)), in nats; subtract it to keep the policy from settling early. */
  public val entropy: LossTerm
    get() = of.entropy()

  /** What the network was shown and gave, as arrays: `batch.values()`, `batch.next()`. */
  public val batch: LossInputs
    get() = of

  /** A head of the network, shape (n, its outputs). */
  public fun head(name: String): NDArray = of.head(name)

  /** Σ of the mean over k of (x − y)², for shapes (n, k) or (n). */
  public fun mse(x: NDArray, y: NDArray): LossTerm = of.mse(x, y)

  /** One number made of arrays as a term. */
  public fun term(expression: NDArray): LossTerm = of.term(expression)
}

public operator fun Number.times(term: LossTerm): LossTerm = term.times(toDouble())

public operator fun LossTerm.times(weight: Number): LossTerm = times(weight.toDouble())

public operator fun LossTerm.unaryMinus(): LossTerm = times(-1.0)

public operator fun NDArray.plus(term: LossTerm): LossTerm = term.plus(this)

public operator fun NDArray.minus(term: LossTerm): LossTerm = term.times(-1.0).plus(this)

/**
 * An algorithm of your own, written in a cell: what one actor-learner thread does.
 *
 *     val mine = actorLearner("mine", tMax = 5) {
 *       while (running) {
 *         sync()
 *         val rollout = rollout()
 *         var R = if (rollout.terminated()) 0.0 else value()
 *         for (i in rollout.steps.reversed()) {
 *           R = rollout.reward(i) + 0.99 * R
 *           rollout.setTarget(i, R)
 *         }
 *         update(rollout) { policy + 0.5 * value - 0.01 * entropy }
 *       }
 *     }
 *     experiment { algorithm(mine); env("CartPole"); threads(4) }
 *
 * The block runs on each thread, all at once: what it shares with other threads it must guard.
 *
 * @param tMax longest rollout, in steps
 */
public fun actorLearner(name: String, tMax: Int, run: ActorLearnerScope.() -> Unit): Preset {
  require(tMax >= 1) { "tMax: expected at least 1 step but got $tMax" }
  return Algorithms.own(
    name,
    object : ActorCritic {
      override fun run(actor: ActorLearner) = ActorLearnerScope(actor, tMax).run()

      override fun rolloutLength() = tMax
    },
  )
}

/**
 * One actor-learner thread as its algorithm sees it: all of [ActorLearner], and the usual parts of
 * an actor-critic.
 */
@ExperimentDsl
public class ActorLearnerScope internal constructor(private val actor: ActorLearner, tMax: Int) :
  ActorLearner by actor {
  private val rollout = Rollout(tMax)

  /** π, from the first of the network's outputs. */
  public val policy: Policy = Policy.over(actor.actionSpace())

  /** Whether the budget is not used yet and nobody asked the run to stop. */
  public val running: Boolean
    get() = actor.running()

  /** Acts by π until tMax steps are done or the episode ends; the same object each time. */
  public fun rollout(): Rollout = rollout.apply { collect(actor, policy) }

  /** V of the current state. */
  public fun value(): Double = actor.act()[policy.outputs()].toDouble()

  // Delegation leaves out what has a default in Java.
  override fun observations(): FloatArray = actor.observations()

  override fun heads(): Map<String, Int> = actor.heads()

  override fun linear(): LinearLearner = actor.linear()

  /** Updates θ by the gradient of a sum of terms over the rollout. */
  public fun update(rollout: Rollout, loss: LossScope.() -> LossTerm) {
    dev.stampede.algorithm.RolloutLoss { LossScope(it).loss() }.update(actor, policy, rollout)
  }
}

/** The rollout's steps, from 0. */
public val Rollout.steps: IntRange
  get() = 0 until size()
