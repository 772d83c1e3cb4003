package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/**
 * An asynchronous algorithm of one's own that learns a policy and V, each from some of the outputs
 * of one network: first those of the policy, then V. What is left to say is {@link #run} and {@link
 * #rolloutLength}.
 */
public interface ActorCritic extends AsynchronousAlgorithm {

  @Override
  default int outputs(Space actions) {
    return Policy.over(actions).outputs() + 1;
  }

  @Override
  default Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    Policy policy = Policy.over(actions);
    return greedy ? policy.mode(out, 0) : policy.sample(out, 0, random);
  }
}
