package dev.stampede.env;

/** Clips each reward to [−1, 1], as the Atari protocol of Mnih et al. (2015) does for learning. */
public final class ClipReward extends Wrapper {
  public ClipReward(Environment inner) {
    super(inner);
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    return step.withReward(Math.max(-1, Math.min(1, step.reward())));
  }
}
