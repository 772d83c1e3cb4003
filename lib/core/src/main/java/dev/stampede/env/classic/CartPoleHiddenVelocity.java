package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;

/**
 * {@link CartPole} of which only the position x of the cart and the angle θ of the pole are seen:
 * the smallest control task that needs memory.
 *
 * <p>The speeds follow from two observations in a row, so an agent with memory, or one that sees
 * the last two observations at once, can reach 500 as in CartPole; one that sees a single
 * observation cannot balance the pole for long. Dynamics, rewards and endings are CartPole's. For
 * one thread.
 */
public final class CartPoleHiddenVelocity extends Wrapper {
  private static final Space OBSERVATION =
      ClassicControl.symmetric(2 * CartPole.X_LIMIT, 2 * CartPole.THETA_LIMIT);

  private final CartPole pole;
  private final float[] observation = new float[2];

  public CartPoleHiddenVelocity() {
    this(new CartPole());
  }

  private CartPoleHiddenVelocity(CartPole pole) {
    super(pole);
    this.pole = pole;
  }

  /** Starts an episode from this state instead of a random one. */
  void start(double... from) {
    pole.start(from);
  }

  @Override
  public Space observationSpace() {
    return OBSERVATION;
  }

  @Override
  public Observation reset(long seed) {
    pole.reset(seed);
    return positions();
  }

  @Override
  public Observation reset() {
    pole.reset();
    return positions();
  }

  @Override
  public Step step(Action action) {
    Step step = pole.step(action);
    return new Step(positions(), step.reward(), step.ending(), step.episode());
  }

  private Observation positions() {
    observation[0] = (float) pole.state[0];
    observation[1] = (float) pole.state[2];
    return Observation.of(observation);
  }
}
