package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Frame;
import dev.stampede.env.Renderable;

/** An environment in a Python worker that was made so that it gives pictures. */
final class RenderedGymEnvironment extends GymEnvironment implements Renderable {
  private static final int USUAL = 30;

  RenderedGymEnvironment(Worker worker, String spec) {
    super(worker, spec);
  }

  /**
   * {@inheritDoc}
   *
   * @throws EnvironmentException if the environment gives no pictures
   */
  @Override
  public Frame render() {
    try {
      return slot()
          .render()
          .orElseThrow(() -> new EnvironmentException("this environment gives no pictures"));
    } catch (WorkerDied e) {
      throw lost(e);
    }
  }

  @Override
  public int framesPerSecond() {
    return slot().framesPerSecond().orElse(USUAL);
  }
}
