package dev.stampede.env;

/** An environment around another one. Changes nothing by itself. */
public abstract class Wrapper implements Environment {
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
}
