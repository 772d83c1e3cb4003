package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.LinearLearner;
import dev.stampede.algorithm.Memory;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.TrajectoryMemory;
import dev.stampede.algorithm.Worker;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import dev.stampede.nn.Weights;
import dev.stampede.replay.LocalBuffer;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
  private final Space actionSpace;
  private final LocalNetwork network;
  private final @Nullable LocalNetwork targetNetwork;
  private final @Nullable PastRollouts past;
  private final Optimizer optimizer;
  private final Gauge gauge;
  private final Thetas thetas;
  private final @Nullable Workers workers;
  private Cores coresOfAll;
  private Cores.Share cores;
  private final SplitMix random;
  private final Normalizer normalizer;
  private Training.@Nullable Target seenTarget;
  private int t;
  private boolean episodeOver;

  /** Whether the states since sync are a rollout of the past. */
  private boolean wentBack;

  private AsynchronousAlgorithm algorithm;
  private boolean started;
  private long steps;
  private long updatesAtSync;
  private Observation current;
  private final List<Saveable> kept = new ArrayList<>();

  /** What a run that is resumed kept, and its generator. */
  private final Queue<byte[]> resumedParts = new ArrayDeque<>();

  private byte[] resumedRandom = new byte[0];

  private byte[] resumedBuffer = new byte[0];
  private @Nullable ThreadMemory memory;

  /** What its recurrent network remembered before the current state. */
  private float[] resumedMemory = new float[0];

  private ActorThread(
      Training training,
      Plan plan,
      AsynchronousAlgorithm algorithm,
      int id,
      Environment environment,
      LocalNetwork network,
      @Nullable LocalNetwork targetNetwork,
      long seed) {
    SplitMix seeds = new SplitMix(seed);
    long environmentSeed = seeds.nextLong() >>> 1;
    this.training = training;
    this.theta = training.shared();
    this.plan = plan;
    this.algorithm = algorithm;
    this.id = id;
    this.environment = environment;
    this.actionSpace = environment.actionSpace();
    this.network = network;
    this.targetNetwork = targetNetwork;
    this.optimizer = training.optimizerForThread();
    this.gauge = training.learning().gauge();
    this.thetas = training.server().map(ActorThread.this::ofServer).orElseGet(() -> new Own());
    this.workers = training.workers();
    this.coresOfAll = training.cores();
    this.cores = coresOfAll.share();
    this.random = new SplitMix(seeds.nextLong());
    this.past = PastRollouts.of(training, plan, id, algorithm, actionSpace, this);
    this.current = environment.reset(environmentSeed);
    this.normalizer = new Normalizer(plan.normalization(), training.moments(), 1);
    normalizer.count(current);
  }

  /** What the thread of actor-learner {@code id} does from its start to its end. */
  static void run(
      Training training,
      Plan plan,
      AsynchronousAlgorithm algorithm,
      int id,
      long seed,
      Supplier<Environment> make) {
    int capacity = algorithm.rolloutLength() + 1;
    try (Environment environment = EpisodeStatistics.around(make.get());
        LocalNetwork network =
            algorithm.onShared()
                ? plan.network().onShared(training.shared(), capacity)
                : plan.network().local(capacity);
        LocalNetwork target = hasTargetNetwork(algorithm) ? network.twin() : null) {
      ActorThread actor =
          new ActorThread(training, plan, algorithm, id, environment, network, target, seed);
      Optional<byte[]> resumed = training.resumedActor(id);
      if (resumed.isPresent()) {
        actor.restore(resumed.get());
      }
      network.start(actor.normalizer.observation(actor.current));
      if (actor.resumedMemory.length > 0) {
        network.setMemory(actor.resumedMemory);
      }
      try (ThreadMemory memory = actor.newMemory()) { // Closed with the thread; null without one.
        actor.start(memory);
        actor.learn();
      }
    } catch (Throwable e) {
      training.fail(e);
    }
  }

  /** A method that learns from a memory asks the minibatch for θ⁻. */
  private static boolean hasTargetNetwork(AsynchronousAlgorithm algorithm) {
    return (algorithm.usesTarget() && algorithm.memory().isEmpty())
        || algorithm.trajectories().isPresent();
  }

  private void start(@Nullable ThreadMemory with) throws IOException, InterruptedException {
    memory = with;
    if (with != null && resumedBuffer.length > 0) {
      with.buffer().restore(new DataInputStream(new ByteArrayInputStream(resumedBuffer)));
    } else if (with != null) {
      with.start(current);
    }
    if (workers != null) {
      workers.join(id);
    }
    training.awaitAllReady();
    training.safePoint().comeBack(id);
  }

  /** Its algorithm, and the next one if the user puts another in its place. */
  private void learn() {
    cores.enter();
    try {
      while (true) {
        algorithm = (AsynchronousAlgorithm) training.algorithm();
        algorithm.run(this);
        boolean over = !training.running() || Thread.currentThread().isInterrupted();
        if ((over || training.isTooMany(id)) && training.leave(id, this::end)) {
          if (workers != null) {
            workers.leave(id); // Not while others of the training wait: who waits here may stop it.
          }
          break;
        }
        Thread.interrupted(); // Somebody else's: it would end each rollout at once.
        keepForTheNext(); // The user has changed something.
      }
    } finally {
      cores.leave();
    }
  }

  private Thetas ofServer(ParameterServer server) {
    return new OfServer(server.new Client());
  }

  /** θ, which this thread changes itself. */
  private final class Own implements Thetas {
    @Override
    public boolean inPlace() {
      return true;
    }

    @Override
    public void sync(LocalNetwork... networks) {
      for (LocalNetwork each : networks) {
        each.sync(theta);
      }
    }

    @Override
    public void apply(Gradient dTheta, long T, long updates) {
      training.update(optimizer, dTheta, T, updates, gauge);
    }
  }

  /** A parameter server's. */
  private final class OfServer implements Thetas {
    private final ParameterServer.Client server;

    OfServer(ParameterServer.Client server) {
      this.server = server;
    }

    @Override
    public boolean inPlace() {
      return false;
    }

    @Override
    public void sync(LocalNetwork... networks) {
      Parameters now = server.pull();
      for (LocalNetwork each : networks) {
        each.sync(now);
      }
    }

    @Override
    public void apply(Gradient dTheta, long T, long updates) {
      double eta = training.learningRate(T);
      gauge.update(server.push(dTheta, eta), eta, training.updates() - updates);
    }
  }

  /** The memory that the algorithm learns from, if it has one: its share of that of all threads. */
  private @Nullable ThreadMemory newMemory() throws IOException {
    if (algorithm.memory().isEmpty()) {
      return null;
    }
    MemoryUse use = algorithm.memory().get();
    Space.Box observations = plan.network().observations();
    long capacity = Math.max(1, use.capacity() / plan.threads());
    return new ThreadMemory(
        training.memories().of(id, use, capacity, observations, actionSpace),
        new LocalBuffer(id, use.n(), use.gamma(), observations, actionSpace, 0),
        new DrawnMinibatch(
            training,
            plan,
            use,
            actionSpace,
            training.coresOfMinibatches() / plan.threads(),
            gauge,
            normalizer::observation,
            thetas,
            this::updated),
        random,
        Math.max(1, use.learningStarts() / plan.threads()));
  }

  @Override
  public Memory memory() {
    return memory == null ? ActorLearner.super.memory() : memory;
  }

  private void end() {
    normalizer.begin();
    training.safePoint().end(id, state());
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public boolean running() {
    return (workers != null || training.running())
        && training.algorithm() == algorithm
        && !training.isTooMany(id)
        && !Thread.currentThread().isInterrupted()
        && (workers == null || cores.without(() -> workers.begin(id)));
  }

  @Override
  public void sync() {
    normalizer.begin();
    SafePoint safePoint = training.safePoint();
    if (workers == null ? safePoint.asked() : workers.passing()) {
      byte[] here = state();
      cores.without(
          () -> {
            safePoint.pass(id, here);
            return true;
          });
    }
    if (workers != null) {
      workers.passed();
    }
    cores.pause();
    if (training.cores() != coresOfAll) { // There are more threads or fewer.
      cores.leave();
      coresOfAll = training.cores();
      cores = coresOfAll.share();
      cores.enter();
    }
    if (episodeOver) {
      current = cores.step(environment::reset);
      normalizer.count(current);
      network.start(normalizer.observation(current));
      if (memory != null) {
        memory.start(current);
      }
      episodeOver = false;
    } else if (wentBack) {
      network.put(0, normalizer.observation(current));
    } else {
      network.copy(t, 0);
      if (normalizer.changesObservations()) {
        network.put(0, normalizer.observation(current)); // By the statistics of its new rollout.
      }
    }
    t = 0;
    wentBack = false;
    updatesAtSync = training.updates();
    thetas.sync(network);
    if (past != null) {
      past.start(current);
    }
  }

  /** Puts states of the past in place of those since sync; to be called from {@link #past}. */
  void goBack(List<Observation> states) {
    wentBack = true;
    t = states.size() - 1;
    for (int i = 0; i <= t; i++) {
      network.put(i, normalizer.observation(states.get(i)));
    }
    updatesAtSync = training.updates();
    thetas.sync(network);
  }

  @Override
  public float[] act() {
    return network.forward(t);
  }

  @Override
  public Step step(Action a) {
    if (wentBack) {
      throw new IllegalStateException(
          "step: expected the environment's state, but the current one was drawn from the memory;"
              + " call sync() first");
    }
    if (t == algorithm.rolloutLength()) {
      throw new IllegalStateException(
          "step: expected at most "
              + t
              + " steps between two sync(), the longest rollout that the algorithm says it has;"
              + " call sync(), or say more");
    }
    Action within = Bounds.cut(a, actionSpace);
    Step step = cores.step(() -> environment.step(within));
    long T = training.countStep();
    started = true;
    t++;
    steps++;
    current = step.observation();
    normalizer.count(current);
    network.put(t, normalizer.observation(current));
    if (past != null) {
      past.reached(current);
    }
    episodeOver = step.last();
    if (step.ending() == Step.Ending.LOST) {
      training.countLostEpisode();
    }
    if (step.episode().isPresent()) {
      training.episodeEnded(id, T, step.episode().get().score(), step.episode().get().steps());
    }
    return scaled(normalizer.step(0, step), plan.rewardScale());
  }

  /** The step with its reward as it is learned from. */
  static Step scaled(Step step, double scale) {
    return scale == 1 ? step : step.withReward(step.reward() * scale);
  }

  @Override
  public void update(Loss loss) {
    long T = training.steps();
    network.backward(
        t,
        (out, dOut) -> Losses.reduced(loss, out, dOut, t, 1, plan, training, gauge),
        dTheta -> thetas.apply(dTheta, T, updatesAtSync));
    updated();
  }

  private void updated() {
    training.countUpdate();
    if (plan.deterministic()) {
      training.evaluator().evaluateIfDue(training, theta);
    } else {
      training.evaluator().submitIfDue(training, theta);
    }
  }

  @Override
  public void restart() {
    if (!episodeOver) {
      throw new IllegalStateException("restart: expected an episode that has just ended");
    }
    current = cores.step(environment::reset);
    normalizer.count(current);
    network.start(t, normalizer.observation(current));
    episodeOver = false;
  }

  @Override
  public Worker worker() {
    if (workers == null) {
      throw new IllegalStateException("worker: expected a ChiefAlgorithm");
    }
    return new OfChief(workers);
  }

  /** This thread as its chief sees it. */
  private final class OfChief implements Worker {
    private final Workers workers;
    private final float[] gradient = new float[theta.size()];
    private Terms terms = new Terms(0, 0, 0);

    OfChief(Workers workers) {
      this.workers = workers;
    }

    @Override
    public void send(Loss loss) {
      if (workers.isDue(id)) {
        network.backward(
            t,
            (out, dOut) -> Losses.reduced(kept(loss), out, dOut, t, 1, plan, training, gauge),
            dTheta -> Gradient.sum(List.of(dTheta), gradient));
        workers.send(id, new Workers.Contribution(gradient, terms, t));
      }
      skip(1);
    }

    private Loss kept(Loss loss) {
      return (out, dOut) -> terms = loss.at(out, dOut);
    }

    @Override
    public void skip(int n) {
      cores.without(
          () -> {
            workers.advance(id, n);
            return true;
          });
      network.sync(theta);
    }
  }

  @Override
  public LinearLearner linear() {
    network.active(t); // Another network says here what it is not.
    return new OwnUpdates();
  }

  /** θ for a method that changes it without an optimizer. */
  private final class OwnUpdates implements LinearLearner {
    @Override
    public Weights theta() {
      return theta;
    }

    @Override
    public int size() {
      return theta.size();
    }

    @Override
    public int features() {
      return theta.size() / plan.network().outputs();
    }

    @Override
    public int[] active() {
      return network.active(t);
    }

    @Override
    public double learningRate() {
      return training.learningRate(training.steps());
    }

    @Override
    public void updated() {
      ActorThread.this.updated();
    }
  }

  @Override
  public float[] outputs() {
    return network.outputs(t + 1);
  }

  @Override
  public float[] observations() {
    int size = plan.network().observations().size();
    float[] all = new float[(t + 1) * size];
    for (int i = 0; i <= t; i++) {
      network.observation(i, all, i * size);
    }
    return all;
  }

  @Override
  public Map<String, Integer> heads() {
    return plan.heads();
  }

  @Override
  public float[] targetOutputs() {
    return withTarget().outputs(t + 1);
  }

  @Override
  public float[] target() {
    return withTarget().forward(t);
  }

  @Override
  public TrajectoryMemory trajectories() {
    return past == null ? ActorLearner.super.trajectories() : past;
  }

  @Override
  public float[] averageOutputs() {
    if (past == null || targetNetwork == null) {
      return ActorLearner.super.averageOutputs();
    }
    targetNetwork.sync(training.average());
    return targetNetwork.outputs(t + 1);
  }

  @Override
  public void updateAverage(double alpha) {
    if (past == null) {
      ActorLearner.super.updateAverage(alpha);
    }
    training.average().approach(theta, 1 - alpha);
  }

  @Override
  public void refreshTarget(long interval) {
    training.refreshTarget(interval);
  }

  @Override
  public void approachTarget(double tau) {
    training.approachTarget(tau);
  }

  @Override
  public long T() {
    return training.steps();
  }

  @Override
  public long TMax() {
    return plan.steps();
  }

  @Override
  public int stepsSinceSync() {
    return t;
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

  /** What the algorithm kept, goes to the one that takes its place while the run goes on. */
  private void keepForTheNext() {
    kept.forEach(part -> resumedParts.add(Checkpoint.bytes(part::save)));
    kept.clear();
    resumedRandom = Checkpoint.bytes(random::save);
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

  /** All that this actor-learner must know to go on from here, between two rollouts. */
  private byte[] state() {
    return Checkpoint.bytes(
        out -> {
          Checkpoint.writeBlock(out, Checkpoint.bytes(random::save));
          out.writeLong(steps);
          if (!plan.optimizer().shared()) {
            optimizer.save(out);
          }
          out.writeInt(kept.size());
          for (Saveable part : kept) {
            Checkpoint.writeBlock(out, Checkpoint.bytes(part::save));
          }
          if (past != null) {
            past.save(out);
          }
          States.save(environment, out);
          normalizer.save(0, out);
          out.writeBoolean(episodeOver);
          States.save(current, out);
          States.save(episodeOver ? new float[0] : network.memory(t), out);
          if (memory != null) {
            Checkpoint.writeBlock(out, Checkpoint.bytes(memory.buffer()::save));
          }
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
    if (!plan.optimizer().shared()) {
      optimizer.restore(in);
    }
    for (int left = in.readInt(); left > 0; left--) {
      resumedParts.add(Checkpoint.readBlock(in));
    }
    if (past != null) {
      past.restore(in);
    }
    boolean goesOn = States.restore(environment, in);
    normalizer.restore(0, in, goesOn);
    if (goesOn) {
      started = true;
      episodeOver = in.readBoolean();
      current = States.readObservation(in);
      resumedMemory = States.readNumbers(in);
      if (algorithm.memory().isPresent()) {
        resumedBuffer = Checkpoint.readBlock(in);
      }
    }
  }

  private LocalNetwork withTarget() {
    if (targetNetwork == null) {
      throw new IllegalStateException("the algorithm must say usesTarget() to have a θ⁻");
    }
    Training.Target now = training.target();
    if (now != seenTarget) {
      targetNetwork.sync(now.theta());
      seenTarget = now;
    }
    return targetNetwork;
  }
}
