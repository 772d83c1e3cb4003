package dev.stampede.runtime;

import dev.stampede.algorithm.ReplayActor;
import dev.stampede.algorithm.ReplayAlgorithm;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.ActorParameters;
import dev.stampede.nn.LocalCritic;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.ParameterSource;
import dev.stampede.nn.ParameterVersion;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.TransitionSink;
import dev.stampede.replay.Transitions;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One actor: its environment, its copy of the parameters and its local buffer, as its algorithm
 * sees them. It knows the learner by nothing but what takes its transitions and where it has
 * parameters from. Made and used on its own thread.
 */
final class ReplayActorThread implements ReplayActor {
  private final Training training;
  private final Plan plan;
  private final int id;
  private final Environment environment;
  private final Space actionSpace;
  private final LocalNetwork network;
  private final @Nullable LocalCritic critic;
  private final LocalBuffer buffer;
  private final TransitionSink sink;
  private final ParameterSource parameters;
  private final Cores.Share cores;
  private final SplitMix random;
  private ParameterVersion version = ParameterVersion.NONE;
  private Observation current;
  private int at;
  private boolean episodeOver;
  private long steps;

  private ReplayActorThread(
      Training training,
      Plan plan,
      ReplayAlgorithm algorithm,
      int id,
      Environment environment,
      LocalNetwork network,
      @Nullable LocalCritic critic,
      TransitionSink sink,
      ParameterSource parameters,
      long seed) {
    SplitMix seeds = new SplitMix(seed);
    long environmentSeed = seeds.nextLong() >>> 1;
    this.training = training;
    this.plan = plan;
    this.id = id;
    this.environment = environment;
    this.actionSpace = environment.actionSpace();
    this.network = network;
    this.sink = sink;
    this.parameters = parameters;
    this.cores = training.cores().share();
    this.random = new SplitMix(seeds.nextLong());
    this.buffer =
        new LocalBuffer(
            id,
            algorithm.memory().n(),
            algorithm.memory().gamma(),
            plan.network().observations(),
            actionSpace,
            algorithm.kept(actionSpace));
    this.critic = critic;
    this.current = environment.reset(environmentSeed);
    buffer.start(current);
  }

  /** What the thread of actor {@code id} does from its start to its end. */
  static void run(
      Training training,
      Plan plan,
      ReplayAlgorithm algorithm,
      int id,
      long seed,
      Supplier<Environment> make,
      TransitionSink sink,
      ParameterSource parameters) {
    try (Environment environment = EpisodeStatistics.around(make.get());
        LocalNetwork network = plan.network().local(2);
        LocalCritic critic = plan.critic().map(of -> of.network().local(1)).orElse(null)) {
      ReplayActorThread actor =
          new ReplayActorThread(
              training, plan, algorithm, id, environment, network, critic, sink, parameters, seed);
      Optional<byte[]> resumed = training.resumedActor(id);
      if (resumed.isPresent()) {
        actor.restore(resumed.get());
      }
      network.start(actor.current);
      training.awaitAllReady();
      training.safePoint().comeBack(id);
      actor.cores.enter();
      try {
        algorithm.act(actor);
      } finally {
        actor.cores.leave();
      }
      training.safePoint().end(id, actor.state());
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public int actors() {
    return plan.threads();
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void pull() {
    version = parameters.newerThan(version, this::take);
  }

  private void take(ActorParameters newer) {
    network.sync(newer.theta());
    if (critic != null) {
      critic.sync(newer.phi().orElseThrow());
    }
  }

  @Override
  public double Q(float[] a) {
    if (critic == null) {
      return ReplayActor.super.Q(a);
    }
    critic.put(0, current);
    return critic.values(1, a)[0];
  }

  @Override
  public void begin() {
    rest();
    cores.pause();
    if (episodeOver) {
      current = cores.step(environment::reset);
      network.start(current);
      buffer.start(current);
      episodeOver = false;
    } else {
      network.copy(at, 0);
    }
    at = 0;
  }

  private void rest() {
    SafePoint safePoint = training.safePoint();
    if (safePoint.asked()) {
      byte[] here = state();
      cores.without(
          () -> {
            safePoint.pass(id, here);
            return true;
          });
    }
  }

  @Override
  public float[] act() {
    return network.forward(at);
  }

  @Override
  public Step step(Action a) {
    Action within = Bounds.cut(a, actionSpace);
    Step step = cores.step(() -> environment.step(within));
    long T = training.countStep();
    steps++;
    at = 1;
    current = step.observation();
    network.put(1, current);
    episodeOver = step.last();
    if (step.ending() == Step.Ending.LOST) {
      training.countLostEpisode();
    }
    if (step.episode().isPresent()) {
      training.episodeEnded(id, T, step.episode().get().score(), step.episode().get().steps());
    }
    return ActorThread.scaled(step, plan.rewardScale());
  }

  @Override
  public LocalBuffer buffer() {
    return buffer;
  }

  @Override
  public void add(Transitions transitions, double[] priorities) {
    cores.without(
        () -> {
          sink.add(transitions, priorities, this::restWithin);
          return true;
        });
  }

  /** While the cores are another's. */
  private void restWithin() {
    if (training.safePoint().asked()) {
      training.safePoint().pass(id, state());
    }
  }

  @Override
  public long T() {
    return training.steps();
  }

  @Override
  public long t() {
    return steps;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** All that this actor must know to go on from here, between two steps. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          random.save(out);
          out.writeLong(steps);
          States.save(environment, out);
          out.writeBoolean(episodeOver);
          States.save(current, out);
          buffer.save(out);
        });
  }

  /**
   * Goes on from there; where the environment's state was not saved, with the new episode that it
   * has just started.
   */
  private void restore(byte[] state) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(state));
    random.restore(in);
    steps = in.readLong();
    if (States.restore(environment, in)) {
      episodeOver = in.readBoolean();
      current = States.readObservation(in);
      buffer.restore(in);
    }
  }
}
