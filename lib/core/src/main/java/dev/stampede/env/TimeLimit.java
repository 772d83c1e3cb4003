package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Truncates an episode after a number of steps. */
public final class TimeLimit extends Wrapper {
  private final int limit;
  private int steps;

  /**
   * @param limit the longest episode, in steps
   */
  public TimeLimit(Environment inner, int limit) {
    super(inner);
    if (limit < 1) {
      throw new IllegalArgumentException("a time limit is at least 1 step but got " + limit);
    }
    this.limit = limit;
  }

  @Override
  public Observation reset(long seed) {
    steps = 0;
    return super.reset(seed);
  }

  @Override
  public Observation reset() {
    steps = 0;
    return super.reset();
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    steps++;
    return steps < limit || step.last() ? step : step.withEnding(Step.Ending.TRUNCATED);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    super.save(out);
    out.writeInt(steps);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    super.restore(in);
    steps = in.readInt();
  }
}
