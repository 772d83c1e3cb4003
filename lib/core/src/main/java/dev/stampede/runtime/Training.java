package dev.stampede.runtime;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.ChiefAlgorithm;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.PeerAlgorithm;
import dev.stampede.algorithm.QueuedAlgorithm;
import dev.stampede.algorithm.ReplayAlgorithm;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.nn.ActorParameters;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.Moments;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.ParameterSource;
import dev.stampede.nn.Parameters;
import dev.stampede.replay.Trajectories;
import dev.stampede.replay.TransitionSink;
import dev.stampede.result.Change;
import dev.stampede.result.CurvePoint;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.LearningRecord;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous actor-learners of one run, from their start to the end of the last thread.
 *
 * <p>Every thread is started and joined here. The first failure of any of them stops all and is
 * kept as {@link #failure}; what was learned until then stays readable. All public methods may be
 * called from any thread.
 */
public final class Training implements AutoCloseable {
  /** The label of its knob. */
  public static final String LEARNING_RATE = "learning-rate";

  /** The label of a change of their number. */
  public static final String THREADS = "threads";

  private final Plan plan;
  private final EpisodeLog episodes;
  private final AtomicLong T = new AtomicLong();
  private final AtomicLong updates = new AtomicLong();
  private final AtomicLong lostEpisodes = new AtomicLong();
  private volatile CountDownLatch ready;

  /** Every thread that was started, the newest last; more may come while it is read. */
  private final List<Thread> started = new CopyOnWriteArrayList<>();

  /** Which actor-learners are at work. */
  private final Set<Integer> present = new HashSet<>();

  private volatile int threads;
  private volatile int coresToUse = Runtime.getRuntime().availableProcessors();
  private boolean closed;
  private final SplitMix seedOfNext;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Deque<long[]> speed = new ArrayDeque<>();
  private final int framesPerStep;
  private volatile boolean stop;
  private volatile boolean stopRequested;
  private final RunClock clock = new RunClock(System::nanoTime);
  private final List<Change> changes = new ArrayList<>();
  private volatile Algorithm algorithm;
  private volatile double learningRateFactor = 1;
  private volatile @Nullable Throwable failure;
  private final Environment first;
  private final Parameters theta;
  private final SharedMoments moments;
  private final Optimizer optimizer;
  private final Parameters average;
  private final AtomicLong targetMultiple = new AtomicLong();
  private final Optional<ParameterServer> server;
  private volatile Target target;
  private final Optional<SharedCritic> critic;
  private final Memories memories = new Memories();
  private final Map<Integer, Trajectories> trajectories = new ConcurrentHashMap<>();
  private final Optional<MemoryWatch> watch;
  private final Evaluator evaluator;
  private volatile Cores cores;
  private final List<Long> seeds = new ArrayList<>();
  private final SafePoint safePoint;
  private final LearningLog learning;
  private final Snapshots snapshots = new Snapshots();
  private final Mail mail;
  private final @Nullable Workers workers;
  private final boolean environmentsAreSaved;
  private List<Resumption> resumptions = List.of();
  private List<byte[]> resumedActors = List.of();
  private double secondsBefore;
  private Link link = Link.DIRECT;

  /**
   * @param first an environment that was already made for training, to see its spaces; the first
   *     actor-learner takes and closes it
   */
  public Training(Plan plan, Environment first) {
    this.plan = plan;
    this.first = first;
    this.algorithm = plan.algorithm();
    this.threads = plan.threads();
    this.ready = new CountDownLatch(learners());
    this.framesPerStep = plan.environments().framesPerStep();
    this.episodes = new EpisodeLog(plan.until().orElse(Double.NaN), framesPerStep);
    SplitMix seed = new SplitMix(plan.seed());
    this.theta = new Parameters(plan.network().size());
    theta.set(plan.initialization().values(plan.network(), new SplitMix(seed.nextLong())));
    this.optimizer = plan.newOptimizer();
    this.server =
        plan.algorithm() instanceof AsynchronousAlgorithm a
            ? a.parameterServer().map(use -> new ParameterServer(use, theta, optimizer))
            : Optional.empty();
    this.moments = new SharedMoments(plan.momentsOfObservations());
    this.target =
        new Target(
            plan.algorithm() instanceof AsynchronousAlgorithm a && a.usesTarget()
                    || plan.algorithm() instanceof ReplayAlgorithm
                ? copyOfTheta()
                : new Parameters(0));
    // From a generator of its own: runs without a critic keep their numbers.
    this.critic = plan.critic().map(of -> new SharedCritic(of, plan, new SplitMix(~plan.seed())));
    this.average = keepsTrajectories() ? copyOfTheta() : new Parameters(0);
    this.evaluator =
        new Evaluator(plan, seed.nextLong(), this::fail, () -> stopRequested || failure != null);
    this.learning = new LearningLog(plan.steps(), T::get, this::seconds);
    this.safePoint = new SafePoint(learners(), () -> stop);
    this.mail =
        new Mail(
            plan.algorithm() instanceof PeerAlgorithm ? plan.threads() : 0,
            () -> learningRate(T.get()));
    this.environmentsAreSaved = States.canSave(first);
    this.watch =
        MemoryUse.of(plan.algorithm()).map(use -> new MemoryWatch(this, use, memories, episodes));
    this.workers = plan.algorithm() instanceof ChiefAlgorithm ? new Workers(this, plan) : null;
    this.cores = Cores.sharedBy(plan.threads(), plan.environments().stepsElsewhere());
    this.seedOfNext = seed;
    seedOf(plan.threads() - 1);
  }

  private synchronized long seedOf(int id) {
    while (seeds.size() <= id) {
      seeds.add(seedOfNext.nextLong());
    }
    return seeds.get(id);
  }

  /** Threads that act or learn, and so have a state of their own. */
  private int learners() {
    if (plan.algorithm() instanceof QueuedAlgorithm queued) {
      return plan.threads() + queued.queues().trainers();
    }
    if (plan.algorithm() instanceof ReplayAlgorithm) {
      return plan.threads() + 1;
    }
    return plan.algorithm() instanceof BatchAlgorithm ? 1 : plan.threads();
  }

  /**
   * Goes on where the checkpoint was taken. Before {@link #run}.
   *
   * @param finished the episodes that had ended by then
   * @throws IOException if the checkpoint is of another network or number of threads
   */
  public void restore(Checkpoint from, List<EpisodeRecord> finished) throws IOException {
    boolean mayHaveChanged = algorithm instanceof AsynchronousAlgorithm;
    if (from.actors().size() < learners() || from.actors().size() > learners() && !mayHaveChanged) {
      throw new IOException(
          "expected the state of "
              + learners()
              + " actor-learners but it has "
              + from.actors().size());
    }
    DataInput in = from.shared();
    theta.restore(in);
    optimizer.restore(in);
    if (workers != null) {
      workers.restore(in);
    }
    Parameters thetaMinus = new Parameters(target.theta().size());
    thetaMinus.restore(in);
    target = new Target(thetaMinus);
    if (critic.isPresent()) {
      critic.get().restore(in);
    }
    targetMultiple.set(in.readLong());
    T.set(from.steps());
    updates.set(in.readLong());
    lostEpisodes.set(in.readLong());
    evaluator.restore(in);
    learning.restore(in);
    restoreChanges(in);
    mail.restore(in);
    for (Change each : changes) {
      if (each.knob().equals(THREADS)) {
        threads = Integer.parseInt(each.to());
        cores = Cores.sharedBy(threads, plan.environments().stepsElsewhere());
      }
    }
    for (int id = threads; algorithm instanceof AsynchronousAlgorithm && id < learners(); id++) {
      safePoint.end(id, from.actors().get(id)); // It had left, and may come back.
    }
    ready = new CountDownLatch(mayHaveChanged ? Math.min(learners(), threads) : learners());
    if (plan.normalization().any()) {
      moments.restore(Moments.read(in, plan.momentsOfObservations()), Moments.read(in, 1));
    }
    if (keepsTrajectories()) {
      average.restore(in);
    }
    for (EpisodeRecord e : finished) {
      episodes.add(e.step(), e.seconds(), e.thread(), e.score(), e.length());
      episodes.release(episodes.size()); // They are in the run's folder.
    }
    stop = episodes.solvedAtStep().isPresent();
    secondsBefore = from.seconds();
    resumptions = from.resumptions();
    watch.ifPresent(MemoryWatch::resumed);
    resumedActors = from.actors();
    // An environment whose state was not saved must not repeat its first episodes.
    seedOf(from.actors().size() - 1); // Also one of a thread that was added later.
    seeds.replaceAll(seed -> new SplitMix(seed + from.steps()).nextLong());
  }

  /**
   * The state of this moment, or of the end: waits until no actor-learner is within a rollout.
   *
   * @param experiment settings that go with it
   * @return empty if the run is stopping, or one of its threads failed
   */
  Optional<Checkpoint> checkpoint(Map<String, String> experiment) throws InterruptedException {
    return safePoint.whileAllWait(
        actors -> {
          memories.save(T.get());
          return new Checkpoint(
              experiment,
              new Resumption(T.get(), seconds(), environmentsAreSaved),
              episodes.size(),
              resumptions,
              Checkpoint.bytes(
                  out -> {
                    theta.save(out);
                    optimizer.save(out);
                    if (workers != null) {
                      workers.save(out);
                    }
                    target.theta().save(out);
                    if (critic.isPresent()) {
                      critic.get().save(out);
                    }
                    out.writeLong(targetMultiple.get());
                    out.writeLong(updates.get());
                    out.writeLong(lostEpisodes.get());
                    evaluator.save(out);
                    learning.save(out);
                    saveChanges(out);
                    mail.save(out);
                    if (plan.normalization().any()) {
                      moments.observations().write(out);
                      moments.returns().write(out);
                    }
                    if (keepsTrajectories()) {
                      average.save(out);
                    }
                  }),
              actors);
        });
  }

  private void saveChanges(DataOutput out) throws IOException {
    List<Change> all = changes();
    out.writeInt(all.size());
    for (Change each : all) {
      out.writeLong(each.step());
      out.writeDouble(each.seconds());
      out.writeUTF(each.knob());
      out.writeUTF(each.from());
      out.writeUTF(each.to());
    }
  }

  private synchronized void restoreChanges(DataInput in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      changes.add(
          new Change(in.readLong(), in.readDouble(), in.readUTF(), in.readUTF(), in.readUTF()));
    }
  }

  /** Saves what the threads learn from beside each checkpoint; before {@link #run}. */
  public void saveMemoriesIn(Path directory) {
    memories.saveIn(directory);
  }

  /**
   * Goes on with the memories that were saved with the checkpoint, if they were; after {@link
   * #restore}.
   *
   * @return whether they were
   */
  public boolean restoreMemories(Path directory) throws IOException {
    int count = plan.algorithm() instanceof ReplayAlgorithm ? 1 : Math.min(threads, plan.threads());
    return memories.restoreFrom(directory, T.get(), count);
  }

  /** Whether its threads learn from memories. */
  public boolean hasMemories() {
    return watch.isPresent();
  }

  /** What its memories look like, or looked like when it ended; empty without any. */
  public Optional<MemoryProgress> memory() {
    return watch.flatMap(MemoryWatch::now);
  }

  boolean hasEnded() {
    return done.getCount() == 0;
  }

  /** How its actors reach their learner; before {@link #run}. */
  void connect(Link with) {
    link = with;
  }

  Link link() {
    return link;
  }

  /** Those of thread {@code id}; one that comes back after it was one too many finds them again. */
  Trajectories trajectories(int id, Supplier<Trajectories> make) {
    return trajectories.computeIfAbsent(id, none -> make.get());
  }

  Memories memories() {
    return memories;
  }

  /** The last {@link #checkpoint} is on the disk. */
  void checkpointWritten() throws IOException {
    memories.keepSaved();
  }

  /** Gives back what only a training that runs or is saved needs; after {@link #run}. */
  @Override
  public void close() {
    try {
      watch.ifPresent(MemoryWatch::close);
    } finally {
      memories.close();
    }
  }

  /** Where this run was resumed, oldest first. */
  public List<Resumption> resumptions() {
    return resumptions;
  }

  /**
   * Runs until the budget is used, the target is reached, {@link #stop} is called or a thread
   * fails. Blocks; to be called once. An interrupt of the calling thread is an orderly stop.
   */
  public void run() {
    try {
      if (plan.algorithm() instanceof AsynchronousAlgorithm) {
        if (workers != null) {
          Thread chief = workers.chief((ChiefAlgorithm) plan.algorithm());
          started.add(chief);
          chief.start();
        }
        startMissing();
      } else {
        started.addAll(threadsOf(plan.algorithm()));
        started.forEach(Thread::start);
      }
      evaluator.start();
    } catch (Throwable e) { // No memory for another thread, for instance.
      fail(e);
      closeFirstUnlessTaken();
    }
    try {
      joinAll();
      resume();
      clock.stop();
      learning.end();
      evaluator.finish();
    } catch (Throwable e) {
      fail(e);
    } finally {
      done.countDown();
    }
  }

  private void closeFirstUnlessTaken() {
    if (started.isEmpty()) { // Otherwise it is the first thread's.
      try {
        first.close();
      } catch (Throwable e) {
        fail(e); // Kept beside the failure before.
      }
    }
  }

  /** Starts each actor-learner that should be at work and is not. */
  private synchronized void startMissing() {
    for (int i = 0; i < threads; i++) {
      if (present.add(i)) {
        int id = i;
        AsynchronousAlgorithm now = (AsynchronousAlgorithm) algorithm;
        Supplier<Environment> environment = environmentOf(id);
        boolean comesBack = safePoint.left(id).length > 0; // It must not repeat its episodes.
        long seed = comesBack ? new SplitMix(seedOf(id) + T.get()).nextLong() : seedOf(id);
        Thread thread =
            new Thread(
                () -> ActorThread.run(this, plan, now, id, seed, environment),
                "actor-learner-" + id);
        started.add(thread);
        thread.start();
      }
    }
  }

  /** Whether there are fewer now, and actor-learner {@code id} should end. */
  boolean isTooMany(int id) {
    return id >= threads;
  }

  /**
   * Called by an actor-learner that is too many.
   *
   * @param end what it does last
   * @return whether it has to go; false if there are more again
   */
  synchronized boolean leave(int id, Runnable end) {
    if (running() && !isTooMany(id)) {
      return false;
    }
    end.run();
    present.remove(id);
    return true;
  }

  /**
   * As many actor-learners from now on: each that is too many ends after the rollout it is in, and
   * goes on from there if there are more again.
   *
   * @throws IllegalStateException if it has ended, its algorithm has no such threads, or it has to
   *     be repeatable
   */
  public synchronized void changeThreads(int n) {
    if (!(algorithm instanceof AsynchronousAlgorithm)) {
      throw new IllegalStateException(
          "threads: expected an asynchronous algorithm, but "
              + algorithm.getClass().getSimpleName()
              + " has its number of environments or agents from its start on");
    }
    if (plan.deterministic()) {
      throw new IllegalStateException(
          "threads: expected a run that need not be repeatable, but this one is deterministic, with"
              + " one thread");
    }
    if (n > plan.threads() && MemoryUse.of(plan.algorithm()).isPresent()) {
      throw new IllegalStateException(
          "threads: expected at most "
              + plan.threads()
              + ", for which the replay memory was laid out, but got "
              + n
              + "; start a run with as many threads");
    }
    if (closed || !running()) {
      throw new IllegalStateException("threads: expected a run that is under way");
    }
    changed(T.get(), THREADS, Integer.toString(threads), Integer.toString(n));
    threads = n;
    cores = Cores.sharedBy(n, plan.environments().stepsElsewhere());
    startMissing();
  }

  /** Actor-learners now; of a synchronous algorithm its environments. */
  public int threads() {
    return threads;
  }

  /** Cores that it may use; before {@link #run}. Otherwise those of the machine. */
  public void limitCores(int most) {
    coresToUse = most;
  }

  /** How many may compute parts of a minibatch; one where the result must not depend on them. */
  int coresOfMinibatches() {
    return plan.deterministic() ? 1 : coresToUse;
  }

  private Supplier<Environment> environmentOf(int id) {
    return id == 0 ? () -> first : () -> plan.environments().create(Purpose.TRAINING);
  }

  /** All threads of an algorithm whose number of threads does not change. */
  private List<Thread> threadsOf(Algorithm fixed) throws IOException {
    if (fixed instanceof QueuedAlgorithm queued) {
      return aroundQueues(queued);
    }
    if (fixed instanceof ReplayAlgorithm replay) {
      return aroundMemory(replay);
    }
    if (fixed instanceof PeerAlgorithm peers) {
      return workers(peers);
    }
    return List.of(
        new Thread(() -> BatchThread.run(this, plan, first, seedOf(0)), "batch-learner"));
  }

  /** Actors and a learner, and the memory between them. */
  private List<Thread> aroundMemory(ReplayAlgorithm algorithm) throws IOException {
    MemoryUse use = algorithm.memory();
    Space actions = first.actionSpace();
    SharedMemory shared =
        new SharedMemory(
            this,
            memories.of(0, use, use.capacity(), plan.network().observations(), actions),
            algorithm.pace(),
            use.learningStarts(),
            use.minibatch());
    watch.ifPresent(each -> each.around(shared));
    SharedParameters parameters =
        new SharedParameters(
            new ActorParameters(theta, critic.map(SharedCritic::phi)), System.currentTimeMillis());
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < plan.threads(); i++) {
      int id = i;
      seedOf(id);
      TransitionSink sink = link.sink(id, shared);
      ParameterSource source = link.parameters(id, parameters);
      all.add(
          new Thread(
              () -> {
                ReplayActorThread.run(
                    this, plan, algorithm, id, seedOf(id), environmentOf(id), sink, source);
                while (running()) { // Somebody interrupted it: another one takes over its place.
                  replaceActor(algorithm, id, sink, source);
                }
              },
              "actor-" + id));
    }
    int learner = plan.threads();
    long seed = seedOf(learner);
    all.add(
        new Thread(
            () ->
                LearnerThread.run(
                    this, plan, algorithm, learner, seed, actions, shared, parameters),
            "learner"));
    return all;
  }

  private void replaceActor(
      ReplayAlgorithm algorithm, int id, TransitionSink sink, ParameterSource source) {
    Thread.interrupted(); // Its successor is not.
    countLostEpisode();
    long seed = new SplitMix(seedOf(id) + T.get()).nextLong();
    Supplier<Environment> environment = () -> plan.environments().create(Purpose.TRAINING);
    ReplayActorThread.run(this, plan, algorithm, id, seed, environment, sink, source);
  }

  private List<Thread> workers(PeerAlgorithm algorithm) {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < plan.threads(); i++) {
      int id = i;
      Supplier<Environment> environment = environmentOf(id);
      workers.add(
          new Thread(
              () -> PeerThread.run(this, plan, algorithm, mail, id, seedOf(id), environment),
              "worker-" + id));
    }
    return workers;
  }

  /** Agents, predictors and trainers, and the queues between them. */
  private List<Thread> aroundQueues(QueuedAlgorithm algorithm) {
    QueuedAlgorithm.Queues sizes = algorithm.queues();
    PredictionQueue states = new PredictionQueue(sizes.length(), this::hasFailed, this::stop);
    TrainingQueue rollouts = new TrainingQueue(this, plan.threads(), sizes.length());
    Space actions = first.actionSpace();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < plan.threads(); i++) {
      int id = i;
      Supplier<Environment> environment = environmentOf(id);
      long seed = seeds.get(id);
      threads.add(
          new Thread(
              () -> AgentThread.run(this, plan, algorithm, id, seed, environment, states, rollouts),
              "agent-" + id));
    }
    for (int i = 0; i < sizes.predictors(); i++) {
      threads.add(
          new Thread(
              () -> PredictorThread.run(this, plan, sizes, states, rollouts), "predictor-" + i));
    }
    for (int i = 0; i < sizes.trainers(); i++) {
      int id = plan.threads() + i;
      threads.add(
          new Thread(
              () -> TrainerThread.run(this, plan, algorithm, id, actions, rollouts),
              "trainer-" + i));
    }
    return threads;
  }

  /** Asks all threads to end after the rollout they are in. Returns at once. */
  public void stop() {
    stopRequested = true;
    stop = true;
    resume();
  }

  /**
   * Makes all threads wait after the rollout they are in; their clock stops at once. Does nothing
   * to a training that is paused or ended.
   */
  public synchronized void pause() {
    if (!stop && clock.pause()) {
      safePoint.hold(true);
    }
  }

  /** Lets them go on. Does nothing to a training that is not paused. */
  public synchronized void resume() {
    if (clock.resume()) {
      speed.clear();
      safePoint.hold(false);
    }
  }

  public boolean isPaused() {
    return clock.isPaused();
  }

  /**
   * η from now on; it falls on from there by the same share of itself as it would have.
   *
   * @throws IllegalStateException if it has fallen to 0
   */
  public synchronized void changeLearningRate(double learningRate) {
    long now = T.get();
    double before = learningRate(now);
    if (before == 0) {
      throw new IllegalStateException(
          "learning-rate: expected a run that still learns, but η has fallen to 0 at step " + now);
    }
    learningRateFactor = learningRate / plan.learningRate(now);
    changed(now, LEARNING_RATE, Double.toString(before), Double.toString(learningRate));
  }

  /**
   * What the threads do from their next rollout on.
   *
   * @param with another setting of the algorithm that runs, for as many outputs and as long
   *     rollouts
   * @param knob what differs
   * @throws IllegalStateException if its threads cannot change over
   */
  public synchronized void changeAlgorithm(Algorithm with, String knob, String from, String to) {
    if (algorithm instanceof QueuedAlgorithm
        || algorithm instanceof ReplayAlgorithm
        || algorithm instanceof PeerAlgorithm) {
      throw new IllegalStateException(
          knob
              + ": the roles of "
              + algorithm.getClass().getSimpleName()
              + " take it over when they start; only the learning rate can be changed while it"
              + " runs");
    }
    algorithm = with;
    changed(T.get(), knob, from, to);
  }

  private void changed(long step, String knob, String from, String to) {
    changes.add(new Change(step, seconds(), knob, from, to));
  }

  /** What was changed while it ran, oldest first. */
  public synchronized List<Change> changes() {
    return List.copyOf(changes);
  }

  /** Takes over, after {@link #restore}, what was changed in the run that is resumed. */
  public synchronized void changeAgain(Algorithm with) {
    algorithm = with;
    for (Change each : changes) {
      if (each.knob().equals(LEARNING_RATE)) {
        learningRateFactor = Double.parseDouble(each.to()) / plan.learningRate(each.step());
      }
    }
  }

  /** As it was set last. */
  Algorithm algorithm() {
    return algorithm;
  }

  /** η of an update at step T. */
  double learningRate(long step) {
    return plan.learningRate(step) * learningRateFactor;
  }

  /**
   * Waits at most that long until all threads have ended.
   *
   * @return whether they have
   */
  public boolean await(long milliseconds) throws InterruptedException {
    return done.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** What ended the run early, if anything failed. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** θ as it is now. */
  public float[] theta() {
    return theta.toArray();
  }

  /** Copies θ after every so many steps from here on; before {@link #run}. */
  public void keepSnapshotsEvery(long steps) {
    snapshots.keepEvery(steps, T.get());
  }

  /** The copies made since the last call, oldest first. */
  public List<Snapshot> takeSnapshots() {
    return snapshots.drain();
  }

  /** By what observations are normalised now; empty if they are not. */
  public Optional<Moments> observationMoments() {
    return plan.normalization().observations()
        ? Optional.of(moments.observations())
        : Optional.empty();
  }

  /** The episodes from number {@code from} on; after many, only some of those released. */
  public List<EpisodeRecord> episodesSince(int from) {
    return episodes.since(from);
  }

  /** Says that the episodes before number {@code end} are safe, or wanted by nobody. */
  public void releaseEpisodes(int end) {
    episodes.release(end);
  }

  /** What the updates look like, in pieces of so many steps. */
  public List<LearningRecord> learningRecords() {
    return learning.records();
  }

  public List<EvaluationRecord> evaluations() {
    return evaluator.records();
  }

  public long steps() {
    return T.get();
  }

  /** Updates of θ so far. */
  public long updates() {
    return updates.get();
  }

  public long lostEpisodes() {
    return lostEpisodes.get();
  }

  /** Agent steps when the mean return over 100 episodes first reached the target. */
  public OptionalLong solvedAtStep() {
    return episodes.solvedAtStep();
  }

  public double bestMeanReturn() {
    return episodes.best();
  }

  public double meanReturn() {
    return episodes.mean();
  }

  /**
   * Seconds from the moment all environments were ready until now, or until the last thread ended;
   * with those before a resumption, without those of a pause.
   */
  public double seconds() {
    return secondsBefore + clock.seconds();
  }

  /** A consistent moment for a live view. */
  public Progress progress() {
    return progress(memory()); // Which may have to wait: for a memory that is being saved.
  }

  private synchronized Progress progress(Optional<MemoryProgress> memory) {
    long now = System.nanoTime();
    long steps = T.get();
    boolean running = done.getCount() > 0;
    if (running) {
      speed.addLast(new long[] {now, steps});
      while (speed.size() > 2 && now - speed.getFirst()[0] > 5_000_000_000L) {
        speed.removeFirst();
      }
    }
    double recent = Double.NaN;
    if (running && speed.size() > 1) {
      long[] oldest = speed.getFirst();
      recent = (steps - oldest[1]) / ((now - oldest[0]) / 1e9);
    }
    double seconds = seconds();
    if (!(recent > 0)) {
      recent = seconds > 0 ? steps / seconds : 0;
    }
    List<CurvePoint> curve = episodes.curve();
    return new Progress(
        running,
        isPaused(),
        steps,
        plan.steps(),
        steps * framesPerStep,
        seconds,
        recent,
        episodes.size(),
        episodes.mean(),
        episodes.best(),
        curve,
        learning.records(),
        changes(),
        memory);
  }

  Parameters shared() {
    return theta;
  }

  Optional<SharedCritic> critic() {
    return critic;
  }

  Optional<ParameterServer> server() {
    return server;
  }

  SharedMoments moments() {
    return moments;
  }

  /** The optimizer of one actor-learner. */
  Optimizer optimizerForThread() {
    return plan.optimizer().shared() ? optimizer : plan.newOptimizer();
  }

  /** θ⁻ as it is now. */
  Target target() {
    return target;
  }

  /**
   * θ⁻ ← θ if T reached another multiple of the interval. Never overwritten, but replaced: other
   * threads may be reading it.
   */
  void refreshTarget(long interval) {
    long multiple = T.get() / interval;
    long last = targetMultiple.get();
    if (multiple > last && targetMultiple.compareAndSet(last, multiple)) {
      replaceTarget();
    }
  }

  /** θ⁻ ← τθ + (1 − τ)θ⁻, in place: each update moves it, and those who read it have a copy. */
  void approachTarget(double tau) {
    Parameters thetaMinus = target.theta();
    thetaMinus.approach(theta, tau);
    critic.ifPresent(each -> each.approachTarget(tau));
    target = new Target(thetaMinus); // So that they copy it again.
  }

  /** θ⁻ ← θ, for the one thread that changes θ. */
  void replaceTarget() {
    target = new Target(copyOfTheta());
    critic.ifPresent(SharedCritic::replaceTarget);
  }

  private boolean keepsTrajectories() {
    return plan.algorithm() instanceof AsynchronousAlgorithm a && a.trajectories().isPresent();
  }

  /** θ_a, which all threads write like θ. */
  Parameters average() {
    return average;
  }

  private Parameters copyOfTheta() {
    Parameters copy = new Parameters(theta.size());
    copy.set(theta);
    return copy;
  }

  /** θ⁻, never written again but by soft targets. */
  record Target(Parameters theta) {}

  /** Where workers meet their chief, if the algorithm has one. */
  @Nullable Workers workers() {
    return workers;
  }

  /** The one that all share, or a chief's. */
  Optimizer optimizer() {
    return optimizer;
  }

  LearningLog learning() {
    return learning;
  }

  SafePoint safePoint() {
    return safePoint;
  }

  /** What actor-learner {@code id} goes on from: in a run that is resumed, or where it left. */
  Optional<byte[]> resumedActor(int id) {
    byte[] left = safePoint.left(id);
    if (left.length > 0) {
      return Optional.of(left);
    }
    return id < resumedActors.size() ? Optional.of(resumedActors.get(id)) : Optional.empty();
  }

  Cores cores() {
    return cores;
  }

  Evaluator evaluator() {
    return evaluator;
  }

  boolean hasFailed() {
    return failure != null;
  }

  boolean running() {
    return !stop && T.get() < plan.steps();
  }

  /**
   * Called by each actor-learner when its environment is up; the clock starts with the last one.
   */
  void awaitAllReady() throws InterruptedException {
    ready.countDown();
    if (ready.getCount() == 0) {
      clock.start();
    }
    while (!stop && !ready.await(20, TimeUnit.MILLISECONDS)) {
      // Looks at stop now and then: another thread's environment may have failed to come up.
    }
    clock.start();
  }

  long countStep() {
    return T.incrementAndGet();
  }

  /** An update of θ by a gradient that was computed at what θ was after so many updates. */
  void update(Optimizer of, Gradient dTheta, long atStep, long atUpdates, Gauge gauge) {
    double eta = learningRate(atStep);
    double norm = of.update(theta, dTheta, eta);
    gauge.update(norm, eta, updates.get() - atUpdates);
  }

  void countUpdate() {
    updates.incrementAndGet();
    learning.note();
    snapshots.takeIfDue(T.get(), theta, this);
  }

  void countLostEpisode() {
    lostEpisodes.incrementAndGet();
  }

  void episodeEnded(int thread, long step, double score, long length) {
    boolean solved = episodes.add(step, seconds(), thread, score, length);
    if (solved) {
      stop = true;
    }
  }

  /** Keeps the first failure and stops everything. */
  synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    stop = true;
  }

  private void joinAll() {
    boolean interrupted = false;
    for (int i = 0; isMore(i); i++) {
      while (started.get(i).isAlive()) {
        try {
          started.get(i).join();
        } catch (InterruptedException e) {
          interrupted = true;
          stop();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there is thread {@code i}; if not, no other will be started. */
  private synchronized boolean isMore(int i) {
    closed = i == started.size();
    return !closed;
  }
}
