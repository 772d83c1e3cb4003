package dev.stampede.runtime;

import dev.stampede.result.CurvePoint;
import dev.stampede.result.EpisodeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The finished episodes of all threads, in the order they ended, and the mean over the last
 * hundred.
 *
 * <p>Kept in columns of primitives, about 40 bytes an episode. Safe for any number of threads.
 */
final class EpisodeLog {
  private static final int WINDOW = 100;

  private final double solvedAt;
  private final long curveSpacing;
  private final List<CurvePoint> curve = new ArrayList<>();
  private long[] steps = new long[256];
  private long[] frames = new long[256];
  private double[] seconds = new double[256];
  private double[] scores = new double[256];
  private int[] threads = new int[256];
  private int[] lengths = new int[256];
  private int size;
  private double best = Double.NaN;
  private OptionalLong solvedAtStep = OptionalLong.empty();
  private long nextCurvePoint;

  /**
   * @param solvedAt mean return over 100 episodes that counts as solved; NaN for none
   * @param budget agent steps of the whole run
   */
  EpisodeLog(double solvedAt, long budget) {
    this.solvedAt = solvedAt;
    this.curveSpacing = Math.max(1, budget / 400);
  }

  /** Adds an episode and says whether with it the task counts as solved for the first time. */
  synchronized boolean add(EpisodeRecord episode) {
    if (size == steps.length) {
      int larger = size + (size >> 1);
      steps = Arrays.copyOf(steps, larger);
      frames = Arrays.copyOf(frames, larger);
      seconds = Arrays.copyOf(seconds, larger);
      scores = Arrays.copyOf(scores, larger);
      threads = Arrays.copyOf(threads, larger);
      lengths = Arrays.copyOf(lengths, larger);
    }
    steps[size] = episode.step();
    frames[size] = episode.frames();
    seconds[size] = episode.seconds();
    scores[size] = episode.score();
    threads[size] = episode.thread();
    lengths[size] = (int) episode.length();
    size++;
    double mean = mean();
    if (size >= WINDOW && !(mean <= best)) {
      best = mean;
    }
    if (episode.step() >= nextCurvePoint) {
      curve.add(new CurvePoint(episode.step(), episode.frames(), episode.seconds(), mean));
      nextCurvePoint = episode.step() + curveSpacing;
    }
    if (size >= WINDOW && mean >= solvedAt && solvedAtStep.isEmpty()) {
      solvedAtStep = OptionalLong.of(episode.step());
      return true;
    }
    return false;
  }

  synchronized int size() {
    return size;
  }

  /** Mean return of the last hundred episodes, or of all if there are fewer; NaN without any. */
  synchronized double mean() {
    if (size == 0) {
      return Double.NaN;
    }
    int count = Math.min(WINDOW, size);
    double sum = 0;
    for (int i = size - count; i < size; i++) {
      sum += scores[i];
    }
    return sum / count;
  }

  /** The best mean over a hundred episodes so far; NaN before the hundredth. */
  synchronized double best() {
    return best;
  }

  synchronized OptionalLong solvedAtStep() {
    return solvedAtStep;
  }

  synchronized List<CurvePoint> curve() {
    return List.copyOf(curve);
  }

  /** The episodes from number {@code from} on. */
  synchronized List<EpisodeRecord> since(int from) {
    List<EpisodeRecord> episodes = new ArrayList<>(Math.max(0, size - from));
    for (int i = from; i < size; i++) {
      episodes.add(
          new EpisodeRecord(steps[i], frames[i], seconds[i], threads[i], scores[i], lengths[i]));
    }
    return episodes;
  }
}
