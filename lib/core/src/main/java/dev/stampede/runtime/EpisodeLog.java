package dev.stampede.runtime;

import dev.stampede.result.CurvePoint;
import dev.stampede.result.EpisodeRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * The finished episodes of all threads, in the order they ended, and the mean over the last
 * hundred.
 *
 * <p>A fast task ends thousands a second for hours, so memory has a bound, 28 bytes for each of
 * some 130 000 episodes: the last 60 000 are all kept; of older ones, once they are {@linkplain
 * #release released}, every second, then every fourth and so on. Safe for any number of threads.
 */
final class EpisodeLog {
  private static final int WINDOW = 100;
  private static final int WINDOW_OF_THREAD = 10;
  static final int BLOCK = 4096;
  static final int MOST_BLOCKS = 16;
  static final int MOST_CURVE_POINTS = 800;

  private static final class Block {
    final long[] steps = new long[BLOCK];
    final float[] seconds = new float[BLOCK];
    final double[] scores = new double[BLOCK];
    final int[] threads = new int[BLOCK];
    final int[] lengths = new int[BLOCK];

    void set(int i, Block from, int j) {
      steps[i] = from.steps[j];
      seconds[i] = from.seconds[j];
      scores[i] = from.scores[j];
      threads[i] = from.threads[j];
      lengths[i] = from.lengths[j];
    }
  }

  private final double solvedAt;
  private final int framesPerStep;
  private long curveSpacing = 1;

  /** The newest episodes, the first of them with number {@link #firstRecent}. */
  private final Deque<Block> recent = new ArrayDeque<>();

  private int firstRecent;

  /** Those before them whose number is a multiple of {@link #stride}. */
  private final List<Block> older = new ArrayList<>();

  private int stride = 1;

  /** Blocks to use again: garbage of this age is collected late. */
  private final Deque<Block> free = new ArrayDeque<>();

  private int released;
  private final List<CurvePoint> curve = new ArrayList<>();
  private final double[] window = new double[WINDOW];
  private final int[] windowThreads = new int[WINDOW];
  private final List<LastScores> lastOfThreads = new ArrayList<>();
  private int threads;
  private int size;
  private double best = Double.NaN;
  private OptionalLong solvedAtStep = OptionalLong.empty();
  private long nextCurvePoint;

  /**
   * @param solvedAt mean return over 100 episodes that counts as solved; NaN for none
   * @param framesPerStep emulator frames of one agent step
   */
  EpisodeLog(double solvedAt, int framesPerStep) {
    this.solvedAt = solvedAt;
    this.framesPerStep = framesPerStep;
  }

  /**
   * Adds an episode.
   *
   * @param step agent steps of all threads when it ended
   * @return whether with it the task counts as solved for the first time
   */
  synchronized boolean add(long step, double seconds, int thread, double score, long length) {
    if (size % BLOCK == 0) {
      while (recent.size() >= MOST_BLOCKS && firstRecent + BLOCK <= released) {
        thinOut();
      }
      recent.addLast(newBlock());
    }
    Block block = recent.getLast();
    int i = size % BLOCK;
    block.steps[i] = step;
    block.seconds[i] = (float) seconds;
    block.scores[i] = score;
    block.threads[i] = thread;
    block.lengths[i] = (int) length;
    window[size % WINDOW] = score;
    windowThreads[size % WINDOW] = thread;
    threads = Math.max(threads, thread + 1);
    lastOfThread(thread).add(score);
    size++;
    double mean = mean();
    if (size >= WINDOW && !(mean <= best)) {
      best = mean;
    }
    if (step >= nextCurvePoint) {
      addToCurve(point(step, seconds, mean));
    }
    if (size >= WINDOW && mean >= solvedAt && solvedAtStep.isEmpty()) {
      solvedAtStep = OptionalLong.of(step);
      return true;
    }
    return false;
  }

  private CurvePoint point(long step, double seconds, double mean) {
    double[] sums = new double[threads];
    int[] counts = new int[threads];
    for (int i = 0; i < Math.min(WINDOW, size); i++) {
      sums[windowThreads[i]] += window[i];
      counts[windowThreads[i]]++;
    }
    double low = mean;
    double high = mean;
    for (int thread = 0; thread < threads; thread++) {
      if (counts[thread] > 0) {
        low = Math.min(low, sums[thread] / counts[thread]);
        high = Math.max(high, sums[thread] / counts[thread]);
      }
    }
    return new CurvePoint(step, step * framesPerStep, seconds, mean, low, high);
  }

  /** However long the run is, and whenever it is stopped, there are some hundred points. */
  private void addToCurve(CurvePoint point) {
    if (curve.size() == MOST_CURVE_POINTS) {
      for (int i = 0; i < MOST_CURVE_POINTS / 2; i++) {
        curve.set(i, curve.get(2 * i));
      }
      curve.subList(MOST_CURVE_POINTS / 2, MOST_CURVE_POINTS).clear();
      long spread = point.step() - curve.get(0).step();
      curveSpacing = Math.max(curveSpacing, spread / (MOST_CURVE_POINTS / 2));
    }
    curve.add(point);
    nextCurvePoint = point.step() + curveSpacing;
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

  /** Mean return of the last ten episodes of one thread; NaN without any. */
  synchronized double meanOfThread(int thread) {
    return lastOfThread(thread).mean();
  }

  private LastScores lastOfThread(int thread) {
    while (lastOfThreads.size() <= thread) {
      lastOfThreads.add(new LastScores());
    }
    return lastOfThreads.get(thread);
  }

  /** Of one thread. */
  private static final class LastScores {
    private final double[] scores = new double[WINDOW_OF_THREAD];
    private int count;

    void add(double score) {
      scores[count++ % WINDOW_OF_THREAD] = score;
    }

    double mean() {
      return Arrays.stream(scores, 0, Math.min(count, WINDOW_OF_THREAD))
          .average()
          .orElse(Double.NaN);
    }
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

  /** Says that the episodes before number {@code end} need no longer be kept one by one. */
  synchronized void release(int end) {
    released = Math.max(released, end);
  }

  /** Makes the oldest block of the recent ones a part of the older ones. */
  private void thinOut() {
    int room = MOST_BLOCKS * BLOCK;
    if ((firstRecent + BLOCK - 1) / stride >= room) {
      stride *= 2;
      int kept = (firstRecent + stride - 1) / stride;
      for (int j = 0; j < kept; j++) {
        older.get(j / BLOCK).set(j % BLOCK, older.get(2 * j / BLOCK), 2 * j % BLOCK);
      }
      while (older.size() > (kept + BLOCK - 1) / BLOCK) {
        free.addLast(older.remove(older.size() - 1));
      }
    }
    Block block = recent.removeFirst();
    for (int i = 0; i < BLOCK; i++) {
      int n = firstRecent + i;
      if (n % stride == 0) {
        int j = n / stride;
        if (j / BLOCK == older.size()) {
          older.add(newBlock());
        }
        older.get(j / BLOCK).set(j % BLOCK, block, i);
      }
    }
    firstRecent += BLOCK;
    free.addLast(block);
  }

  private Block newBlock() {
    Block used = free.pollLast();
    return used == null ? new Block() : used;
  }

  /** The episodes from number {@code from} on, as far as they are kept. */
  synchronized List<EpisodeRecord> since(int from) {
    List<EpisodeRecord> episodes = new ArrayList<>(Math.max(0, size - Math.max(from, firstRecent)));
    for (int j = (from + stride - 1) / stride; j * (long) stride < firstRecent; j++) {
      episodes.add(record(older.get(j / BLOCK), j % BLOCK));
    }
    int n = firstRecent;
    for (Block block : recent) {
      for (int i = 0; i < BLOCK && n < size; i++, n++) {
        if (n >= from) {
          episodes.add(record(block, i));
        }
      }
    }
    return episodes;
  }

  private EpisodeRecord record(Block block, int i) {
    return new EpisodeRecord(
        block.steps[i],
        block.steps[i] * framesPerStep,
        block.seconds[i],
        block.threads[i],
        block.scores[i],
        block.lengths[i]);
  }
}
