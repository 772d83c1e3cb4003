package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Transitions of one actor in their order, over n steps each: what crosses from an actor to a
 * memory. Each frame is in it once. Immutable and complete in itself, whatever became of the blocks
 * before it.
 *
 * <p>{@link LocalBuffer} makes them.
 */
public final class Transitions {
  private final Planes planes;
  private final int actor;
  private final long firstFrame;
  private final int repeated;
  private final int carried;
  private final byte[] frames;
  private final int[] places;
  private final Action[] actions;
  private final double[] rewards;
  private final double[] discounts;
  private final int outputs;
  private final float[] out;
  private final float[] nextOut;

  private Transitions(Builder builder) {
    this.planes = builder.planes;
    this.actor = builder.actor;
    this.firstFrame = builder.firstFrame;
    this.repeated = builder.repeated;
    this.carried = builder.carried;
    this.frames = builder.frames;
    this.places = builder.places;
    this.actions = builder.actions;
    this.rewards = builder.rewards;
    this.discounts = builder.discounts;
    this.outputs = builder.outputs;
    this.out = builder.out;
    this.nextOut = builder.nextOut;
  }

  /** How many transitions these are. */
  public int size() {
    return actions.length;
  }

  /** What was done in state {@code j}. The array of a continuous action is not copied. */
  public Action action(int j) {
    return actions[j];
  }

  /** Σ γ^i · reward i of the n steps, or of the fewer that the episode still had. */
  public double reward(int j) {
    return rewards[j];
  }

  /**
   * What the value of {@link #next} counts: γ^steps, and 0 if that state is terminal. The last
   * state of a truncated episode is not.
   */
  public double discount(int j) {
    return discounts[j];
  }

  /** The state in which the action was taken. */
  public Observation state(int j) {
    return planes.stacked(frames, places, 2 * j * planes.count());
  }

  /** The state after the n steps, or the episode's last. */
  public Observation next(int j) {
    return planes.stacked(frames, places, (2 * j + 1) * planes.count());
  }

  /** How many numbers the acting network gave for a state; 0 if none are kept. */
  public int outputs() {
    return outputs;
  }

  /** What the acting network gave for each state, row after row. */
  public float[] out() {
    return out.clone();
  }

  /** The same for each {@link #next}; zeros where that is terminal. */
  public float[] nextOut() {
    return nextOut.clone();
  }

  /** Writes all of it, so that {@link #read} knows a damaged one. */
  public void write(DataOutput target) throws IOException {
    TransitionsFormat.write(this, target);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is damaged, or of another version
   */
  public static Transitions read(DataInput source) throws IOException {
    return TransitionsFormat.read(source);
  }

  Planes planes() {
    return planes;
  }

  int actor() {
    return actor;
  }

  /** The actor's running number of the first frame in here; the others follow. */
  long firstFrame() {
    return firstFrame;
  }

  /** How many of the first frames were in the block before, too. */
  int repeated() {
    return repeated;
  }

  /** How many of the last frames will be in the next block, too. */
  int carried() {
    return carried;
  }

  int frameCount() {
    return frames.length / planes.bytes();
  }

  /** All frames, one after another. Not copied. */
  byte[] frames() {
    return frames;
  }

  /** Frame of plane {@code i}, counted over state j and then next j. */
  int place(int j, int i) {
    return places[2 * j * planes.count() + i];
  }

  /** Puts a block together; the number of transitions is known from the start. */
  static final class Builder {
    private final Planes planes;
    private final int actor;
    private final int outputs;
    private final int[] places;
    private final Action[] actions;
    private final double[] rewards;
    private final double[] discounts;
    private final float[] out;
    private final float[] nextOut;
    private byte[] frames = {};
    private long firstFrame;
    private int repeated;
    private int carried;

    Builder(Planes planes, int actor, int outputs, int size) {
      this.planes = planes;
      this.actor = actor;
      this.outputs = outputs;
      this.places = new int[size * 2 * planes.count()];
      this.actions = new Action[size];
      Arrays.fill(actions, Action.of(0));
      this.rewards = new double[size];
      this.discounts = new double[size];
      this.out = new float[size * outputs];
      this.nextOut = new float[size * outputs];
    }

    /** The frames, of which the first has this running number. The array is not copied. */
    void frames(byte[] bytes, long first, int repeatedOnes, int carriedOnes) {
      frames = bytes;
      firstFrame = first;
      repeated = repeatedOnes;
      carried = carriedOnes;
    }

    void set(int j, Action action, double reward, double discount) {
      actions[j] = action;
      rewards[j] = reward;
      discounts[j] = discount;
    }

    void place(int j, int i, int frame) {
      places[2 * j * planes.count() + i] = frame;
    }

    void outputs(int j, float[] ofState, float[] ofNext) {
      System.arraycopy(ofState, 0, out, j * outputs, outputs);
      System.arraycopy(ofNext, 0, nextOut, j * outputs, outputs);
    }

    Transitions build() {
      return new Transitions(this);
    }
  }
}
