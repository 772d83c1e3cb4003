package dev.stampede.gym;

import dev.stampede.env.ClipReward;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Flatten;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.Space;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Environments of one name, shared out among a few workers. Those for evaluation have a worker of
 * their own, so that an evaluation does not hold up training.
 */
final class GymFactory implements EnvironmentFactory {
  private static final int FRAME_SKIP_OF_V5 = 4;

  private final EnvironmentName name;
  private final Optional<AtariProtocol> atari;
  private final WorkerSpec spec;
  private final Map<String, String> versions;
  private final AtomicInteger restarts = new AtomicInteger();
  private final AtomicInteger created = new AtomicInteger();
  private final List<Worker> training;
  private final Worker evaluation;
  private final AtomicReference<@Nullable GymEnvironment> first = new AtomicReference<>();
  private volatile @Nullable Space observations;

  /**
   * Starts the workers.
   *
   * @param workers how many serve the environments for training
   * @param versions of the Python packages
   */
  GymFactory(
      EnvironmentName name,
      WorkerProcess.Launch launch,
      int workers,
      Map<String, String> versions) {
    this.name = name;
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
    this.versions = versions;
    this.training = Stream.generate(() -> new Worker(launch, restarts)).limit(workers).toList();
    this.evaluation = new Worker(launch, restarts);
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
      ForkJoinPool.commonPool().execute(worker::process); // What fails here fails in create again.
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
    return atari.isPresent() && atari.get().clipRewards()
        ? new ClipReward(environment)
        : environment;
  }

  private static Environment scored(GymEnvironment game) {
    return EpisodeStatistics.around(Flatten.around(game));
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
    return name.id().matches("ALE/.*-v5")
            && name.options().getOrDefault("frameskip", FRAME_SKIP_OF_V5) instanceof Number skip
        ? skip.intValue()
        : 1;
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
  public void close() {
    training.forEach(Worker::close);
    evaluation.close();
  }

  private GymEnvironment make(Worker worker) {
    return new GymEnvironment(worker, spec.json(false));
  }
}
