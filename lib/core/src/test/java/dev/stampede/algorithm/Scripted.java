package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Step.Ending;
import dev.stampede.replay.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * An actor-learner that plays written episodes, one after the other, and keeps what the algorithm
 * makes of them. θ and θ⁻ are what the script says that they give for each state; nothing learns.
 *
 * <p>As the interface allows, an array that it gives out is used again by the next call, and is
 * longer than what it holds.
 */
final class Scripted implements ActorLearner {

  /**
   * @param outputs of θ′ for each state, the last one included, so one more than rewards
   * @param targets the same of θ⁻
   * @param uniforms what the source of randomness draws in each state
   * @param choices and which of several, once in each state
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Episode(
      float[][] outputs,
      float[][] targets,
      double[] uniforms,
      int[] choices,
      double[] rewards,
      Ending ending) {

    /** Where all states look alike, and each draw is 0. */
    static Episode of(float[] outputs, Ending ending, double... rewards) {
      float[][] all = new float[rewards.length + 1][];
      Arrays.fill(all, outputs);
      return new Episode(all, all, new double[all.length], new int[all.length], rewards, ending);
    }
  }

  /**
   * @param actions of the rollout's steps
   * @param dOut ∂loss/∂out, row after row
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Update(List<Action> actions, float[] dOut, Terms terms) {}

  private final List<Episode> episodes;
  private final Space actionSpace;
  private final int width;
  private final List<Update> updates = new ArrayList<>();
  private final List<Long> refreshes = new ArrayList<>();
  private final List<Action> actions = new ArrayList<>();
  private final float[] act;
  private final float[] target;
  private final float[] batch;
  private final float[] targetBatch;
  private int id;
  private int episode;
  private int state;
  private int start;
  private boolean drawn;
  private long T;

  /**
   * @param longest rollout
   */
  Scripted(Space actionSpace, int longest, List<Episode> episodes) {
    this.actionSpace = actionSpace;
    this.episodes = episodes;
    this.width = episodes.get(0).outputs[0].length;
    this.act = new float[width];
    this.target = new float[width];
    this.batch = new float[(longest + 1) * width];
    this.targetBatch = new float[(longest + 1) * width];
  }

  /** The same as the thread of that number. */
  Scripted as(int thread) {
    id = thread;
    return this;
  }

  /** What each update was given, in order. */
  List<Update> updates() {
    return updates;
  }

  /** The interval of each call of {@link #refreshTarget}. */
  List<Long> refreshes() {
    return refreshes;
  }

  /** ∂loss/∂out of all steps, row after row. */
  double[] gradients() {
    return updates.stream()
        .flatMapToDouble(
            update -> IntStream.range(0, update.dOut.length).mapToDouble(k -> update.dOut[k]))
        .toArray();
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public boolean running() {
    return episode < episodes.size() - 1 || state < now().rewards.length;
  }

  @Override
  public void sync() {
    if (state == now().rewards.length) {
      episode++;
      state = 0;
      drawn = false;
    }
    start = state;
    actions.clear();
  }

  @Override
  public float[] act() {
    return fill(act, now().outputs, state, state);
  }

  @Override
  public Step step(Action a) {
    actions.add(a);
    double reward = now().rewards[state++];
    T++;
    drawn = false;
    boolean last = state == now().rewards.length;
    return new Step(
        Observation.of(0f), reward, last ? now().ending : Ending.NONE, Optional.empty());
  }

  @Override
  public void update(Loss loss) {
    fill(batch, now().outputs, start, state - 1);
    float[] dOut = new float[batch.length];
    Terms terms = loss.at(batch, dOut);
    int length = (state - start) * width;
    updates.add(new Update(List.copyOf(actions), Arrays.copyOf(dOut, length), terms));
  }

  @Override
  public float[] outputs() {
    return fill(batch, now().outputs, start, state);
  }

  @Override
  public float[] targetOutputs() {
    return fill(targetBatch, now().targets, start, state);
  }

  @Override
  public float[] target() {
    return fill(target, now().targets, state, state);
  }

  @Override
  public void refreshTarget(long interval) {
    refreshes.add(interval);
  }

  @Override
  public long T() {
    return T;
  }

  @Override
  public int stepsSinceSync() {
    return state - start;
  }

  @Override
  public long t() {
    return T; // There is no other thread.
  }

  @Override
  public <S extends Saveable> S keep(S part) {
    return part;
  }

  @Override
  public boolean atStart() {
    return true;
  }

  @Override
  public RandomGenerator random() {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException("the script has no such draw");
      }

      @Override
      public double nextDouble() {
        return now().uniforms[state];
      }

      @Override
      public int nextInt(int bound) {
        if (drawn) {
          throw new IllegalStateException("an action was drawn in this state before");
        }
        drawn = true;
        return now().choices[state];
      }
    };
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  /** Nothing is drawn from it: it is never ready. */
  @Override
  public TrajectoryMemory trajectories() {
    return new TrajectoryMemory() {
      @Override
      public void add(Trajectory done) {
        if (done.size() != state - start) {
          throw new IllegalStateException(done.size() + " steps, not " + (state - start));
        }
      }

      @Override
      public boolean isReady() {
        return false;
      }

      @Override
      public void draw(Trajectory into) {
        throw new UnsupportedOperationException("the script goes forward only");
      }
    };
  }

  @Override
  public float[] averageOutputs() {
    return targetOutputs();
  }

  @Override
  public void updateAverage(double alpha) {}

  private Episode now() {
    return episodes.get(episode);
  }

  private float[] fill(float[] array, float[][] rows, int from, int to) {
    Arrays.fill(array, Float.NaN);
    for (int i = from; i <= to; i++) {
      System.arraycopy(rows[i], 0, array, (i - from) * width, width);
    }
    return array;
  }
}
