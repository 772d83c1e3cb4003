package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Remember at the end of a corridor what was shown at its beginning: the smallest task that cannot
 * be solved without memory.
 *
 * <p>Each step leads one cell further, whatever the action; in the last cell, the junction, action
 * 0 turns left and 1 right, and the episode ends: +1 for the side that the cue named, −1 for the
 * other. All other rewards are 0. The observation is the cell, one-hot, and then the cue: −1 (left)
 * or 1 (right) in cell 0, afterwards 0; shape (cells + 1). The cue is a fair coin. An episode takes
 * as many steps as there are cells, 4 unless said otherwise, so a rollout of 5 steps holds all of
 * it.
 *
 * <p>Optimum with memory: <b>1</b>, by turning where the cue said. Best without memory: <b>0</b>,
 * which a random policy gets as well. <i>Proof.</i> The observation at the junction is always the
 * same, and nothing before it depends on the cue but the first one; who acts by what is seen now
 * turns left with a probability p that does not depend on the cue, and gets ½ (p − (1 − p)) + ½ ((1
 * − p) − p) = 0. A stack of as many observations as there are cells counts as memory.
 *
 * <p>For one thread.
 */
public final class CorridorMemory implements Environment, Saveable {
  private final int cells;
  private final float[] observation;
  private SplitMix random = new SplitMix(ThreadLocalRandom.current().nextLong());
  private boolean right;
  private int cell;

  public CorridorMemory() {
    this(4);
  }

  /**
   * @param cells how long the corridor is, and each episode; at least 2
   */
  public CorridorMemory(int cells) {
    if (cells < 2) {
      throw new IllegalArgumentException(
          "the cue must be gone at the junction, so there are at least 2 cells, but got " + cells);
    }
    this.cells = cells;
    this.observation = new float[cells + 1];
    this.cell = cells; // No episode is under way yet.
  }

  @Override
  public Space observationSpace() {
    return Space.Box.floats(new int[] {cells + 1}, -1, 1);
  }

  @Override
  public Space actionSpace() {
    return new Space.Discrete(2);
  }

  @Override
  public Observation reset(long seed) {
    random = new SplitMix(seed);
    return reset();
  }

  @Override
  public Observation reset() {
    right = random.nextBoolean();
    cell = 0;
    return observe();
  }

  @Override
  public Step step(Action action) {
    if (cell == cells) {
      throw new IllegalStateException("the episode is over; call reset() first");
    }
    boolean turnsRight = Actions.choice(this, action) == 1;
    cell++;
    boolean turned = cell == cells;
    double reward = !turned ? 0 : turnsRight == right ? 1 : -1;
    return new Step(observe(), reward, turned, false);
  }

  /** The terminal state, past the junction, shows nothing. */
  private Observation observe() {
    Arrays.fill(observation, 0);
    if (cell < cells) {
      observation[cell] = 1;
    }
    if (cell == 0) {
      observation[cells] = right ? 1 : -1;
    }
    return Observation.of(observation);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeLong(random.state());
    out.writeBoolean(right);
    out.writeInt(cell);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    random = new SplitMix(in.readLong());
    right = in.readBoolean();
    cell = in.readInt();
  }
}
