package dev.stampede.gym;

import dev.stampede.env.ClipReward;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Flatten;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.Space;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Environments of one name, shared out among a few workers. Those for evaluation have a worker of
 * their own, so that an evaluation does not hold up training.
 */
final class GymFactory implements EnvironmentFactory {
  private static final int FRAME_SKIP_OF_V5 = 4;

  /** Gymnasium's wrappers that repeat actions, 4 times unless this option says otherwise. */
  private static final Map<String, String> SKIPPING_WRAPPERS =
      Map.of("AtariPreprocessing", "frame_skip", "MaxAndSkipObservation", "skip");

  private static final int CAUSES_KEPT = 20;

  private final EnvironmentName name;
  private final Optional<AtariProtocol> atari;
  private final WorkerSpec spec;
  private final boolean together;
  private final Spin spin;
  private final Map<String, String> versions;
  private final Consumer<String> messages;
  private final AtomicInteger restarts = new AtomicInteger();
  private final Deque<String> causes = new ConcurrentLinkedDeque<>();
  private final AtomicInteger created = new AtomicInteger();
  private final List<Worker> training;
  private final Worker evaluation;
  private final AtomicReference<@Nullable GymEnvironment> first = new AtomicReference<>();
  private volatile @Nullable Space observations;

  /**
   * Starts the workers.
   *
   * @param workers how many serve the environments for training
   * @param together whether the environments will step together
   * @param spin closed with this factory
   * @param versions of the Python packages
   * @param messages told why a worker was started again
   */
  GymFactory(
      EnvironmentName name,
      WorkerProcess.Launch launch,
      int workers,
      boolean together,
      Spin spin,
      Map<String, String> versions,
      Consumer<String> messages) {
    this.name = name;
    this.messages = messages;
    this.atari =
        AtariGames.NAMES.contains(name.id())
            ? Optional.of(AtariProtocol.of(name.without(GymProvider.PACKAGES)))
            : Optional.empty();
    EnvironmentName forPython = name.without(GymProvider.PACKAGES);
    this.spec =
        new WorkerSpec(
            atari.isPresent(),
            atari
                .map(
                    protocol ->
                        new EnvironmentName(name.id(), protocol.forPython(), name.wrappers()))
                .orElse(forPython));
    this.together = together;
    this.spin = spin;
    this.versions = versions;
    long memory = GymProvider.memoryLimit(workers + 1);
    this.training =
        Stream.generate(() -> new Worker(launch, memory, this::restarted)).limit(workers).toList();
    this.evaluation = new Worker(launch.withoutSpin(), memory, this::restarted);
  }

  /** Makes the first environment, so that what is wrong shows now, and starts the other workers. */
  void start() {
    try {
      GymEnvironment made = make(training.get(0));
      first.set(made);
      observations = made.slot().observationSpace();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    for (Worker worker : training) {
      ForkJoinPool.commonPool().execute(() -> startEarly(worker));
    }
  }

  private static void startEarly(Worker worker) {
    try {
      worker.process();
    } catch (EnvironmentException e) {
      // It fails in create again, unless all of this was closed meanwhile.
    }
  }

  @Override
  public Environment create(Purpose purpose) {
    return switch (purpose) {
      case EVALUATION -> scored(make(evaluation));
      case RECORDING -> scored(new RenderedGymEnvironment(evaluation, spec.json(true)));
      case TRAINING -> forTraining();
    };
  }

  private Environment forTraining() {
    int i = created.getAndIncrement();
    GymEnvironment ready = i == 0 ? first.getAndSet(null) : null;
    GymEnvironment game = ready != null ? ready : make(training.get(i % training.size()));
    Environment environment = scored(game);
    if (atari.isPresent() && atari.get().lifeLoss()) {
      environment = new EpisodicLife(environment, game::lives);
    }
    return clipsRewards() ? new ClipReward(environment) : environment;
  }

  @Override
  public boolean clipsRewards() {
    return atari.isPresent() && atari.get().clipRewards();
  }

  private Environment scored(GymEnvironment game) {
    return EpisodeStatistics.around(new NumbersCheck(Flatten.around(game), name.id()));
  }

  @Override
  public Optional<EnvironmentBatch> batch(List<Environment> environments) {
    return Optional.of(new GymBatch(environments));
  }

  @Override
  public RawEnvironment raw(boolean render) {
    return new GymRaw(evaluation, spec.json(render));
  }

  @Override
  public int framesPerStep() {
    if (atari.isPresent()) {
      return atari.get().frameSkip();
    }
    int frames =
        name.id().matches("(\\w+:)?ALE/.*-v5")
                && name.options().getOrDefault("frameskip", FRAME_SKIP_OF_V5) instanceof Number skip
            ? skip.intValue()
            : 1;
    for (EnvironmentName.Wrapping wrapper : name.wrappers()) {
      String option = SKIPPING_WRAPPERS.getOrDefault(wrapper.name(), "");
      if (!option.isEmpty() && wrapper.options().getOrDefault(option, 4) instanceof Number skip) {
        frames *= skip.intValue();
      }
    }
    return frames;
  }

  @Override
  public boolean stepsElsewhere() {
    return true;
  }

  @Override
  public Map<String, String> protocol() {
    Map<String, String> protocol =
        new TreeMap<>(atari.map(AtariProtocol::described).orElse(Map.of()));
    protocol.put("environment", name.toString());
    protocol.put("training workers", String.valueOf(training.size()));
    protocol.put(
        "stepping", together ? "all environments of a worker in one call" : "a call for each step");
    protocol.put("waiting for each other", spin.described());
    Space shown = observations;
    if (shown != null) {
      protocol.put("observation space", shown.toString());
      List<String> left = Parts.varying("", shown);
      if (!left.isEmpty()) {
        protocol.put("not shown to the network", String.join(", ", left));
      }
    }
    versions.forEach((pack, version) -> protocol.put("python: " + pack, version));
    return protocol;
  }

  @Override
  public int workerRestarts() {
    return restarts.get();
  }

  @Override
  public List<String> workerRestartCauses() {
    return List.copyOf(causes);
  }

  private void restarted(String cause) {
    restarts.incrementAndGet();
    causes.addLast(cause);
    if (causes.size() > CAUSES_KEPT) {
      causes.pollFirst();
    }
    messages.accept("a Python worker is started again: " + cause);
  }

  @Override
  public void close() {
    GymEnvironment unused = first.getAndSet(null);
    if (unused != null) {
      unused.close(); // It may have processes and ports of its own.
    }
    training.forEach(Worker::close);
    evaluation.close();
    spin.close();
  }

  private GymEnvironment make(Worker worker) {
    return new GymEnvironment(worker, spec.json(false));
  }
}
