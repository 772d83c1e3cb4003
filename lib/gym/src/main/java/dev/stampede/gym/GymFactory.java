package dev.stampede.gym;

import dev.stampede.env.ClipReward;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EpisodeStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Environments of one id, shared out among a few workers. Those for evaluation have a worker of
 * their own, so that an evaluation does not hold up training.
 */
final class GymFactory implements EnvironmentFactory {
  private final String id;
  private final boolean atari;
  private final Map<String, String> versions;
  private final AtomicInteger restarts = new AtomicInteger();
  private final AtomicInteger created = new AtomicInteger();
  private final List<Worker> training;
  private final Worker evaluation;
  private final AtomicReference<@Nullable GymEnvironment> first = new AtomicReference<>();

  /**
   * Starts the workers and makes the first environment, so that what is wrong shows here.
   *
   * @param workers how many serve the environments for training
   * @param versions of the Python packages
   */
  GymFactory(String id, WorkerProcess.Launch launch, int workers, Map<String, String> versions) {
    this.id = id;
    this.atari = AtariGames.NAMES.contains(id);
    this.versions = versions;
    this.training = Stream.generate(() -> new Worker(launch, restarts)).limit(workers).toList();
    this.evaluation = new Worker(launch, restarts);
    try {
      first.set(make(training.get(0)));
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
    if (purpose == Purpose.EVALUATION) {
      return EpisodeStatistics.around(make(evaluation));
    }
    int i = created.getAndIncrement();
    GymEnvironment ready = i == 0 ? first.getAndSet(null) : null;
    GymEnvironment game = ready != null ? ready : make(training.get(i % training.size()));
    Environment scored = EpisodeStatistics.around(game);
    return atari ? new ClipReward(new EpisodicLife(scored, game::lives)) : scored;
  }

  @Override
  public int framesPerStep() {
    return atari || id.matches("ALE/.*-v5") ? AtariGames.FRAME_SKIP : 1;
  }

  @Override
  public boolean stepsElsewhere() {
    return true;
  }

  @Override
  public Map<String, String> protocol() {
    Map<String, String> protocol = new TreeMap<>(atari ? AtariGames.PROTOCOL : Map.of());
    protocol.put("environment", id);
    protocol.put("training workers", String.valueOf(training.size()));
    versions.forEach((name, version) -> protocol.put("python: " + name, version));
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
    return new GymEnvironment(worker, (atari ? "atari " : "gym ") + id);
  }
}
