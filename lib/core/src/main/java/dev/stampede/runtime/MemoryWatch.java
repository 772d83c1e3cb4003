package dev.stampede.runtime;

import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.ReplayAlgorithm;
import dev.stampede.replay.ReplayStatus;
import dev.stampede.runtime.MemoryProgress.Actor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the memories of a run for those who watch it, and keeps the last look when they are
 * closed. Safe for any number of threads.
 */
final class MemoryWatch {
  /** A look holds a memory's lock for a moment, so there are few however often it is asked. */
  private static final double SECONDS_BETWEEN_LOOKS = 0.2;

  private static final double SECONDS_OF_RATES = 5;

  private final Training training;
  private final MemoryUse use;
  private final Memories memories;
  private final EpisodeLog episodes;
  private final Deque<Look> looks = new ArrayDeque<>();
  private volatile @Nullable SharedMemory shared;
  private Look begin = new Look(0, 0, 0);
  private Optional<MemoryProgress> last = Optional.empty();
  private boolean closed;

  MemoryWatch(Training training, MemoryUse use, Memories memories, EpisodeLog episodes) {
    this.training = training;
    this.use = use;
    this.memories = memories;
    this.episodes = episodes;
  }

  /** What had been counted at a moment of the run's clock. */
  private record Look(double seconds, long added, long updates) {}

  /** Actors and learner share this one. */
  void around(SharedMemory memory) {
    shared = memory;
  }

  /** What was counted until now is of the run that is resumed. */
  synchronized void resumed() {
    begin = new Look(training.seconds(), 0, training.updates());
  }

  /** Empty before there is a memory. */
  synchronized Optional<MemoryProgress> now() {
    if (!closed && (training.hasEnded() || looks.isEmpty() || lastIsOld())) {
      look();
    }
    return last;
  }

  private boolean lastIsOld() {
    return training.seconds() - looks.getLast().seconds() >= SECONDS_BETWEEN_LOOKS;
  }

  /** The last look; to be called before the memories are closed. */
  synchronized void close() {
    look();
    closed = true;
  }

  private void look() {
    List<ReplayStatus> all = memories.statuses();
    if (!all.isEmpty()) {
      long added = sum(all, ReplayStatus::added) - memories.restored();
      Look now = new Look(training.seconds(), added, training.updates());
      looks.addLast(now);
      while (looks.size() > 2 && now.seconds() - looks.getFirst().seconds() > SECONDS_OF_RATES) {
        looks.removeFirst();
      }
      last = Optional.of(progress(all, now));
    }
  }

  private MemoryProgress progress(List<ReplayStatus> all, Look now) {
    Look since = training.hasEnded() || looks.size() == 1 ? begin : looks.getFirst();
    double seconds = now.seconds() - since.seconds();
    SharedMemory between = shared;
    double learning = between == null ? Double.NaN : between.learningSeconds();
    return new MemoryProgress(
        seconds > 0 ? (now.added() - since.added()) / seconds : 0,
        seconds > 0 ? (now.updates() - since.updates()) / seconds : 0,
        sum(all, ReplayStatus::size),
        sum(all, ReplayStatus::capacity),
        now.added(),
        sum(all, ReplayStatus::drawn),
        use.priorityExponent().isPresent() ? priorities(all) : List.of(),
        meanAge(all),
        sum(all, ReplayStatus::bytes),
        learning,
        between == null ? Double.NaN : between.drawsPerTransition(),
        between == null ? Double.NaN : share(between.actorsWaited(), training.threads() * learning),
        between == null ? Double.NaN : share(between.learnerWaited(), learning),
        training.server().map(ParameterServer::droppedShare).orElse(Double.NaN),
        actors(training.threads()));
  }

  private static long sum(List<ReplayStatus> all, ToLongFunction<ReplayStatus> of) {
    return all.stream().mapToLong(of).sum();
  }

  private static double meanAge(List<ReplayStatus> all) {
    return all.stream()
        .mapToDouble(ReplayStatus::meanAge)
        .filter(age -> !Double.isNaN(age))
        .average()
        .orElse(Double.NaN);
  }

  private static List<Double> priorities(List<ReplayStatus> all) {
    List<List<Double>> some =
        all.stream().map(ReplayStatus::priorities).filter(p -> !p.isEmpty()).toList();
    if (some.isEmpty()) {
      return List.of();
    }
    double least = some.stream().mapToDouble(p -> p.get(0)).min().orElseThrow();
    double largest = some.stream().mapToDouble(p -> p.get(4)).max().orElseThrow();
    return List.of(least, mean(some, 1), mean(some, 2), mean(some, 3), largest);
  }

  private static double mean(List<List<Double>> some, int quarter) {
    return some.stream().mapToDouble(p -> p.get(quarter)).average().orElseThrow();
  }

  /** A moment that began before the learner did, or ends a little later, is no more than all. */
  private static double share(long nanos, double ofSeconds) {
    return ofSeconds > 0 ? Math.min(1, nanos / 1e9 / ofSeconds) : Double.NaN;
  }

  private List<Actor> actors(int n) {
    return IntStream.range(0, n)
        .mapToObj(i -> new Actor(i, epsilon(i, n), episodes.meanOfThread(i)))
        .toList();
  }

  private OptionalDouble epsilon(int i, int actors) {
    return training.algorithm() instanceof ReplayAlgorithm replay
        ? replay.epsilonOf(i, actors)
        : OptionalDouble.empty();
  }
}
