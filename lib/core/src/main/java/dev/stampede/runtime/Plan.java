package dev.stampede.runtime;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.Network;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.OptimizerKind;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Everything a {@link Training} needs to know, checked where it is made.
 *
 * @param algorithm what each actor-learner does
 * @param network what all threads share, with the outputs that the algorithm and the heads need
 * @param heads outputs that the algorithm does not know of, its last ones
 * @param initialization how θ starts
 * @param environments makes the environments
 * @param threads actor-learners
 * @param steps T_max in agent steps of all threads together
 * @param seed all randomness follows from it
 * @param rewardScale by what rewards are multiplied for learning; scores stay as they are
 * @param learningRate η at the start of the run
 * @param annealSteps agent steps over which η falls; empty keeps it
 * @param schedule how it falls over them
 * @param reduction of the gradients of a rollout
 * @param optimizer how gradients are applied
 * @param decay α of RMSProp, or of the momentum
 * @param epsilon ε of RMSProp, inside the root, or of Adam
 * @param clipNorm largest norm of a gradient
 * @param until mean return over 100 episodes at which the run ends
 * @param evaluateEvery agent steps between evaluations
 * @param evaluationEpisodes episodes of one evaluation
 * @param greedyEvaluation whether evaluations take the best action instead of drawing one
 * @param normalization of observations and rewards
 * @param deterministic whether evaluations happen on the one actor-learner's thread, so that
 *     nothing depends on timing
 * @param critic the second network, of a method that has one
 */
public record Plan(
    Algorithm algorithm,
    Network network,
    Map<String, Integer> heads,
    Initialization initialization,
    EnvironmentFactory environments,
    int threads,
    long steps,
    long seed,
    double rewardScale,
    double learningRate,
    OptionalLong annealSteps,
    LearningRateSchedule schedule,
    Reduction reduction,
    OptimizerKind optimizer,
    double decay,
    double epsilon,
    double clipNorm,
    OptionalDouble until,
    OptionalLong evaluateEvery,
    int evaluationEpisodes,
    boolean greedyEvaluation,
    Normalization normalization,
    boolean deterministic,
    Optional<CriticPlan> critic) {

  Optimizer newOptimizer() {
    return optimizer.make(network.size(), decay, epsilon, clipNorm);
  }

  /** Numbers of an observation if they are normalised, otherwise 0. */
  int momentsOfObservations() {
    return normalization.observations() ? network.observations().size() : 0;
  }

  /** η after T steps. */
  double learningRate(long T) {
    return learningRate * annealed(T);
  }

  /** By what the schedule multiplies η after T steps. */
  double annealed(long T) {
    return annealSteps.isEmpty()
        ? 1
        : schedule.factor(Math.min(1, (double) T / annealSteps.getAsLong()));
  }
}
