package dev.stampede.experiment;

import dev.stampede.env.EnvironmentFactory;
import java.util.OptionalDouble;

/**
 * What an algorithm learned from: values are in units of these rewards, not of the environment's.
 *
 * @param gamma the discount
 * @param scale by what rewards were multiplied
 * @param clipped to [−1, 1] before that
 * @param normalized by numbers that changed as it learned, so that nobody knows them now
 */
record LearnedReward(double gamma, double scale, boolean clipped, boolean normalized) {

  static LearnedReward of(Preset preset, EnvironmentFactory environments) {
    return new LearnedReward(
        preset.number(Knob.GAMMA),
        preset.number(Knob.REWARD_SCALE),
        environments.clipsRewards(),
        preset.yes(Knob.NORMALIZE_REWARDS));
  }

  /** δ = r + γ V(s′) − V(s); empty where rewards were normalised. */
  OptionalDouble residual(double reward, double next, double before) {
    if (normalized) {
      return OptionalDouble.empty();
    }
    double r = scale * (clipped ? Math.max(-1, Math.min(1, reward)) : reward);
    return OptionalDouble.of(r + gamma * next - before);
  }
}
