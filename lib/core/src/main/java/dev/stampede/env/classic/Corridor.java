package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Walk right along six cells: a task so small that every algorithm should solve it in some thousand
 * steps, with an optimum that is known. Nothing in it is random.
 *
 * <p>An episode starts in cell 0; a step left of it stays there. The observation is one-hot, shape
 * (6). With {@link Moves#DISCRETE}, 0 goes left and 1 right; with {@link Moves#CONTINUOUS} one
 * number a, clipped to [−1, 1], goes right if a &gt; 1/3, left if a &lt; −1/3, and otherwise stays.
 * Going right in every step, that is any a &gt; 1/3, is optimal for each kind and each discount γ
 * &gt; 0:
 *
 * <ul>
 *   <li>{@link Ending#TERMINATED}: reaching cell 5 gives +1 and ends the episode, every other step
 *       gives −0.05. Optimum <b>0.8</b>. <i>Proof.</i> Cell 5 is at least 5 steps away, and who
 *       reaches it with step n ≥ 5 gets 1 − 0.05 (n − 1) ≤ 0.8; who never does gets less than 0.
 *       After 100 steps the episode is cut, so that the worst policy ends too. A uniformly random
 *       policy gets −0.45 (continuous: −1.14).
 *   <li>{@link Ending#TRUNCATED}: each step that leads to cell 5 or stays there, against the wall,
 *       gives 0.1; the episode is cut after 20 steps. Optimum <b>1.6</b>. <i>Proof.</i> None of the
 *       first 4 steps can lead to cell 5; each of the other 16 gives at most 0.1, and going right
 *       gets that. A uniformly random policy gets 0.17 (continuous: 0.11). The cut is no end: under
 *       the optimal policy the value of cell s is γ<sup>max(0, 4 − s)</sup> · 0.1 / (1 − γ), and
 *       who takes the cut for a terminal state learns less.
 * </ul>
 *
 * <p>For one thread.
 *
 * @see CorridorMemory
 */
public final class Corridor implements Environment, Saveable {

  /** How an episode ends. */
  public enum Ending {
    /** In the last cell, which is terminal. */
    TERMINATED,
    /** After 20 steps, from outside; no cell is terminal. */
    TRUNCATED
  }

  /** How an action is given. */
  public enum Moves {
    /** 0 for left, 1 for right. */
    DISCRETE,
    /** A number in [−1, 1]. */
    CONTINUOUS
  }

  private static final int CELLS = 6;
  private static final int LAST = CELLS - 1;

  private final Ending ending;
  private final Space actionSpace;
  private final float[] observation = new float[CELLS];
  private int cell;
  private int steps;
  private boolean running;

  public Corridor(Ending ending, Moves moves) {
    this.ending = ending;
    this.actionSpace =
        moves == Moves.DISCRETE ? new Space.Discrete(2) : Space.Box.floats(new int[] {1}, -1, 1);
  }

  @Override
  public Space observationSpace() {
    return Space.Box.floats(new int[] {CELLS}, 0, 1);
  }

  @Override
  public Space actionSpace() {
    return actionSpace;
  }

  @Override
  public Observation reset(long seed) {
    return reset();
  }

  @Override
  public Observation reset() {
    cell = 0;
    steps = 0;
    running = true;
    return observe();
  }

  @Override
  public Step step(Action action) {
    if (!running) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    cell = Math.max(0, Math.min(LAST, cell + direction(action)));
    steps++;
    boolean last = cell == LAST;
    boolean terminal = last && ending == Ending.TERMINATED;
    boolean cut = steps >= (ending == Ending.TERMINATED ? 100 : 20);
    double reward =
        switch (ending) {
          case TERMINATED -> last ? 1 : -0.05;
          case TRUNCATED -> last ? 0.1 : 0;
        };
    running = !terminal && !cut;
    return new Step(observe(), reward, terminal, cut);
  }

  /** −1 for left, 1 for right, 0 for neither. */
  private int direction(Action action) {
    if (actionSpace instanceof Space.Discrete) {
      return Actions.choice(this, action) == 1 ? 1 : -1;
    }
    float a = Actions.number(this, action);
    return a > 1f / 3 ? 1 : a < -1f / 3 ? -1 : 0;
  }

  private Observation observe() {
    Arrays.fill(observation, 0);
    observation[cell] = 1;
    return Observation.of(observation);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeInt(cell);
    out.writeInt(steps);
    out.writeBoolean(running);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    cell = in.readInt();
    steps = in.readInt();
    running = in.readBoolean();
  }
}
