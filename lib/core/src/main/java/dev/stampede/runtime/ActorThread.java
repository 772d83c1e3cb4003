package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Parameters;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One actor-learner: its environment and its θ′, as its algorithm sees them. Made and used on its
 * own thread.
 */
final class ActorThread implements ActorLearner {
  private final Training training;
  private final Parameters theta;
  private final Plan plan;
  private final int id;
  private final Environment environment;
  private final LocalNetwork network;
  private final SplittableRandom random;
  private final int actions;
  private int t;
  private boolean episodeOver;

  private ActorThread(
      Training training,
      Plan plan,
      int id,
      Environment environment,
      LocalNetwork network,
      SplittableRandom random) {
    this.training = training;
    this.theta = training.shared();
    this.plan = plan;
    this.id = id;
    this.environment = environment;
    this.network = network;
    this.random = random;
    this.actions = ((Space.Discrete) environment.actionSpace()).n();
  }

  /** What the thread of actor-learner {@code id} does from its start to its end. */
  static void run(
      Training training, Plan plan, int id, SplittableRandom seeds, Supplier<Environment> make) {
    try (Environment environment = EpisodeStatistics.around(make.get());
        LocalNetwork network = plan.network().local(plan.algorithm().rolloutLength() + 1)) {
      long environmentSeed = seeds.nextLong() >>> 1;
      ActorThread actor = new ActorThread(training, plan, id, environment, network, seeds.split());
      network.put(0, environment.reset(environmentSeed));
      training.awaitAllReady();
      training.cores().enter();
      try {
        plan.algorithm().run(actor);
      } finally {
        training.cores().leave();
      }
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void sync() {
    if (episodeOver) {
      network.put(0, training.cores().without(environment::reset));
      episodeOver = false;
    } else {
      network.copy(t, 0);
    }
    t = 0;
    network.sync(theta);
  }

  @Override
  public float[] act() {
    return network.forward(t);
  }

  @Override
  public Step step(Action a) {
    Step step = training.cores().without(() -> environment.step(a));
    long T = training.countStep();
    t++;
    network.put(t, step.observation());
    episodeOver = step.last();
    if (step.ending() == Step.Ending.LOST) {
      training.countLostEpisode();
    }
    if (step.episode().isPresent()) {
      training.episodeEnded(id, T, step.episode().get().score(), step.episode().get().steps());
    }
    return step;
  }

  @Override
  public void update(Loss loss) {
    long T = training.steps();
    network.backward(t, (out, dOut) -> checked(loss.at(out, dOut)), dTheta -> apply(dTheta, T));
    training.countUpdate();
    if (plan.deterministic()) {
      training.evaluator().evaluateIfDue(training, theta);
    } else {
      training.evaluator().submitIfDue(training, theta);
    }
  }

  private void apply(Gradient dTheta, long T) {
    training.optimizer().update(theta, dTheta, plan.learningRate(T));
  }

  private double checked(Terms terms) {
    double loss = terms.sum();
    if (!Double.isFinite(loss)) {
      throw new IllegalStateException(
          "the loss is "
              + loss
              + " in actor-learner "
              + id
              + " at step "
              + training.steps()
              + " (policy "
              + terms.policy()
              + ", value "
              + terms.value()
              + ", entropy "
              + terms.entropy()
              + "); an environment that gives NaN, or a learning rate that is too high, does this."
              + " All results so far are kept");
    }
    return loss;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public int actions() {
    return actions;
  }
}
