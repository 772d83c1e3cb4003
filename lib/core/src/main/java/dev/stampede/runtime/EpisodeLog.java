package dev.stampede.runtime;

import dev.stampede.result.CurvePoint;
import dev.stampede.result.EpisodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The finished episodes of all threads, in the order they ended, and the mean over the last
 * hundred.
 *
 * <p>Kept in blocks of primitives, 28 bytes an episode, because a fast task ends hundreds a second
 * for hours. Safe for any number of threads.
 */
final class EpisodeLog {
  private static final int WINDOW = 100;
  private static final int BLOCK = 4096;

  private static final class Block {
    final long[] steps = new long[BLOCK];
    final float[] seconds = new float[BLOCK];
    final double[] scores = new double[BLOCK];
    final int[] threads = new int[BLOCK];
    final int[] lengths = new int[BLOCK];
  }

  private final double solvedAt;
  private final int framesPerStep;
  private final long curveSpacing;
  private final List<Block> blocks = new ArrayList<>();
  private final List<CurvePoint> curve = new ArrayList<>();
  private final double[] window = new double[WINDOW];
  private int size;
  private double best = Double.NaN;
  private OptionalLong solvedAtStep = OptionalLong.empty();
  private long nextCurvePoint;

  /**
   * @param solvedAt mean return over 100 episodes that counts as solved; NaN for none
   * @param budget agent steps of the whole run
   * @param framesPerStep emulator frames of one agent step
   */
  EpisodeLog(double solvedAt, long budget, int framesPerStep) {
    this.solvedAt = solvedAt;
    this.framesPerStep = framesPerStep;
    this.curveSpacing = Math.max(1, budget / 400);
  }

  /**
   * Adds an episode.
   *
   * @param step agent steps of all threads when it ended
   * @return whether with it the task counts as solved for the first time
   */
  synchronized boolean add(long step, double seconds, int thread, double score, long length) {
    if (size % BLOCK == 0) {
      blocks.add(new Block());
    }
    Block block = blocks.get(size / BLOCK);
    int i = size % BLOCK;
    block.steps[i] = step;
    block.seconds[i] = (float) seconds;
    block.scores[i] = score;
    block.threads[i] = thread;
    block.lengths[i] = (int) length;
    window[size % WINDOW] = score;
    size++;
    double mean = mean();
    if (size >= WINDOW && !(mean <= best)) {
      best = mean;
    }
    if (step >= nextCurvePoint) {
      curve.add(new CurvePoint(step, step * framesPerStep, seconds, mean));
      nextCurvePoint = step + curveSpacing;
    }
    if (size >= WINDOW && mean >= solvedAt && solvedAtStep.isEmpty()) {
      solvedAtStep = OptionalLong.of(step);
      return true;
    }
    return false;
  }

  synchronized int size() {
    return size;
  }

  /** Mean return of the last hundred episodes, or of all if there are fewer; NaN without any. */
  synchronized double mean() {
    int count = Math.min(WINDOW, size);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += window[i];
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
    for (int n = from; n < size; n++) {
      Block block = blocks.get(n / BLOCK);
      int i = n % BLOCK;
      episodes.add(
          new EpisodeRecord(
              block.steps[i],
              block.steps[i] * framesPerStep,
              block.seconds[i],
              block.threads[i],
              block.scores[i],
              block.lengths[i]));
    }
    return episodes;
  }
}
