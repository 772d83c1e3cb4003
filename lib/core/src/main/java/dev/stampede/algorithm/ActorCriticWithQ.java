package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/** What asynchronous methods have in common whose network gives a policy, then Q(x, ·). */
interface ActorCriticWithQ extends AsynchronousAlgorithm {

  @Override
  default int outputs(Space actions) {
    return PolicyAndQ.over(actions).outputs();
  }

  @Override
  default Action act(Space actions, float[] out, boolean greedy, RandomGenerator random) {
    PolicyAndQ f = PolicyAndQ.over(actions);
    return greedy ? f.mode(out) : f.sample(out, random);
  }

  @Override
  default Outlook outlook(Space actions, float[] out) {
    return PolicyAndQ.over(actions).outlook(out);
  }

  @Override
  default void valueGradient(Space actions, float[] out, float[] dOut) {
    PolicyAndQ.over(actions).valueGradient(out, dOut);
  }
}
