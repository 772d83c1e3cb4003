package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An environment around another one. Changes nothing by itself.
 *
 * <p>It saves what the inner environment saves. A wrapper with state of its own overrides {@link
 * #save} and {@link #restore}, calls these first and then writes and reads its own.
 */
public abstract class Wrapper implements Environment, Saveable {
  private final Environment inner;

  protected Wrapper(Environment inner) {
    this.inner = inner;
  }

  /** The environment that this one is wrapped around. */
  public final Environment inner() {
    return inner;
  }

  @Override
  public Space observationSpace() {
    return inner.observationSpace();
  }

  @Override
  public Space actionSpace() {
    return inner.actionSpace();
  }

  @Override
  public Observation reset(long seed) {
    return inner.reset(seed);
  }

  @Override
  public Observation reset() {
    return inner.reset();
  }

  @Override
  public Step step(Action action) {
    return inner.step(action);
  }

  @Override
  public void close() {
    inner.close();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the inner environment is not {@link Saveable}
   */
  @Override
  public void save(DataOutput out) throws IOException {
    saveable().save(out);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the inner environment is not {@link Saveable}
   */
  @Override
  public void restore(DataInput in) throws IOException {
    saveable().restore(in);
  }

  private Saveable saveable() {
    if (inner instanceof Saveable saveable) {
      return saveable;
    }
    throw new IllegalStateException(
        "the state of "
            + inner.getClass().getName()
            + " can be neither saved nor restored; let it implement dev.stampede.env.Saveable");
  }
}
