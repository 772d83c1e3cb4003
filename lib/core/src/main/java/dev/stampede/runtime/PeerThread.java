package dev.stampede.runtime;

import dev.stampede.algorithm.Peer;
import dev.stampede.algorithm.PeerAlgorithm;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Parameters;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One worker: its environment and its θ, as its algorithm sees them. Made and used on its own
 * thread. The θ of worker 0 is the training's, and no other worker touches that.
 */
final class PeerThread implements Peer {
  private final Training training;
  private final Plan plan;
  private final Mail mail;
  private final int id;
  private final Environment environment;
  private final Space actionSpace;
  private final Parameters theta;
  private final Parameters thetaPrime;
  private final LocalNetwork network;
  private final Cores.Share cores;
  private final SplitMix random;
  private final List<Saveable> kept = new ArrayList<>();

  /** What a run that is resumed kept, and its generator. */
  private final Queue<byte[]> resumedParts = new ArrayDeque<>();

  private byte[] resumedRandom = new byte[0];
  private OptionalDouble agreedRate = OptionalDouble.empty();
  private Observation current;
  private boolean episodeOver;
  private boolean started;
  private long steps;

  private PeerThread(
      Training training,
      Plan plan,
      Mail mail,
      int id,
      Environment environment,
      Parameters theta,
      Parameters thetaPrime,
      LocalNetwork network,
      long seed) {
    SplitMix seeds = new SplitMix(seed);
    long environmentSeed = seeds.nextLong() >>> 1;
    this.training = training;
    this.plan = plan;
    this.mail = mail;
    this.id = id;
    this.environment = environment;
    this.actionSpace = environment.actionSpace();
    this.theta = theta;
    this.thetaPrime = thetaPrime;
    this.network = network;
    this.cores = training.cores().share();
    this.random = new SplitMix(seeds.nextLong());
    this.current = environment.reset(environmentSeed);
  }

  /** What the thread of worker {@code id} does from its start to its end. */
  static void run(
      Training training,
      Plan plan,
      PeerAlgorithm algorithm,
      Mail mail,
      int id,
      long seed,
      Supplier<Environment> make) {
    try {
      Parameters theta = id == 0 ? training.shared() : copyOf(training.shared());
      Parameters thetaPrime = algorithm.hasThetaPrime() ? copyOf(theta) : theta;
      try (Environment environment = EpisodeStatistics.around(make.get());
          LocalNetwork network =
              plan.network().onShared(thetaPrime, algorithm.rolloutLength() + 1)) {
        PeerThread peer =
            new PeerThread(training, plan, mail, id, environment, theta, thetaPrime, network, seed);
        Optional<byte[]> resumed = training.resumedActor(id);
        if (resumed.isPresent()) {
          peer.restore(resumed.get());
        }
        network.start(peer.current);
        training.awaitAllReady();
        peer.cores.enter();
        try {
          algorithm.run(peer);
        } finally {
          peer.cores.leave();
        }
        training.safePoint().end(id, peer.state());
        if (training.running()) {
          training.stop(); // It was interrupted; without it no exchange of the others would end.
        }
      }
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  private static Parameters copyOf(Parameters other) {
    Parameters copy = new Parameters(other.size());
    copy.set(other);
    return copy;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public int peers() {
    return plan.threads();
  }

  @Override
  public boolean running() {
    return training.running() && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void sync() {
    passIfAsked();
    cores.pause();
    if (episodeOver) {
      current = cores.step(environment::reset);
      network.start(current);
      episodeOver = false;
    }
  }

  private void passIfAsked() {
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
    return network.forward(0);
  }

  @Override
  public Step step(Action a) {
    agreedRate = OptionalDouble.empty();
    Action within = Bounds.cut(a, actionSpace);
    Step step = cores.step(() -> environment.step(within));
    long T = training.countStep();
    started = true;
    steps++;
    current = step.observation();
    network.put(0, current);
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
  public Parameters theta() {
    return theta;
  }

  @Override
  public Parameters thetaPrime() {
    return thetaPrime;
  }

  @Override
  public int[] active() {
    return network.active(0);
  }

  @Override
  public int features() {
    return theta.size() / plan.network().outputs();
  }

  @Override
  public double learningRate() {
    return agreedRate.orElseGet(() -> training.learningRate(training.steps()));
  }

  @Override
  public List<double[]> exchange(double[] message) {
    SafePoint safePoint = training.safePoint();
    while (true) {
      Optional<Mail.Exchange> all =
          cores.without(() -> mail.exchange(id, message, () -> !running() || safePoint.asked()));
      if (all.isPresent()) {
        agreedRate = OptionalDouble.of(all.get().learningRate());
        return all.get().messages();
      }
      if (!running()) {
        return List.of();
      }
      passIfAsked();
    }
  }

  @Override
  public void send(double[] message) {
    mail.send(id, message);
  }

  @Override
  public List<double[]> received() {
    return mail.take(id);
  }

  @Override
  public void updated() {
    training.countUpdate();
    if (plan.deterministic()) {
      training.evaluator().evaluateIfDue(training, training.shared());
    } else {
      training.evaluator().submitIfDue(training, training.shared());
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
  public <S extends Saveable> S keep(S part) {
    kept.add(part);
    byte[] resumed = resumedParts.poll();
    if (resumed != null) {
      try {
        part.restore(new DataInputStream(new ByteArrayInputStream(resumed)));
        random.restore(new DataInputStream(new ByteArrayInputStream(resumedRandom)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return part;
  }

  @Override
  public boolean atStart() {
    return !started || episodeOver;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** All that this worker must know to go on from here. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          Checkpoint.writeBlock(out, Checkpoint.bytes(random::save));
          out.writeLong(steps);
          theta.save(out);
          out.writeInt(kept.size());
          for (Saveable part : kept) {
            Checkpoint.writeBlock(out, Checkpoint.bytes(part::save));
          }
          States.save(environment, out);
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
    resumedRandom = Checkpoint.readBlock(in);
    random.restore(new DataInputStream(new ByteArrayInputStream(resumedRandom)));
    steps = in.readLong();
    theta.restore(in);
    for (int left = in.readInt(); left > 0; left--) {
      resumedParts.add(Checkpoint.readBlock(in));
    }
    if (States.restore(environment, in)) {
      started = true;
      episodeOver = in.readBoolean();
      current = States.readObservation(in);
    }
  }
}
