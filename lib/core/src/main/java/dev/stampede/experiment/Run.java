package dev.stampede.experiment;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.BatchAlgorithm;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.diagnosis.Diagnosis;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Space;
import dev.stampede.nn.Engine;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.Network;
import dev.stampede.nn.OptimizerKind;
import dev.stampede.nn.ParametersFile;
import dev.stampede.record.Recorder;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import dev.stampede.replay.Replay;
import dev.stampede.replay.ReplaySize;
import dev.stampede.report.Report;
import dev.stampede.result.Change;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.LearningRecord;
import dev.stampede.result.Machine;
import dev.stampede.result.RunDirectory;
import dev.stampede.runtime.Checkpoint;
import dev.stampede.runtime.Checkpoints;
import dev.stampede.runtime.LearningRateSchedule;
import dev.stampede.runtime.MemoryProgress;
import dev.stampede.runtime.Normalization;
import dev.stampede.runtime.Plan;
import dev.stampede.runtime.Progress;
import dev.stampede.runtime.Reduction;
import dev.stampede.runtime.Snapshot;
import dev.stampede.runtime.Training;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment that was started: its progress while it runs, its results then and afterwards.
 *
 * <p>All methods may be called from any thread, while it runs too.
 */
public final class Run {
  private static final long DEFAULT_STEPS = 300_000;
  private static final long DEFAULT_ATARI_STEPS = 200_000;

  private final Experiment experiment;
  private final Consumer<String> messages;
  private final int cores;
  private final Optional<RunDirectory> claimed;
  private volatile @Nullable RunDirectory directory;
  private volatile @Nullable String unwritten;
  private final CountDownLatch done = new CountDownLatch(1);
  private final CountDownLatch up = new CountDownLatch(1);
  private volatile boolean stopRequested;
  private boolean waits;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Training training;
  private volatile @Nullable Checkpoints checkpoints;
  private volatile Preset preset;

  /** As it was adapted, before anything was changed while the run went on. */
  private volatile Preset begun;

  private volatile long budget;
  private volatile int framesPerStep = 1;
  private volatile int choices;
  private volatile @Nullable EnvironmentFactory opened;
  private Map<String, String> protocol = Map.of();
  private volatile @Nullable Network network;
  private int written;

  private Run(Experiment experiment, Consumer<String> messages, int cores) {
    this.experiment = experiment;
    this.cores = cores;
    this.messages = messages;
    this.preset = experiment.algorithm();
    this.begun = preset;
    this.budget = experiment.steps().orElse(DEFAULT_STEPS);
    this.claimed = experiment.out().flatMap(this::made);
    this.directory = claimed.orElse(null);
  }

  static Run start(Experiment experiment, Consumer<String> messages) {
    return start(experiment, messages, Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param cores that it may use for itself
   */
  static Run start(Experiment experiment, Consumer<String> messages, int cores) {
    Run run = new Run(experiment, messages, cores);
    run.claimed.ifPresent(RunDirectory::claim);
    Thread supervisor = new Thread(run::supervise, "run-supervisor");
    supervisor.start();
    return run;
  }

  private Optional<RunDirectory> made(Path folder) {
    try {
      return Optional.of(RunDirectory.create(folder));
    } catch (IllegalArgumentException e) {
      doWithoutFiles(e);
      return Optional.empty();
    }
  }

  /** Tells of the first thing that could not be written, or gives up where it was asked for. */
  private <E extends Exception> void doWithoutFiles(E e) throws E {
    if (!experiment.filesMayFail()) {
      throw e;
    }
    if (unwritten == null) {
      Throwable cause =
          e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
      String told = "Not all results are in files: " + cause.getMessage();
      unwritten = told;
      messages.accept(told);
    }
  }

  public Experiment experiment() {
    return experiment;
  }

  /**
   * Why not all its results are in files, where a full disk or a folder that cannot be made does
   * not end the run: see {@link Experiment.Builder#outIfPossible}.
   */
  public Optional<String> unwritten() {
    return Optional.ofNullable(unwritten);
  }

  /**
   * The algorithm as it runs, adapted to what the environment shows; exact once the first
   * environment is up.
   */
  public Preset algorithm() {
    return preset;
  }

  /** Whether any thread of this run is still at work. */
  public boolean isRunning() {
    return done.getCount() > 0;
  }

  /** Asks the run to end in an orderly way, with all its results. Returns at once. */
  public void stop() {
    stopRequested = true;
    Training t = training;
    if (t != null) {
      t.stop();
    }
  }

  /**
   * Makes all threads wait after the rollout that they are in; nothing is lost, and the run's clock
   * stands. Waits for the first environment if there is none yet.
   *
   * @throws IllegalStateException if the run has ended
   */
  public void pause() {
    underWay("pause").pause();
  }

  /**
   * Lets them go on after {@link #pause}.
   *
   * @throws IllegalStateException if the run has ended
   */
  public void resume() {
    underWay("resume").resume();
  }

  /** As {@link #pause} and {@link #resume}, at once: also before there is an environment. */
  synchronized void letWait(boolean wait) {
    waits = wait;
    Training t = training;
    if (t != null && wait) {
      t.pause();
    } else if (t != null) {
      t.resume();
    }
  }

  /** From here on others reach it; what they asked for before holds. */
  private synchronized void makeKnown(Training t) {
    training = t;
    if (stopRequested) {
      t.stop();
    } else if (waits) {
      t.pause();
    }
  }

  public boolean isPaused() {
    Training t = training;
    return t != null && t.isPaused();
  }

  /**
   * Sets η for all updates from now on. Where it falls, it falls on from there: by the same share
   * of itself as before. Written into the run's record, and kept by its checkpoints.
   *
   * @throws IllegalArgumentException if it is no learning rate
   * @throws IllegalStateException if the run has ended, or η has fallen to 0
   */
  public void learningRate(double eta) {
    Training t = underWay("learning-rate");
    if (eta == 0) {
      throw new IllegalArgumentException(
          "learning-rate: expected a number above 0, for nothing could raise it again; pause() lets"
              + " the run wait");
    }
    synchronized (this) {
      Preset changed = changed(Knob.LEARNING_RATE, Double.toString(eta));
      t.changeLearningRate(eta);
      preset = changed;
    }
  }

  /**
   * Sets β, the weight of the policy's entropy, for each thread's rollouts from its next one on; of
   * a run that is paused, from the second one after {@link #resume}: the first has begun.
   *
   * @param betas one for all threads, or several, as {@link Preset#entropy} takes them
   * @throws IllegalArgumentException if the algorithm has none, or it is no such weight
   * @throws IllegalStateException if the run has ended, or its algorithm cannot change over
   */
  public void entropy(double... betas) {
    change(
        Knob.ENTROPY, String.join(",", Arrays.stream(betas).mapToObj(Double::toString).toList()));
  }

  /** The same for λ of the returns; see {@link Preset#lambda}. */
  public void lambda(double lambda) {
    change(Knob.LAMBDA, Double.toString(lambda));
  }

  /** The same for the factor of the value's gradient; see {@link Preset#valueWeight}. */
  public void valueWeight(double factor) {
    change(Knob.VALUE_WEIGHT, Double.toString(factor));
  }

  /**
   * Lets so many actor-learners work from now on. Those that are too many end after the rollout
   * they are in, and go on from there if there are more again.
   *
   * @throws IllegalArgumentException if it is not at least 1
   * @throws IllegalStateException if the run has ended, is deterministic, or its algorithm is not
   *     asynchronous
   */
  public void threads(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("threads: expected at least 1 but got " + n);
    }
    underWay("threads").changeThreads(n);
  }

  /** Actor-learners now. */
  public int threads() {
    Training t = training;
    return t == null ? experiment.threads() : t.threads();
  }

  private void change(Knob knob, String value) {
    Training t = underWay(knob.label());
    synchronized (this) {
      Preset changed = changed(knob, value);
      t.changeAlgorithm(
          changed.make(framesPerStep), knob.label(), preset.value(knob), changed.value(knob));
      preset = changed;
    }
  }

  private Preset changed(Knob knob, String value) {
    return preset.with(knob, knob.parse(value), "changed by the user while it ran");
  }

  /** Waits until there is something to change. */
  private Training underWay(String what) {
    awaitUp(what);
    Training t = training;
    if (t == null || !isRunning()) {
      throw new IllegalStateException(
          what + ": expected a run that is under way, but this one has ended; start another");
    }
    return t;
  }

  private void awaitUp(String what) {
    try {
      up.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(what + ": interrupted before the run was up", e);
    }
  }

  /** What was changed while it ran, oldest first. */
  public List<Change> changes() {
    Training t = training;
    return t == null ? List.of() : t.changes();
  }

  /**
   * What the updates looked like, in some hundred pieces of a short run, or every 20 000 steps; see
   * {@link LearningRecord}. Methods that change θ without a gradient have none.
   */
  public List<LearningRecord> learning() {
    Training t = training;
    return t == null ? List.of() : t.learningRecords();
  }

  /**
   * Waits for the end. An interrupt of the waiting thread is an orderly stop: this then returns
   * within 50 ms with everything so far, while the run's own threads end by themselves.
   *
   * @return this run
   * @throws RunFailedException if the run failed
   */
  public Run await() {
    try {
      done.await();
    } catch (InterruptedException e) {
      stop();
      try {
        done.await(30, TimeUnit.MILLISECONDS);
      } catch (InterruptedException again) {
        // Stopping already; whoever waits wants to be gone.
      }
    }
    Throwable cause = failure;
    if (cause != null) {
      throw new RunFailedException(this, cause);
    }
    return this;
  }

  /**
   * Waits at most that long for the end.
   *
   * @return whether it has ended
   */
  public boolean await(long milliseconds) throws InterruptedException {
    return done.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** What made the run fail, if it did. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** A consistent moment for a live view. */
  public Progress progress() {
    Training t = training;
    return t == null
        ? new Progress(
            isRunning(),
            false,
            0,
            budget,
            0,
            0,
            0,
            0,
            Double.NaN,
            Double.NaN,
            List.of(),
            List.of(),
            List.of(),
            Optional.empty())
        : t.progress();
  }

  /**
   * What the memory that it learns from looks like, or looked like when the run ended; empty of
   * methods without one, and before the first environment is up.
   */
  public Optional<MemoryProgress> memory() {
    Training t = training;
    return t == null ? Optional.empty() : t.memory();
  }

  /** Agent steps of all threads so far. */
  public long steps() {
    Training t = training;
    return t == null ? 0 : t.steps();
  }

  /** Updates of θ so far. */
  public long updates() {
    Training t = training;
    return t == null ? 0 : t.updates();
  }

  /**
   * The finished training episodes in the order they ended. Where there are more than 130 000, the
   * last 60 000 and every second, fourth, … of those before; the out folder's episodes.csv has
   * each.
   */
  public List<EpisodeRecord> episodes() {
    Training t = training;
    return t == null ? List.of() : t.episodesSince(0);
  }

  public List<EvaluationRecord> evaluations() {
    Training t = training;
    return t == null ? List.of() : t.evaluations();
  }

  /** Best mean return over 100 episodes so far; NaN before the hundredth. */
  public double bestMeanReturn100() {
    Training t = training;
    return t == null ? Double.NaN : t.bestMeanReturn();
  }

  /** Mean return of the last episodes, at most 100; NaN before the first. */
  public double meanReturn100() {
    Training t = training;
    return t == null ? Double.NaN : t.meanReturn();
  }

  /**
   * Agent steps when the mean return over 100 episodes first reached the target of {@code until}.
   */
  public OptionalLong solvedAtStep() {
    Training t = training;
    return t == null ? OptionalLong.empty() : t.solvedAtStep();
  }

  /** How often a process that serves environments died and was started again. */
  public int workerRestarts() {
    EnvironmentFactory e = opened;
    return e == null ? 0 : e.workerRestarts();
  }

  /** Why, in words: the last of those restarts, the newest at the end. */
  public List<String> workerRestartCauses() {
    EnvironmentFactory e = opened;
    return e == null ? List.of() : e.workerRestartCauses();
  }

  /** What the run has recorded so far, to be written in forms that others read. */
  public Report report() {
    return Report.of(record(), episodes(), evaluations(), learning());
  }

  /** θ as it is now; empty before the first environment is up. */
  public Optional<float[]> theta() {
    Training t = training;
    return t == null ? Optional.empty() : Optional.of(t.theta());
  }

  /**
   * Plays whole episodes by θ as it is now, in an environment of its own, into a file: a video with
   * the score (.mp4, .gif) or a trajectory (.jsonl, .jsonl.gz). Waits until they are played. A
   * policy is drawn from, as evaluations do by default.
   *
   * @throws IllegalStateException if the run has no parameters
   * @throws IllegalArgumentException if the file's name ends otherwise, it cannot be written, or a
   *     video is wanted of what cannot be rendered
   */
  public Recording video(Path file, Take take) {
    return video(file, take, experiment.greedyEvaluation().orElse(false));
  }

  /**
   * The same, and says how actions are chosen.
   *
   * @param greedy takes the most probable action instead of drawing one
   */
  public Recording video(Path file, Take take, boolean greedy) {
    Recorder.checkName(file);
    return policy().video(file, take, greedy);
  }

  /**
   * The policy as it is now, to be watched, filmed and measured. Waits for the first environment if
   * there is none yet.
   *
   * @throws IllegalStateException if the run has no parameters
   */
  public PolicySnapshot policy() {
    awaitUp("policy");
    Training t = training;
    Network n = network;
    if (t == null || n == null) {
      throw new IllegalStateException(
          "the run failed before it had parameters, so nothing can be played; see failure()");
    }
    return policy(n, new Snapshot(t.steps(), t.theta(), t.observationMoments()));
  }

  /**
   * The policy as it was near a step: the nearest of those that were kept and of the one now. It
   * says which step it really has.
   *
   * @throws IllegalStateException if the run keeps none; see {@link
   *     Experiment.Builder#keepParametersEvery}
   */
  public PolicySnapshot at(long step) {
    PolicySnapshot now = policy();
    RunDirectory out = directory;
    Training t = training;
    Network n = network;
    if (out == null || t == null || n == null || experiment.keepParametersEvery().isEmpty()) {
      throw new IllegalStateException(
          "at: expected a run that keeps its parameters; start it with"
              + " keepParametersEvery(50_000) and a folder, or use policy(), which is that of step "
              + now.step());
    }
    try {
      keepParameters(t);
      SortedMap<Long, Path> kept = out.keptParameters();
      long nearest =
          Stream.concat(kept.keySet().stream(), Stream.of(now.step()))
              .min(Comparator.comparingLong(each -> Math.abs(each - step)))
              .orElseThrow();
      Path file = kept.get(nearest);
      return file == null ? now : policy(n, read(file, nearest, n));
    } catch (IOException e) {
      throw new UncheckedIOException("the parameters of " + out.path() + " cannot be read", e);
    }
  }

  private Snapshot read(Path file, long step, Network n) throws IOException {
    return new Snapshot(
        step,
        ParametersFile.read(file, n),
        preset.yes(Knob.NORMALIZE_OBSERVATIONS)
            ? Optional.of(ParametersFile.readMoments(file, n))
            : Optional.empty());
  }

  private PolicySnapshot policy(Network n, Snapshot theta) {
    PolicyPlayer player =
        new PolicyPlayer(preset.make(framesPerStep), n, theta.theta(), theta.observations());
    return new PolicySnapshot(experiment, preset, player, theta.step(), messages);
  }

  /** Writes the copies of θ that are due. */
  private synchronized void keepParameters(Training t) throws IOException {
    RunDirectory out = directory;
    Network n = network;
    for (Snapshot each : t.takeSnapshots()) {
      if (out != null && n != null) {
        ParametersFile.write(out.parametersAt(each.step()), n, each.theta(), each.observations());
      }
    }
  }

  /**
   * Says in words what its record shows: what is wrong, the numbers, and what to try. Plays some
   * steps by θ as it is now, in an environment of its own, to look into the network.
   */
  public Diagnosis diagnose() {
    Training t = training;
    Network n = network;
    Optional<PolicyPlayer> player =
        t == null || n == null
            ? Optional.empty()
            : Optional.of(
                new PolicyPlayer(preset.make(framesPerStep), n, t.theta(), t.observationMoments()));
    return Diagnosis.of(Checkup.of(this, player, messages));
  }

  private void supervise() {
    try {
      EnvironmentFactory environments = experiment.openEnvironments(messages);
      try (AutoCloseable ending =
          experiment.closesEnvironments() ? environments::close : () -> {}) {
        trainIn(environments);
      }
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    }
    try {
      attempt(this::write);
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    } finally {
      claimed.ifPresent(RunDirectory::release);
      done.countDown();
      up.countDown();
    }
  }

  private void trainIn(EnvironmentFactory environments) throws Exception {
    opened = environments;
    framesPerStep = environments.framesPerStep();
    protocol = environments.protocol();
    budget = experiment.steps().orElse(framesPerStep > 1 ? DEFAULT_ATARI_STEPS : DEFAULT_STEPS);
    Optional<Checkpoint> from = newestCheckpoint();
    Environment first = environments.create(EnvironmentFactory.Purpose.TRAINING);
    Training t;
    try {
      t = new Training(plan(environments, first, from), first);
      t.limitCores(cores);
      if (from.isPresent()) {
        resume(t, from.get());
      }
    } catch (Throwable e) {
      first.close();
      throw e;
    }
    if (from.isEmpty()) {
      begin();
    }
    if (directory != null) {
      experiment.keepParametersEvery().ifPresent(t::keepSnapshotsEvery);
    }
    RunDirectory out = directory;
    if (out != null && experiment.saveReplay()) {
      t.saveMemoriesIn(out.path());
    }
    makeKnown(t);
    writeFirst(t);
    up.countDown();
    train(t);
    t.failure().ifPresent(e -> failure = failure == null ? e : failure);
  }

  private void begin() throws Exception {
    RunDirectory out = directory;
    if (out == null) {
      return;
    }
    boolean begun =
        attempt(
            () -> {
              out.begin();
              Checkpoint.deleteAll(out.path());
            });
    directory = begun ? out : null;
  }

  /** Something to do with files. */
  @FunctionalInterface
  private interface Writing {
    void run() throws Exception;
  }

  /**
   * @return whether it could be written; where it must be, a failure is thrown
   */
  private boolean attempt(Writing writing) throws Exception {
    try {
      writing.run();
      return true;
    } catch (Exception e) {
      doWithoutFiles(e);
      return false;
    }
  }

  /** Runs the training on this thread while another writes finished episodes out now and then. */
  private void train(Training t) throws InterruptedException {
    Thread writer = new Thread(() -> keepWriting(t), "run-writer");
    writer.start();
    RunDirectory out = directory;
    Checkpoints saved =
        out == null
            ? null
            : new Checkpoints(
                t,
                out.path(),
                CheckpointedSettings.and(CheckpointedSettings.of(experiment, budget), begun),
                experiment.checkpointEvery(),
                () -> {
                  writeEpisodes(t);
                  out.force();
                },
                messages);
    checkpoints = saved;
    if (saved != null) {
      saved.start();
    }
    try {
      t.run();
    } finally {
      try {
        writer.join();
      } finally {
        if (saved != null) {
          saved.finish();
        }
        t.close();
      }
    }
  }

  /** Before the first step, so that every run that has one is listed. */
  private void writeFirst(Training t) {
    RunDirectory out = directory;
    try {
      if (out != null) {
        attempt(() -> out.write(record()));
      }
    } catch (Throwable e) { // The training is run all the same: it closes what it was given.
      t.stop();
      failure = e;
    }
  }

  private Optional<Checkpoint> newestCheckpoint() throws IOException {
    RunDirectory out = directory;
    if (out == null || !experiment.resumes()) {
      return Optional.empty();
    }
    Checkpoint newest = Checkpoint.newest(out.path(), messages);
    CheckpointedSettings.check(newest.experiment(), experiment);
    return Optional.of(newest);
  }

  /** Goes on where the checkpoint was taken, with the episodes that had ended by then. */
  private void resume(Training t, Checkpoint from) throws IOException {
    RunDirectory out = Objects.requireNonNull(directory);
    List<EpisodeRecord> finished = out.readFirstEpisodes(from.episodes());
    t.restore(from, finished);
    Checkpoint.putDamagedAside(out.path());
    out.keepEpisodes(from.episodes());
    out.deleteParametersAfter(from.steps());
    written = finished.size();
    for (Change each : t.changes()) {
      if (!each.knob().equals(Training.THREADS)) {
        preset = changed(Knob.named(each.knob()), each.to());
      }
    }
    t.changeAgain(preset.make(framesPerStep));
    tellOfResumption(t, from, !t.hasMemories() || t.restoreMemories(out.path()));
  }

  private void tellOfResumption(Training t, Checkpoint from, boolean remembers) {
    long earlier = CheckpointedSettings.steps(from.experiment());
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "resumed at step %,d of %,d, after %.1f s",
            from.steps(),
            budget,
            from.seconds()));
    if (!t.resumptions().get(t.resumptions().size() - 1).environments()) {
      line.append(
          "; the environments' state was not saved: each actor-learner starts a new episode");
    }
    if (!remembers) {
      line.append("; the replay memory was not saved: it is filled anew before learning goes on");
    }
    line.append(AcerPresets.ofResumption(preset));
    boolean falls =
        preset.value(Knob.ANNEAL_STEPS).equals("budget")
            && !preset.value(Knob.LEARNING_RATE_SCHEDULE).equals("constant");
    if (budget != earlier && falls) {
      line.append(
          String.format(
              Locale.ROOT, "; η now falls over %,d steps instead of %,d", budget, earlier));
    }
    if (from.steps() >= budget) {
      line.append("; there is nothing left to do: give more steps");
    } else if (t.solvedAtStep().isPresent()) {
      line.append("; there is nothing left to do: it had reached its mean return");
    }
    messages.accept(line.toString());
  }

  /**
   * Writes finished episodes each second and everything else each minute, until the training ends.
   */
  private void keepWriting(Training t) {
    try {
      for (int seconds = 1; !t.await(1_000); seconds++) {
        attempt(() -> writeEpisodes(t));
        attempt(() -> keepParameters(t));
        if (seconds % 60 == 0) {
          attempt(this::write);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      t.stop();
      failure = e;
    }
  }

  private Plan plan(EnvironmentFactory environments, Environment first, Optional<Checkpoint> from) {
    Space actions = first.actionSpace();
    if (!(first.observationSpace() instanceof Space.Box observations)) {
      throw new IllegalArgumentException(
          "a network needs Box observations, but "
              + experiment.env()
              + " gives "
              + first.observationSpace());
    }
    Preset now = preset.adaptedTo(observations, actions, budget);
    Preset adapted =
        from.map(each -> CheckpointedSettings.asBegun(each.experiment(), now)).orElse(now);
    preset = adapted;
    begun = adapted;
    choices = actions instanceof Space.Discrete discrete ? discrete.n() : 0;
    Algorithm algorithm = adapted.make(framesPerStep);
    int outputs = algorithm.outputs(actions);
    Network made =
        new Network(
            adapted.makeNetwork(observations, outputs), observations, adapted.yes(Knob.FUSED));
    checkOutputs(made, adapted, outputs, actions);
    if (made.isRecurrent() && !algorithm.takesRecurrent()) {
      throw new IllegalArgumentException(
          adapted.algorithm()
              + " takes no recurrent network: it learns from a rollout several times, when what was"
              + " remembered in it is no longer what θ gives. A2C, PAAC and A3C take one");
    }
    boolean carriesState =
        algorithm instanceof BatchAlgorithm
            || (algorithm instanceof AsynchronousAlgorithm a && !a.onShared() && !a.usesTarget());
    if (algorithm instanceof AsynchronousAlgorithm a && a.trajectories().isPresent()) {
      AcerPresets.check(a, made, actions, experiment.threads());
    }
    if (made.isRecurrent() && !carriesState) {
      throw new IllegalArgumentException(
          adapted.algorithm()
              + " takes no recurrent network: nobody would carry the recurrent state of its target"
              + " network. A3C, A2C and PAAC take one");
    }
    MemoryUse.of(algorithm)
        .ifPresent(use -> check(use, new ReplaySize(use.capacity(), observations, actions)));
    network = made;
    String anneal = adapted.value(Knob.ANNEAL_STEPS);
    return new Plan(
        algorithm,
        made,
        adapted.heads(),
        Initialization.valueOf(adapted.value(Knob.INITIALIZATION).toUpperCase(Locale.ROOT)),
        environments,
        experiment.threads(),
        budget,
        experiment.seed(),
        adapted.number(Knob.REWARD_SCALE),
        adapted.number(Knob.LEARNING_RATE),
        switch (anneal) {
          case "never" -> OptionalLong.empty();
          case "budget" -> OptionalLong.of(budget);
          default -> OptionalLong.of(Long.parseLong(anneal));
        },
        schedule(adapted),
        Reduction.valueOf(adapted.value(Knob.REDUCTION).toUpperCase(Locale.ROOT).replace('-', '_')),
        OptimizerKind.valueOf(
            adapted.value(Knob.OPTIMIZER).toUpperCase(Locale.ROOT).replace('-', '_')),
        adapted.number(Knob.RMS_DECAY),
        adapted.number(Knob.RMS_EPSILON),
        adapted.number(Knob.CLIP_NORM),
        experiment.until(),
        experiment.evaluateEvery(),
        experiment.evaluationEpisodes(),
        experiment.greedyEvaluation().orElse(!algorithm.stochastic()),
        normalization(adapted, observations),
        experiment.deterministic(),
        DpgPresets.critic(adapted, observations, actions));
  }

  private static void check(MemoryUse use, ReplaySize size) {
    if (use.learningStarts() > use.capacity()) {
      throw new IllegalArgumentException(
          "learning-starts: expected at most replay-capacity, "
              + use.capacity()
              + " transitions, but got "
              + use.learningStarts()
              + ", so that nothing would ever be learned; set learning-starts lower");
    }
    Replay.checkFits(size);
  }

  private static void checkOutputs(Network network, Preset preset, int outputs, Space actions) {
    int heads = preset.heads().values().stream().mapToInt(size -> size).sum();
    if (heads > 0 && preset.ownLoss().isEmpty() && !preset.isOwnAlgorithm()) {
      throw new IllegalArgumentException(
          "head: expected a loss that reads "
              + preset.heads().keySet()
              + ", but the one of "
              + preset.algorithm()
              + " does not; give A3C one with lossOf(…), in a notebook loss { … }");
    }
    if (network.outputs() != outputs + heads) {
      throw new IllegalArgumentException(
          "the network has "
              + network.outputs()
              + " outputs but "
              + preset.algorithm()
              + " needs "
              + outputs
              + " for "
              + actions
              + (heads > 0 ? " and " + heads + " for its heads " + preset.heads() : "")
              + "; make its last layer that wide: networkOf(…) is given the number");
    }
  }

  private static LearningRateSchedule schedule(Preset preset) {
    String name = preset.value(Knob.LEARNING_RATE_SCHEDULE);
    boolean falls = !name.equals("constant") && !preset.isThePapers(Knob.LEARNING_RATE_SCHEDULE);
    if (falls && preset.value(Knob.ANNEAL_STEPS).equals("never")) {
      throw new IllegalArgumentException(
          "learning-rate-schedule: expected agent steps over which η falls for "
              + name
              + " but anneal-steps is never; set anneal-steps to a number or to budget");
    }
    return LearningRateSchedule.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static Normalization normalization(Preset preset, Space.Box observations) {
    boolean ofObservations = preset.yes(Knob.NORMALIZE_OBSERVATIONS);
    if (ofObservations && observations.element() == Space.Element.UINT8) {
      throw new IllegalArgumentException(
          "normalize-observations: expected observations of real numbers but the environment gives "
              + observations
              + "; bytes are divided by 255 in any case, so leave it at no");
    }
    return new Normalization(
        ofObservations, preset.yes(Knob.NORMALIZE_REWARDS), preset.number(Knob.GAMMA));
  }

  private synchronized void writeEpisodes(Training t) {
    RunDirectory out = directory;
    if (out != null) {
      List<EpisodeRecord> fresh = t.episodesSince(written);
      out.append(fresh);
      written += fresh.size();
      t.releaseEpisodes(written);
    } else {
      t.releaseEpisodes(Integer.MAX_VALUE);
    }
  }

  /** Writes all there is; one part that cannot be written does not keep the others from it. */
  private void write() throws Exception {
    RunDirectory out = directory;
    Training t = training;
    Network n = network;
    if (out == null || t == null || n == null) {
      return;
    }
    List<Callable<Boolean>> parts =
        List.of(
            () -> {
              writeEpisodes(t);
              return true;
            },
            () -> {
              keepParameters(t);
              return true;
            },
            () -> {
              out.write(t.evaluations());
              return true;
            },
            () -> {
              out.writeLearning(t.learningRecords());
              return true;
            },
            () -> {
              ParametersFile.write(out.parameters(), n, t.theta(), t.observationMoments());
              return true;
            },
            () -> {
              out.write(record());
              return true;
            });
    Exception first = null;
    for (Callable<Boolean> part : parts) {
      try {
        part.call();
      } catch (Exception e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /**
   * Everything that {@code run.json} says: what was asked for, what came out, and where it was
   * made.
   */
  public Map<String, Object> record() {
    Progress now = progress();
    Throwable cause = failure;
    Map<String, Object> record = new LinkedHashMap<>();
    record.put(
        "state",
        cause != null
            ? "failed"
            : now.running()
                ? now.paused() ? "paused" : "running"
                : stopRequested ? "stopped" : "finished");
    if (cause != null) {
      record.put("failure", cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }
    record.put("steps", now.steps());
    record.put("frames", now.frames());
    record.put("updates", updates());
    record.put("episodes", now.episodes());
    record.put("wallSeconds", now.seconds());
    record.put("stepsPerSecond", now.seconds() > 0 ? now.steps() / now.seconds() : 0);
    record.put("meanReturn100", finite(now.meanReturn()));
    record.put("bestMeanReturn100", finite(now.bestMeanReturn()));
    OptionalLong solved = solvedAtStep();
    record.put("solvedAtStep", solved.isPresent() ? solved.getAsLong() : null);
    record.put("workerRestarts", workerRestarts());
    record.put("workerRestartCauses", workerRestartCauses());
    Training t = training;
    record.put("lostEpisodes", t == null ? 0 : t.lostEpisodes());
    record.put(
        "resumedFrom",
        t == null
            ? List.of()
            : t.resumptions().stream()
                .map(
                    from -> {
                      Map<String, Object> entry = new LinkedHashMap<>();
                      entry.put("step", from.step());
                      entry.put("wallSeconds", from.seconds());
                      entry.put("environments", from.environments() ? "restored" : "new episodes");
                      return entry;
                    })
                .toList());
    now.memory().ifPresent(m -> record.put("memory", MemoryRecord.of(m)));
    record.put("changes", changes().stream().map(Run::changeRecord).toList());
    record.put("checkpoints", checkpointsRecord());
    record.put("experiment", settings());
    record.put("algorithm", algorithmRecord());
    record.put("protocol", protocol);
    Map<String, Object> versions = new LinkedHashMap<>(Machine.stampede());
    versions.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    versions.put("engine", t == null ? null : Engine.version());
    record.put("versions", versions);
    record.put("machine", Machine.description());
    record.put("process", Machine.process());
    return record;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("env", experiment.env());
    settings.put("threads", experiment.threads());
    settings.put("seed", experiment.seed());
    settings.put("stepsBudget", quantity(budget, "agent steps"));
    settings.put("framesPerStep", quantity(framesPerStep, "emulator frames"));
    settings.put("choices", choices); // 0 for actions that are numbers.
    experiment
        .until()
        .ifPresent(u -> settings.put("until", quantity(u, "mean return of 100 episodes")));
    experiment
        .evaluateEvery()
        .ifPresent(every -> settings.put("evaluateEvery", quantity(every, "agent steps")));
    experiment
        .keepParametersEvery()
        .ifPresent(every -> settings.put("keepParametersEvery", quantity(every, "agent steps")));
    settings.put("evaluationEpisodes", experiment.evaluationEpisodes());
    settings.put("deterministic", experiment.deterministic());
    return settings;
  }

  private Map<String, Object> checkpointsRecord() {
    Checkpoints saved = checkpoints;
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("written", saved == null ? 0 : saved.count());
    Optional<Checkpoint> last = saved == null ? Optional.empty() : saved.last();
    last.ifPresent(
        checkpoint -> {
          record.put("lastStep", checkpoint.steps());
          record.put("lastWallSeconds", checkpoint.seconds());
        });
    return record;
  }

  private Map<String, Object> algorithmRecord() {
    Preset now = preset;
    Map<String, Object> knobs = new LinkedHashMap<>();
    now.settings()
        .forEach(
            (knob, setting) -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("value", setting.value());
              entry.put("unit", knob.unit());
              entry.put("source", setting.source());
              entry.put("certainty", setting.certainty().name().toLowerCase(Locale.ROOT));
              knobs.put(knob.label(), entry);
            });
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("name", now.name());
    record.put("algorithm", now.algorithm());
    record.put("parameters", network == null ? null : network.size());
    record.put("networkOfOnesOwn", now.hasOwnNetwork());
    record.put("lossOfOnesOwn", now.ownLoss().isPresent());
    record.put("algorithmOfOnesOwn", now.isOwnAlgorithm());
    record.put("heads", now.heads());
    record.put("knobs", knobs);
    record.put(
        "differencesFromPaper",
        now.differencesFromPaper().stream().map(Preset.Difference::toString).toList());
    return record;
  }

  private static Map<String, Object> changeRecord(Change change) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("step", change.step());
    record.put("wallSeconds", change.seconds());
    record.put("knob", change.knob());
    record.put("from", change.from());
    record.put("to", change.to());
    return record;
  }

  private static Map<String, Object> quantity(Object value, String unit) {
    Map<String, Object> quantity = new LinkedHashMap<>();
    quantity.put("value", value);
    quantity.put("unit", unit);
    return quantity;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null; // JSON has no NaN.
  }
}
