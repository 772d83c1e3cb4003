package dev.stampede.runtime;

import dev.stampede.algorithm.QueuedAgent;
import dev.stampede.algorithm.QueuedAlgorithm;
import dev.stampede.algorithm.QueuedAlgorithm.Sample;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One agent and its environment, as its algorithm sees them; it has no network. Made and used on
 * its own thread.
 *
 * <p>For a checkpoint, agents wait between two rollouts until trainers have learned from all that
 * are in the queue. Those that come too late, and what other threads did at the moment of a crash,
 * are dropped: a run that is resumed learns from new ones.
 */
final class AgentThread implements QueuedAgent {
  private final Training training;
  private final Plan plan;
  private final int id;
  private final Environment environment;
  private final Space actionSpace;
  private final PredictionQueue predictions;
  private final PredictionQueue.Request request;
  private final TrainingQueue rollouts;
  private final SplitMix random;
  private List<Observation> states = new ArrayList<>();
  private final Normalizer normalizer;
  private Observation current;
  private float @Nullable [] predicted;
  private boolean episodeOver;

  private AgentThread(
      Training training,
      Plan plan,
      int id,
      Environment environment,
      PredictionQueue predictions,
      TrainingQueue rollouts,
      long seed) {
    SplitMix seeds = new SplitMix(seed);
    long environmentSeed = seeds.nextLong() >>> 1;
    this.training = training;
    this.plan = plan;
    this.id = id;
    this.environment = environment;
    this.actionSpace = environment.actionSpace();
    this.predictions = predictions;
    this.request = new PredictionQueue.Request(plan.network().outputs());
    this.rollouts = rollouts;
    this.random = new SplitMix(seeds.nextLong());
    this.normalizer = new Normalizer(plan.normalization(), training.moments(), 1);
    this.current = environment.reset(environmentSeed);
    normalizer.count(current);
  }

  /** What the thread of agent {@code id} does from its start to its end. */
  static void run(
      Training training,
      Plan plan,
      QueuedAlgorithm algorithm,
      int id,
      long seed,
      Supplier<Environment> make,
      PredictionQueue predictions,
      TrainingQueue rollouts) {
    try (Environment environment = EpisodeStatistics.around(make.get())) {
      AgentThread agent =
          new AgentThread(training, plan, id, environment, predictions, rollouts, seed);
      Optional<byte[]> resumed = training.resumedActor(id);
      if (resumed.isPresent()) {
        agent.restore(resumed.get());
      }
      training.awaitAllReady();
      algorithm.run(agent);
      agent.normalizer.begin();
      training.safePoint().end(id, agent.state());
    } catch (Throwable e) {
      training.fail(e);
    } finally {
      rollouts.end();
    }
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void begin() {
    normalizer.begin();
    SafePoint safePoint = training.safePoint();
    if (safePoint.asked()) {
      byte[] here = state();
      rollouts.rest();
      safePoint.pass(id, here);
      rollouts.goOn();
    }
    if (episodeOver) {
      current = environment.reset();
      normalizer.count(current);
      episodeOver = false;
      predicted = null;
    }
    if (normalizer.changesObservations()) {
      predicted = null; // By the statistics of its new rollout.
    }
    states = new ArrayList<>();
  }

  @Override
  public float[] predict() {
    float[] known = predicted;
    if (known == null) {
      known = predictions.ask(request, normalizer.observation(current));
      predicted = known;
    }
    return known;
  }

  @Override
  public Step step(Action a) {
    states.add(BatchThread.copy(normalizer.observation(current)));
    Step step = environment.step(Bounds.cut(a, actionSpace));
    long T = training.countStep();
    current = step.observation();
    normalizer.count(current);
    predicted = null;
    episodeOver = step.last();
    if (step.ending() == Step.Ending.LOST) {
      training.countLostEpisode();
    }
    if (step.episode().isPresent()) {
      training.episodeEnded(id, T, step.episode().get().score(), step.episode().get().steps());
    }
    return ActorThread.scaled(normalizer.step(0, step), plan.rewardScale());
  }

  @Override
  public void train(List<Sample> samples) {
    if (samples.size() != states.size()) {
      throw new IllegalArgumentException(
          "expected a sample for each of "
              + states.size()
              + " states since begin() but got "
              + samples.size());
    }
    rollouts.put(new TrainingQueue.Item(states, List.copyOf(samples)));
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** All that this agent must know to go on from here, between two rollouts. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          random.save(out);
          States.save(environment, out);
          normalizer.save(0, out);
          out.writeBoolean(episodeOver);
          States.save(current, out);
        });
  }

  /**
   * Goes on from there; where the environment's state was not saved, with the new episode that it
   * has just started.
   */
  private void restore(byte[] state) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(state));
    random.restore(in);
    boolean goesOn = States.restore(environment, in);
    normalizer.restore(0, in, goesOn);
    if (goesOn) {
      episodeOver = in.readBoolean();
      current = States.readObservation(in);
    }
  }
}
